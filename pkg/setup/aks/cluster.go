package aks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// lookExisting finds the cluster, if there is one, and refuses one that setup
// did not make.
func (b *builder) lookExisting(ctx context.Context) (setup.Finding, error) {
	c, found, err := b.existing(ctx)
	if err != nil || !found {
		return setup.Finding{State: setup.Done}, err
	}
	if err := b.ours(c); err != nil {
		return setup.Finding{}, err
	}
	b.facts.Cluster.Set(c)
	if key := c.Tags[aks.TagSecretKeyID]; key != "" && !broken(c) {
		b.facts.Recorded.Set(key)
	}
	return setup.Finding{State: setup.Done}, nil
}

func (b *builder) existing(ctx context.Context) (aks.Cluster, bool, error) {
	c, err := b.Azure.Cluster(ctx, b.Subscription.ID, b.ResourceGroup, b.Name)
	if fault.KindOf(err) == fault.NotFound {
		return aks.Cluster{}, false, nil
	}
	return c, err == nil, err
}

// ours returns why setup leaves an existing cluster alone, or nil.
func (b *builder) ours(c aks.Cluster) error {
	switch owner := c.Tags[aks.TagOwned]; {
	case strings.EqualFold(c.State, "Deleting"):
		return fault.New(fault.Conflict, fmt.Sprintf("cluster %q is being deleted", c.Name), "run this again when it is gone")
	case owner == "":
		return fault.Hint(fault.Newf(fault.Conflict, "cluster %q exists and setup did not make it: it is left alone", c.Name),
			fmt.Sprintf("to use it: kubectl aad kubeconfig -g %s -n %s", b.ResourceGroup, b.Name),
			"to make another one: choose another --name")
	case owner != string(b.Integration):
		return fault.Hint(fault.Newf(fault.Conflict, "cluster %q was made with --integration %s", c.Name, owner),
			"pass --integration "+owner+", or choose another --name")
	case c.Entra == nil:
		return fault.Newf(fault.Conflict, "cluster %q was made by setup but has no Entra sign-in any more", c.Name)
	}
	return nil
}

// broken: the cluster was never finished, and nobody is finishing it.
func broken(c aks.Cluster) bool {
	return strings.EqualFold(c.State, "Failed") || strings.EqualFold(c.State, "Canceled")
}

// ready: the cluster can be asked for its credentials.
func ready(c aks.Cluster) bool {
	return !broken(c) && !strings.EqualFold(c.State, "Creating")
}

func (b *builder) cluster(needs []string) setup.Step {
	return setup.Step{
		ID: StepCluster, Needs: needs,
		Make: setup.Action{
			Title: fmt.Sprintf("create AKS cluster %s in %s, %s", b.Name, b.Location, b.size()),
			Note:  "takes some minutes; billed from then on", Risk: setup.Costs,
			Check: b.checkCluster, Do: b.makeCluster,
		},
		Undo: &setup.Action{
			Title: "delete AKS cluster " + b.Name, Risk: setup.Deletes, Check: b.checkUndoCluster,
			Do: func(ctx context.Context) error {
				return gone(b.Azure.DeleteCluster(ctx, b.Subscription.ID, b.ResourceGroup, b.Name))
			},
		},
	}
}

func (b *builder) size() string {
	if b.AzureRBAC {
		return nodes(b.NodeCount) + ", with Azure RBAC"
	}
	return nodes(b.NodeCount)
}

func nodes(n int32) string {
	if n == 1 {
		return "1 node"
	}
	return fmt.Sprintf("%d nodes", n)
}

