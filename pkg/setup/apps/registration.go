package apps

import (
	"context"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

func (b *builder) fact(p part) *setup.Fact[entra.Application] {
	if p == server {
		return &b.facts.ServerApp
	}
	return &b.facts.ClientApp
}

// find looks an application up and refuses one that is not ours.
func (b *builder) find(ctx context.Context, p part) (entra.Application, bool, error) {
	app, err := b.dir.ApplicationByUniqueName(ctx, b.uniqueName(p))
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return entra.Application{}, false, nil
	case err != nil:
		return entra.Application{}, false, err
	case !slices.Contains(app.Tags, Tag):
		return entra.Application{}, false, fault.Hint(
			fault.Newf(fault.Conflict, "application %q (%s) has the unique name %q but setup did not make it: it is left alone",
				app.Name, app.ClientID, b.uniqueName(p)),
			"rename or delete that application, or choose another --name")
	}
	return app, true, nil
}

func (b *builder) registration(p part) setup.Step {
	want := b.wanted(p)
	title := "register the client app " + want.Name + " (public client)"
	if p == server {
		title = "register the server app " + want.Name
	}
	return setup.Step{
		ID: p.step(),
		Make: setup.Action{
			Title: title, Retry: setup.Replication(),
			Check: func(ctx context.Context) (setup.Finding, error) {
				app, found, err := b.find(ctx, p)
				if err != nil || !found {
					return setup.Finding{State: setup.Missing}, err
				}
				b.fact(p).Set(app)
				if _, differs := merge(app, want); differs {
					return setup.ToChange("mend its settings, " + string(app.ClientID))
				}
				return setup.AllDone(string(app.ClientID))
			},
			Do: func(ctx context.Context) error {
				return b.register(ctx, p, want)
			},
		},
		Undo: &setup.Action{
			Title: "delete the " + string(p) + " app " + want.Name, Risk: setup.Deletes,
			Check: func(ctx context.Context) (setup.Finding, error) { return b.checkUndo(ctx, p) },
			Do: func(ctx context.Context) error {
				err := b.dir.DeleteApplication(ctx, b.fact(p).Value().ID)
				if fault.KindOf(err) == fault.NotFound {
					return nil
				}
				return err
			},
		},
	}
}

func (b *builder) register(ctx context.Context, p part, want entra.Application) error {
	if have, found := b.fact(p).Get(); found {
		return b.update(ctx, p, have, want)
	}
	app, err := b.dir.UpsertApplication(ctx, want)
	if err != nil {
		return err
	}
	b.fact(p).Set(app)
	return nil
}

// update adds what is wanted to an application and to the fact of it.
func (b *builder) update(ctx context.Context, p part, have, want entra.Application) error {
	app, differs := merge(have, want)
	if !differs {
		return nil
	}
	if err := b.dir.UpdateApplication(ctx, app); err != nil {
		return err
	}
	b.fact(p).Set(app)
	return nil
}

// checkUndo leaves another's application alone instead of failing: what else
// there is to remove can still go.
func (b *builder) checkUndo(ctx context.Context, p part) (setup.Finding, error) {
	app, found, err := b.find(ctx, p)
	switch {
	case fault.KindOf(err) == fault.Conflict:
		return setup.AllDone("left: setup did not make it")
	case err != nil:
		return setup.Finding{}, err
	case !found:
		return setup.AllDone("is not there")
	}
	b.fact(p).Set(app)
	return setup.ToDo(string(app.ClientID))
}

// identifierURI is a change of its own: api://{appId} is not known before the
// application is.
func (b *builder) identifierURI() setup.Step {
	want := func() entra.Application {
		w := b.wanted(server)
		w.IdentifierURIs = []string{"api://" + string(b.facts.ServerApp.Value().ClientID)}
		return w
	}
	return b.amend(stepURI, "give the server app the identifier URI api://<its id>", server, nil, want)
}

// clientPermission declares that the client app may ask for the server app.
func (b *builder) clientPermission() setup.Step {
	want := func() entra.Application {
		w := b.wanted(client)
		w.Permissions = []entra.ResourcePermissions{{
			Resource: b.facts.ServerApp.Value().ClientID, Delegated: []string{b.serverScope()}}}
		return w
	}
	return b.amend(stepPermission, "let the client app ask for the server app", client, []string{server.step()}, want)
}

// serverScope is the id of the server app's scope as it is there.
func (b *builder) serverScope() string {
	for _, s := range b.facts.ServerApp.Value().Scopes {
		if s.Value == scopeValue && s.ID != "" {
			return strings.ToLower(s.ID)
		}
	}
	return b.scopeID()
}

// amend changes an application once more, when more is known.
func (b *builder) amend(id, title string, p part, needs []string, want func() entra.Application) setup.Step {
	return setup.Step{ID: id, Needs: append(needs, p.step()), Make: setup.Action{
		Title: title, Retry: setup.Replication(),
		Check: func(context.Context) (setup.Finding, error) {
			have, found := b.fact(p).Get()
			if _, both := b.facts.ServerApp.Get(); !found || !both {
				return setup.ToDo("")
			}
			if _, differs := merge(have, want()); differs {
				return setup.ToDo("")
			}
			return setup.AllDone("")
		},
		Do: func(ctx context.Context) error {
			return b.update(ctx, p, b.fact(p).Value(), want())
		},
	}}
}
