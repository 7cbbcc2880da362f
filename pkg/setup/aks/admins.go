package aks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// People is what the steps need of the directory.
type People interface {
	// Resolve finds the one principal that ref means; kind "" is any.
	Resolve(ctx context.Context, ref string, kind entra.Kind) (entra.Principal, error)
	Me(ctx context.Context) (entra.Principal, error)
	MembersAndOwners(ctx context.Context, group entra.ObjectID) (members, owners []entra.ObjectID, err error)
	CreateGroup(ctx context.Context, name string, members []entra.ObjectID) (entra.Principal, error)
}

// Access binds administrators in the cluster, over its local admin kubeconfig.
type Access interface {
	Bound(ctx context.Context, admin []byte, p entra.Principal) (bool, error)
	Bind(ctx context.Context, admin []byte, p entra.Principal) error
}

func (b *builder) adminGroup() setup.Step {
	if b.CreateAdminGroup == "" {
		return setup.Step{ID: "admin-group", Make: setup.Action{
			Title: fmt.Sprintf("use admin group %q", b.AdminGroup), Check: b.checkGivenGroup}}
	}
	return setup.Step{ID: "admin-group", Needs: []string{StepExisting}, Make: setup.Action{
		Title: fmt.Sprintf("create admin group %q with you in it", b.CreateAdminGroup),
		Note:  "whoever is in it is cluster-admin", Risk: setup.Privileged,
		Check: b.checkNewGroup, Do: b.createGroup,
	}}
}

func (b *builder) checkGivenGroup(ctx context.Context) (setup.Finding, error) {
	g, err := b.People.Resolve(ctx, b.AdminGroup, entra.Group)
	if err != nil {
		return setup.Finding{}, fault.Wrap(fault.Failure, "--admin-group", err)
	}
	if !g.SecurityEnabled {
		return setup.Finding{}, fault.Newf(fault.Config, "--admin-group: %q is not a security group: it never appears in a token", b.AdminGroup)
	}
	b.facts.AdminGroup.Set(g)
	return setup.AllDone(g.Name + ", " + string(g.ID))
}

// checkNewGroup takes a group of that name for ours only on proof: anybody in a
// tenant may make groups and put others in, and whoever owns this one would own
// the cluster.
func (b *builder) checkNewGroup(ctx context.Context) (setup.Finding, error) {
	g, err := b.People.Resolve(ctx, b.CreateAdminGroup, entra.Group)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return setup.ToDo("")
	case err != nil:
		return setup.Finding{}, fault.Wrap(fault.Failure, "--create-admin-group", err)
	}
	detail := "exists, and administers the cluster already, " + string(g.ID)
	rules, err := b.rules(ctx, g)
	if err != nil {
		return setup.Finding{}, err
	}
	if !rules {
		mine, err := b.mineAlone(ctx, g)
		if err != nil {
			return setup.Finding{}, err
		}
		if !mine {
			return setup.Finding{}, fault.Hint(fault.Newf(fault.Conflict, "a group called %q exists and is not yours alone: others are in it, or own it", b.CreateAdminGroup),
				"choose another name, or pass --admin-group "+string(g.ID)+" if you trust whoever owns that group")
		}
		detail = "exists already and is used: you alone are in it and nobody else owns it, " + string(g.ID)
	}
	b.facts.AdminGroup.Set(g)
	return setup.AllDone(detail)
}

// rules reports whether the cluster already takes the group for its admins.
func (b *builder) rules(ctx context.Context, g entra.Principal) (bool, error) {
	c, found := b.facts.Cluster.Get()
	switch {
	case !found || c.Entra == nil:
		return false, nil
	case !b.bindsGroup():
		return slices.Contains(c.Entra.AdminGroups, g.ID), nil
	case !ready(c):
		return false, nil
	}
	admin, err := b.adminKubeconfig(ctx, c.LocalAccountsDisabled)
	if err != nil {
		return false, err
	}
	bound, err := b.Access.Bound(ctx, admin, g)
	return bound, fault.Wrap(fault.Failure, "look for the admin group's binding", err)
}

