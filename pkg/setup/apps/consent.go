package apps

import (
	"context"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

func (b *builder) principalFact(p part) *setup.Fact[entra.ObjectID] {
	if p == server {
		return &b.facts.ServerPrincipal
	}
	return &b.facts.ClientPrincipal
}

// principal makes an application's service principal, its presence in the
// tenant. It goes away with the application.
func (b *builder) principal(p part) setup.Step {
	return setup.Step{ID: p.principalStep(), Needs: []string{p.step()}, Make: setup.Action{
		Title: "create the service principal of the " + string(p) + " app", Retry: setup.Replication(),
		Check: func(ctx context.Context) (setup.Finding, error) {
			app, found := b.fact(p).Get()
			if !found {
				return setup.ToDo("")
			}
			sp, err := b.dir.ServicePrincipal(ctx, app.ClientID)
			switch {
			case fault.KindOf(err) == fault.NotFound:
				return setup.ToDo("")
			case err != nil:
				return setup.Finding{}, err
			}
			b.principalFact(p).Set(sp.ID)
			return setup.AllDone(string(sp.ID))
		},
		Do: func(ctx context.Context) error {
			id := b.fact(p).Value().ClientID
			sp, err := b.dir.CreateServicePrincipal(ctx, id)
			if fault.KindOf(err) == fault.Conflict { // made by an interrupted run that this replica had not heard of
				sp, err = b.dir.ServicePrincipal(ctx, id)
			}
			if err != nil {
				return err
			}
			b.principalFact(p).Set(sp.ID)
			return nil
		},
	}}
}

// graphPrincipal finds Microsoft Graph's own service principal in this tenant.
func (b *builder) graphPrincipal() setup.Step {
	return setup.Step{ID: stepGraph, Make: setup.Action{Title: "find Microsoft Graph", Quiet: true,
		Check: func(ctx context.Context) (setup.Finding, error) {
			sp, err := b.dir.ServicePrincipal(ctx, entra.MicrosoftGraph)
			if err != nil {
				return setup.Finding{}, fault.Wrap(fault.Config, "find Microsoft Graph's service principal in the tenant", err)
			}
			b.facts.GraphPrincipal.Set(sp.ID)
			return setup.AllDone("")
		}}}
}

func (b *builder) delegatedConsent() setup.Step {
	scopes := names(b.scopes())
	return b.grantStep(stepDelegated, "consent for everybody: "+strings.Join(scopes, ", ")+" (delegated)",
		[]string{server.principalStep(), stepGraph}, scopes,
		&b.facts.ServerPrincipal, &b.facts.GraphPrincipal)
}

func (b *builder) clientGrant() setup.Step {
	return b.grantStep(stepClientGrant, "consent for everybody: client app to server app",
		[]string{client.principalStep(), server.principalStep(), stepPermission}, []string{scopeValue},
		&b.facts.ClientPrincipal, &b.facts.ServerPrincipal)
}

// grantStep consents, for everybody, to scopes that one service principal may
// ask of another.
func (b *builder) grantStep(id, title string, needs, scopes []string, from, to *setup.Fact[entra.ObjectID]) setup.Step {
	return setup.Step{ID: id, Needs: needs, Make: setup.Action{
		Title: title, Note: "needs the role Cloud Application Administrator or higher", Risk: setup.Privileged, Retry: setup.Replication(),
		Check: func(ctx context.Context) (setup.Finding, error) {
			client, known := from.Get()
			resource, both := to.Get()
			if !known || !both {
				return setup.ToDo("")
			}
			g, err := b.scopeGrant(ctx, client, resource)
			if err != nil {
				return setup.Finding{}, err
			}
			if lacking := subtract(scopes, strings.Fields(g.Scope)); len(lacking) > 0 {
				return setup.ToDo(strings.Join(lacking, ", "))
			}
			return setup.AllDone("")
		},
		Do: func(ctx context.Context) error {
			return b.denied(b.grantScopes(ctx, from.Value(), to.Value(), scopes))
		},
	}}
}

// scopeGrant returns the grant for everybody, or an empty one.
func (b *builder) scopeGrant(ctx context.Context, client, resource entra.ObjectID) (entra.ScopeGrant, error) {
	grants, err := b.dir.ScopeGrants(ctx, client)
	if fault.KindOf(err) == fault.NotFound {
		err = nil
	}
	i := slices.IndexFunc(grants, func(g entra.ScopeGrant) bool { return g.Resource == resource && g.Principal == "" })
	if err != nil || i < 0 {
		return entra.ScopeGrant{}, err
	}
	return grants[i], nil
}

// grantScopes adds to the grant that is there: there is one for each pair, and
// what it holds besides is not ours to take.
func (b *builder) grantScopes(ctx context.Context, client, resource entra.ObjectID, scopes []string) error {
	have, err := b.scopeGrant(ctx, client, resource)
	if err != nil {
		return err
	}
	held := strings.Fields(have.Scope)
	if len(subtract(scopes, held)) == 0 {
		return nil
	}
	scope := strings.Join(union(held, scopes), " ")
	if have.ID != "" {
		return b.dir.UpdateScopeGrant(ctx, have.ID, scope)
	}
	_, err = b.dir.GrantScope(ctx, entra.ScopeGrant{Client: client, Resource: resource, Scope: scope})
	return err
}

// roleConsent grants the application permissions, which is what the portal
// calls admin consent.
func (b *builder) roleConsent() setup.Step {
	roles := b.roles()
	return setup.Step{ID: stepRoles, Needs: []string{server.principalStep(), stepGraph}, Make: setup.Action{
		Title: "admin consent: " + strings.Join(names(roles), ", ") + " (application)",
		Note:  "needs the role Privileged Role Administrator or Global Administrator", Risk: setup.Privileged,
		Retry: setup.Replication(),
		Check: func(ctx context.Context) (setup.Finding, error) {
			if _, known := b.facts.ServerPrincipal.Get(); !known {
				return setup.ToDo("")
			}
			lacking, err := b.lackingRoles(ctx)
			if err != nil {
				return setup.Finding{}, err
			}
			if len(lacking) > 0 {
				return setup.ToDo(strings.Join(names(lacking), ", "))
			}
			return setup.AllDone("")
		},
		Do: func(ctx context.Context) error { return b.denied(b.grantRoles(ctx)) },
	}}
}

func (b *builder) lackingRoles(ctx context.Context) ([]permission, error) {
	held, err := b.dir.RoleGrants(ctx, b.facts.ServerPrincipal.Value())
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	return slices.DeleteFunc(slices.Clone(b.roles()), func(p permission) bool {
		return slices.ContainsFunc(held, func(g entra.RoleGrant) bool {
			return g.Role == p.id && g.Resource == b.facts.GraphPrincipal.Value()
		})
	}), nil
}

func (b *builder) grantRoles(ctx context.Context) error {
	lacking, err := b.lackingRoles(ctx)
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range lacking {
		group.Go(func() error {
			_, err := b.dir.GrantRole(ctx, entra.RoleGrant{Role: p.id,
				Principal: b.facts.ServerPrincipal.Value(), Resource: b.facts.GraphPrincipal.Value()})
			return err
		})
	}
	return group.Wait()
}

// denied says who can consent, and where: an administrator can also do it with
// one click, after which setup goes on.
func (b *builder) denied(err error) error {
	if err == nil || fault.KindOf(err) != fault.Forbidden {
		return err
	}
	return fault.Hint(err,
		"or let an administrator open "+b.Cloud.Authority(string(b.Tenant))+"/adminconsent?client_id="+
			string(b.facts.ServerApp.Value().ClientID)+" and then run setup again")
}

// subtract returns what of want is not in have.
func subtract(want, have []string) []string {
	return slices.DeleteFunc(slices.Clone(want), func(w string) bool { return slices.Contains(have, w) })
}
