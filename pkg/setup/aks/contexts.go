package aks

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// Credentials hands out kubeconfigs and replaces the server app's secret.
type Credentials interface {
	UserKubeconfig(ctx context.Context, subscription, group, name string) ([]byte, error)
	AdminKubeconfig(ctx context.Context, subscription, group, name string) ([]byte, error)
	ResetEntraProfile(ctx context.Context, subscription, group, name string, server entra.ClientID,
		secret safetext.Secret, client entra.ClientID, tenant entra.TenantID) error
}

// Kubeconfig is the file that contexts are written to.
type Kubeconfig interface {
	// Has reports whether the context is there exactly as Write would leave it;
	// a context of that name that leads elsewhere is an error, also when there
	// is no cluster and so no From yet.
	Has(c Context) (bool, error)
	Write(c Context) error
	// Leads reports whether the context is ours and leads to that cluster.
	Leads(c Context) (bool, error)
	Remove(c Context) error
}

// Context is a way into one cluster.
type Context struct {
	Cluster aks.Cluster
	From    []byte // the kubeconfig that Azure gave out: server, CA and, for Admin, the certificate
	Admin   bool   // the local admin credential instead of Entra sign-in
}

func (b *builder) userContext() setup.Step {
	return b.contextStep("kubeconfig", b.contextName(), "", false)
}

func (b *builder) adminContext() setup.Step {
	return b.contextStep("admin-kubeconfig", b.contextName()+AdminSuffix,
		"the local admin credential: whoever reads it is cluster-admin", true)
}

// AdminSuffix is what the local admin credential's context has after its name.
const AdminSuffix = "-admin"

func (b *builder) contextName() string {
	if b.ContextName != "" {
		return b.ContextName
	}
	return b.Name
}

func (b *builder) contextStep(id, name, note string, admin bool) setup.Step {
	risk := setup.Safe
	if admin {
		risk = setup.Privileged
	}
	return setup.Step{
		ID: id, Needs: []string{StepCluster},
		Make: setup.Action{
			Title: "write context " + name + " to kubeconfig", Note: note, Risk: risk,
			Check: func(ctx context.Context) (setup.Finding, error) { return b.checkContext(ctx, admin) },
			Do: func(ctx context.Context) error {
				c, err := b.context(ctx, b.facts.Cluster.Value(), admin)
				if err != nil {
					return err
				}
				return b.Kubeconfig.Write(c)
			},
		},
		Undo: &setup.Action{
			Title: "remove context " + name + " from kubeconfig", Quiet: true,
			Check: func(ctx context.Context) (setup.Finding, error) { return b.checkUndoContext(ctx, admin) },
			Do: func(ctx context.Context) error {
				c, err := b.context(ctx, b.facts.Cluster.Value(), admin)
				if err != nil {
					return err
				}
				return b.Kubeconfig.Remove(c)
			},
		},
	}
}

func (b *builder) checkContext(ctx context.Context, admin bool) (setup.Finding, error) {
	cluster, found := b.facts.Cluster.Get()
	c := Context{Admin: admin, Cluster: aks.Cluster{Subscription: b.Subscription.ID, ResourceGroup: b.ResourceGroup, Name: b.Name}}
	if found && ready(cluster) {
		var err error
		if c, err = b.context(ctx, cluster, admin); err != nil {
			return setup.Finding{}, err
		}
	}
	if has, err := b.Kubeconfig.Has(c); err != nil || !has {
		return setup.Finding{State: setup.Missing}, err
	}
	return setup.AllDone("is there")
}

// checkUndoContext leaves a context alone when the cluster is gone: nobody can
// tell any more whether it led there.
func (b *builder) checkUndoContext(ctx context.Context, admin bool) (setup.Finding, error) {
	cluster, found, err := b.existing(ctx)
	if err != nil || !found || !ready(cluster) || cluster.Tags[aks.TagOwned] == "" {
		return setup.Finding{State: setup.Done}, err
	}
	c, err := b.context(ctx, cluster, admin)
	if err != nil {
		return setup.Finding{State: setup.Done}, nil // no credential, no context of ours
	}
	b.facts.Cluster.Set(cluster)
	if leads, err := b.Kubeconfig.Leads(c); err != nil || !leads {
		return setup.Finding{State: setup.Done}, err
	}
	return setup.ToDo("")
}

func (b *builder) context(ctx context.Context, cluster aks.Cluster, admin bool) (Context, error) {
	cluster.Subscription = b.Subscription.ID // the same before and after there is a cluster
	if admin {
		from, err := b.adminKubeconfig(ctx, cluster.LocalAccountsDisabled)
		return Context{Cluster: cluster, From: from, Admin: true}, err
	}
	from, err := b.Azure.UserKubeconfig(ctx, b.Subscription.ID, b.ResourceGroup, b.Name)
	return Context{Cluster: cluster, From: from}, err
}

func (b *builder) adminKubeconfig(ctx context.Context, disabled bool) ([]byte, error) {
	if disabled {
		return nil, fault.New(fault.Config, "the cluster's local accounts are disabled: administrators cannot be bound from outside",
			"use --admin-group instead of --admin, or `kubectl aad bind` as a member of the admin group")
	}
	return b.Azure.AdminKubeconfig(ctx, b.Subscription.ID, b.ResourceGroup, b.Name)
}