// mineAlone reports whether a group is as createGroup leaves it: the caller is
// its only member, and nobody else is its owner, who could let others in. So
// an interrupted run is taken up again.
func (b *builder) mineAlone(ctx context.Context, g entra.Principal) (bool, error) {
	me, err := b.me(ctx)
	if err != nil {
		return false, err
	}
	members, owners, err := b.People.MembersAndOwners(ctx, g.ID)
	others := func(id entra.ObjectID) bool { return id != me.ID }
	return len(members) == 1 && !slices.ContainsFunc(slices.Concat(members, owners), others) && g.SecurityEnabled, err
}

func (b *builder) me(ctx context.Context) (entra.Principal, error) {
	me, err := b.People.Me(ctx)
	return me, fault.Hint(err, "an application cannot be put into a new group as \"you\": use --admin-group or --admin")
}

func (b *builder) createGroup(ctx context.Context) error {
	me, err := b.me(ctx)
	if err != nil {
		return err
	}
	g, err := b.People.CreateGroup(ctx, b.CreateAdminGroup, []entra.ObjectID{me.ID})
	if err != nil {
		return err
	}
	b.facts.AdminGroup.Set(g)
	return nil
}

func (b *builder) findAdmins(ctx context.Context) (setup.Finding, error) {
	var admins []entra.Principal
	for _, ref := range b.Admins {
		p, err := b.People.Resolve(ctx, ref, "")
		if err != nil {
			return setup.Finding{}, fault.Wrap(fault.Failure, "--admin", err)
		}
		if p.Disabled {
			return setup.Finding{}, fault.Newf(fault.Config, "--admin %q: the account is disabled and cannot sign in", ref)
		}
		admins = append(admins, p)
	}
	b.facts.Admins.Set(admins)
	return setup.AllDone("")
}

// bindsGroup: AKS binds the admin group of a managed integration itself; the
// article's clusters know none, so that it is bound like a person.
func (b *builder) bindsGroup() bool {
	return b.Integration == setup.Apps && b.group() != ""
}

// administrators are the principals to bind, and whether all are known yet.
func (b *builder) administrators() ([]entra.Principal, bool) {
	admins := b.facts.Admins.Value()
	if !b.bindsGroup() {
		return admins, true
	}
	group, known := b.facts.AdminGroup.Get()
	return append(slices.Clone(admins), group), known
}

func (b *builder) adminBinding() setup.Step {
	who := slices.Clone(b.Admins)
	if b.bindsGroup() {
		who = append(who, "group "+b.group())
	}
	return setup.Step{ID: "admin-binding", Needs: []string{StepCluster}, Make: setup.Action{
		Title: "make " + strings.Join(who, ", ") + " cluster-admin",
		Note:  "full power over the cluster", Risk: setup.Privileged,
		Check: b.checkBindings, Do: b.bind, Retry: setup.FirstAnswer(),
	}}
}

func (b *builder) checkBindings(ctx context.Context) (setup.Finding, error) {
	c, found := b.facts.Cluster.Get()
	admins, known := b.administrators()
	if !known || !found || !ready(c) {
		return setup.ToDo("")
	}
	admin, err := b.adminKubeconfig(ctx, c.LocalAccountsDisabled)
	if err != nil {
		return setup.Finding{}, err
	}
	for _, p := range admins {
		bound, err := b.Access.Bound(ctx, admin, p)
		if err != nil {
			return setup.Finding{}, fault.Wrap(fault.Failure, "look for administrators' bindings", err)
		}
		if !bound {
			return setup.ToDo("")
		}
	}
	return setup.AllDone("bound")
}

func (b *builder) bind(ctx context.Context) error {
	admin, err := b.adminKubeconfig(ctx, b.facts.Cluster.Value().LocalAccountsDisabled)
	if err != nil {
		return err
	}
	admins, _ := b.administrators()
	for _, p := range admins {
		if err := b.Access.Bind(ctx, admin, p); err != nil {
			return err
		}
	}
	return nil
}
