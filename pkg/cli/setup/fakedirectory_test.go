package setup

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// fakeCloud is a directory and an Azure in memory, for the rules of setup. It
// counts writes, and can cut a run short at any of them.
type fakeCloud struct {
	factory.Directory // what is not faked is not called

	mu     sync.Mutex
	next   int
	writes []string
	// cut is called after the write of that number was made; its answer is lost.
	cutAt int
	cut   func()
	// deny refuses the write of that name.
	deny string
	// young objects are not found the first few times.
	young map[string]int
	delay int

	apps      []entra.Application
	secrets   map[string]safetext.Secret // by keyId
	sps       []entra.ServicePrincipalInfo
	grants    []entra.ScopeGrant
	roles     []entra.RoleGrant
	groups    []entra.Principal
	members   map[entra.ObjectID][]entra.ObjectID
	resources fakeAzure
}

const (
	meID = entra.ObjectID("00000000-0000-0000-0000-00000000000e")
	now0 = "2026-05-01T12:00:00Z"
)

func newFakeCloud() *fakeCloud {
	f := &fakeCloud{young: map[string]int{}, secrets: map[string]safetext.Secret{}, members: map[entra.ObjectID][]entra.ObjectID{}}
	f.sps = []entra.ServicePrincipalInfo{{ID: "graph-sp", ClientID: entra.MicrosoftGraph}}
	f.resources.cloud = f
	return f
}

// write counts one change and says what becomes of it.
func (f *fakeCloud) write(ctx context.Context, name string, apply func() error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return err
	}
	if f.deny == name {
		return fault.New(fault.Forbidden, name+": denied", "ask an administrator")
	}
	if err := apply(); err != nil {
		return err
	}
	f.writes = append(f.writes, name)
	if f.cut != nil && len(f.writes) == f.cutAt {
		f.cut()
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	return nil
}

func (f *fakeCloud) id(prefix string) string {
	f.next++
	id := fmt.Sprintf("%s-%d", prefix, f.next)
	f.young[id] = f.delay
	return id
}

// unknown reports whether a replica has not heard of an object yet.
func (f *fakeCloud) unknown(id string) bool {
	if f.young[id] > 0 {
		f.young[id]--
		return true
	}
	return false
}

func notFound(what string) error { return fault.New(fault.NotFound, what+": not found") }

func (f *fakeCloud) app(match func(entra.Application) bool) (*entra.Application, error) {
	i := slices.IndexFunc(f.apps, match)
	if i < 0 || f.unknown(string(f.apps[i].ID)) {
		return nil, notFound("application")
	}
	return &f.apps[i], nil
}

func (f *fakeCloud) ApplicationByUniqueName(_ context.Context, name string) (entra.Application, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	app, err := f.app(func(a entra.Application) bool { return a.UniqueName == name })
	if err != nil {
		return entra.Application{}, err
	}
	return *app, nil
}

func (f *fakeCloud) UpsertApplication(ctx context.Context, app entra.Application) (made entra.Application, err error) {
	err = f.write(ctx, "upsert "+app.Name, func() error {
		i := slices.IndexFunc(f.apps, func(a entra.Application) bool { return a.UniqueName == app.UniqueName })
		if i < 0 {
			app.ID, app.ClientID = entra.ObjectID(f.id("app")), entra.ClientID("id-of-"+app.Name)
			f.apps = append(f.apps, app)
			made = app
			return nil
		}
		app.ID, app.ClientID, app.Secrets = f.apps[i].ID, f.apps[i].ClientID, f.apps[i].Secrets
		f.apps[i], made = app, app
		return nil
	})
	return made, err
}

func (f *fakeCloud) UpdateApplication(ctx context.Context, app entra.Application) error {
	return f.write(ctx, "update "+app.Name, func() error {
		have, err := f.app(func(a entra.Application) bool { return a.ID == app.ID })
		if err == nil {
			app.Secrets = have.Secrets
			*have = app
		}
		return err
	})
}

func (f *fakeCloud) DeleteApplication(ctx context.Context, id entra.ObjectID) error {
	return f.write(ctx, "delete application", func() error {
		f.apps = slices.DeleteFunc(f.apps, func(a entra.Application) bool { return a.ID == id })
		return nil
	})
}

func (f *fakeCloud) AddSecret(ctx context.Context, id entra.ObjectID, name string, expires time.Time) (info entra.SecretInfo, value safetext.Secret, err error) {
	err = f.write(ctx, "add secret", func() error {
		app, err := f.app(func(a entra.Application) bool { return a.ID == id })
		if err != nil {
			return err
		}
		info = entra.SecretInfo{KeyID: f.id("key"), Name: name, Expires: expires}
		value = safetext.Secret("value of " + info.KeyID)
		f.secrets[info.KeyID] = value
		app.Secrets = append(slices.Clone(app.Secrets), info)
		return nil
	})
	return info, value, err
}

func (f *fakeCloud) RemoveSecret(ctx context.Context, id entra.ObjectID, keyID string) error {
	return f.write(ctx, "remove secret", func() error {
		app, err := f.app(func(a entra.Application) bool { return a.ID == id })
		if err == nil {
			app.Secrets = slices.DeleteFunc(slices.Clone(app.Secrets), func(s entra.SecretInfo) bool { return s.KeyID == keyID })
		}
		return err
	})
}

func (f *fakeCloud) ServicePrincipal(_ context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	i := slices.IndexFunc(f.sps, func(s entra.ServicePrincipalInfo) bool { return s.ClientID == id })
	if i < 0 || f.unknown(string(f.sps[i].ID)) {
		return entra.ServicePrincipalInfo{}, notFound("service principal")
	}
	return f.sps[i], nil
}

func (f *fakeCloud) CreateServicePrincipal(ctx context.Context, id entra.ClientID) (sp entra.ServicePrincipalInfo, err error) {
	err = f.write(ctx, "create sp", func() error {
		if _, err := f.app(func(a entra.Application) bool { return a.ClientID == id }); err != nil {
			return err
		}
		if slices.ContainsFunc(f.sps, func(s entra.ServicePrincipalInfo) bool { return s.ClientID == id }) {
			return fault.New(fault.Conflict, "service principal already in use")
		}
		sp = entra.ServicePrincipalInfo{ID: entra.ObjectID("sp-of-" + id), ClientID: id}
		f.young[string(sp.ID)] = f.delay
		f.sps = append(f.sps, sp)
		return nil
	})
	return sp, err
}