func (b *builder) checkCluster(context.Context) (setup.Finding, error) {
	c, found := b.facts.Cluster.Get()
	switch {
	case !found:
		return setup.ToDo("")
	case broken(c):
		return setup.ToChange("its last creation failed: create it again")
	case !ready(c):
		return setup.ToChange("is being made: wait for it")
	}
	if err := b.sameAdmins(c); err != nil {
		return setup.Finding{}, err
	}
	if b.AzureRBAC && !c.Entra.AzureRBAC {
		return setup.Finding{}, fault.Hint(fault.Newf(fault.Conflict, "cluster %q exists and has no Azure RBAC", c.Name),
			fmt.Sprintf("az aks update -g %s -n %s --enable-azure-rbac", b.ResourceGroup, b.Name))
	}
	if b.needsSecret() {
		return setup.ToChange("give it the new secret of the server app")
	}
	return setup.AllDone("exists")
}

// sameAdmins refuses to pretend: the admin group of a cluster that exists is
// changed by Azure's own tools only.
func (b *builder) sameAdmins(c aks.Cluster) error {
	if b.Integration != setup.Managed || b.group() == "" {
		return nil
	}
	group, known := b.facts.AdminGroup.Get()
	if known && slices.Contains(c.Entra.AdminGroups, group.ID) {
		return nil
	}
	return fault.Hint(fault.Newf(fault.Conflict, "cluster %q exists and %q is not its admin group", c.Name, b.group()),
		fmt.Sprintf("az aks update -g %s -n %s --aad-admin-group-object-ids OBJECT-ID", b.ResourceGroup, b.Name),
		"or leave the flag out and pass --admin: those people are bound in the cluster")
}

// makeCluster creates the cluster, waits for one that is being created, or
// gives one that works its new secret.
func (b *builder) makeCluster(ctx context.Context) error {
	c, found := b.facts.Cluster.Get()
	if !found || !ready(c) {
		made, err := b.create(ctx, found)
		if err != nil {
			return b.explain(err)
		}
		b.facts.Cluster.Set(made)
	}
	if !found || broken(c) || !b.needsSecret() {
		return nil
	}
	return b.explain(b.replaceSecret(ctx))
}

// create also takes a cluster that an earlier run began and that got ready
// since it was looked at.
func (b *builder) create(ctx context.Context, begun bool) (aks.Cluster, error) {
	made, err := b.Azure.CreateCluster(ctx, b.spec())
	if begun && fault.KindOf(err) == fault.Conflict {
		if now, found, _ := b.existing(ctx); found && ready(now) {
			return now, nil
		}
	}
	return made, err
}

// needsSecret: the cluster was made with a secret that is no good any more.
func (b *builder) needsSecret() bool {
	return b.Integration == setup.Apps && !b.facts.SecretStands.Value()
}

// replaceSecret records the secret's id only after the secret is in force, so
// that an interruption in between is seen the next time.
func (b *builder) replaceSecret(ctx context.Context) error {
	spec := b.spec()
	if err := b.Azure.ResetEntraProfile(ctx, spec.Subscription, spec.ResourceGroup, spec.Name,
		spec.Entra.ServerApp, spec.ServerSecret, spec.Entra.ClientApp, spec.Entra.Tenant); err != nil {
		return err
	}
	if err := b.Azure.TagCluster(ctx, spec.Subscription, spec.ResourceGroup, spec.Name, spec.Tags); err != nil {
		return err
	}
	c, _, err := b.existing(ctx) // its applications may be others now
	b.facts.Cluster.Set(c)
	return err
}

// explain says what is behind Azure's refusal of the article's integration.
func (b *builder) explain(err error) error {
	if b.Integration != setup.Apps || fault.KindOf(err) != fault.Failure && fault.KindOf(err) != fault.Config {
		return err
	}
	return fault.Hint(err, "Azure refuses this integration for new clusters since August 2023: --integration managed works",
		fmt.Sprintf("to remove what was made: kubectl aad teardown -g %s --name %s", b.ResourceGroup, b.Name))
}

func (b *builder) checkUndoCluster(ctx context.Context) (setup.Finding, error) {
	switch c, found, err := b.existing(ctx); {
	case err != nil:
		return setup.Finding{}, err
	case !found:
		return setup.AllDone("is not there")
	case c.Tags[aks.TagOwned] == "":
		return setup.AllDone("left: setup did not make it")
	}
	return setup.ToDo("")
}
