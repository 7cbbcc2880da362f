package aks

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

var base = Options{Subscription: aks.Subscription{ID: "sub", Tenant: "t"}, ResourceGroup: "g", Name: "c",
	Location: "eastus", NodeCount: 1, Integration: setup.Managed, Admins: []string{"alice"}}

func newWorld() *world {
	return &world{people: []entra.Principal{
		{ID: "alice", Kind: entra.User, Name: "alice"}, {ID: "bob", Kind: entra.User, Name: "bob"},
		{ID: "dave", Kind: entra.User, Name: "dave", Disabled: true},
		{ID: "team", Kind: entra.Group, Name: "team", SecurityEnabled: true}}}
}

func run(t *testing.T, w *world, o Options, facts *setup.Facts) error {
	t.Helper()
	steps, err := Steps(o, Ports{w, w, w, w}, facts)
	if err != nil {
		return err
	}
	return carryOut(t, steps)
}

func carryOut(t *testing.T, steps []setup.Step) error {
	t.Helper()
	plan, err := setup.Look(t.Context(), steps)
	if err != nil {
		return err
	}
	return setup.Runner{Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }}.Run(t.Context(), plan)
}

func TestManaged(t *testing.T) {
	w := newWorld()
	o := base
	o.AdminGroup, o.Admins = "team", []string{"alice", "bob"}
	w.unreachable = 3
	if err := run(t, w, o, &setup.Facts{}); err != nil {
		t.Fatal(err)
	}
	c := w.clusters["c"]
	if !c.Entra.Managed || !slices.Equal(c.Entra.AdminGroups, []entra.ObjectID{"team"}) || c.Tags[aks.TagOwned] != "managed" ||
		w.groups["g"].Tags[aks.TagOwned] != "managed" {
		t.Errorf("cluster %+v %+v", c, c.Entra)
	}
	want := []string{"group", "create", "bind alice as admin", "bind bob as admin"}
	if !slices.Equal(w.did, want) {
		t.Errorf("did %q", w.did)
	}
	if !slices.Equal(w.contexts, []string{"user"}) {
		t.Errorf("contexts %q", w.contexts)
	}
	w.bound = []entra.ObjectID{"alice"} // somebody took bob's away
	if err := run(t, w, o, &setup.Facts{}); err != nil || !slices.Contains(w.bound, "bob") {
		t.Errorf("mending bob: %v, bound %v", err, w.bound)
	}
}

func TestAppsBindTheGroup(t *testing.T) {
	w := newWorld()
	o := base
	o.Integration, o.Admins, o.CreateAdminGroup, o.AdminContext = setup.Apps, nil, "admins", true
	facts := &setup.Facts{}
	facts.Secret.Set(setup.NewSecret{KeyID: "k1", Value: "v1"})
	facts.ServerApp.Set(entra.Application{ClientID: "server"})
	facts.ClientApp.Set(entra.Application{ClientID: "client"})
	var spec aks.ClusterSpec
	w.create = func(_ *world, s aks.ClusterSpec) error { spec = s; return nil }
	if err := run(t, w, o, facts); err != nil {
		t.Fatal(err)
	}
	if spec.Entra.Managed || spec.Entra.ServerApp != "server" || spec.Entra.ClientApp != "client" || spec.Entra.Tenant != "t" ||
		spec.ServerSecret.Reveal() != "v1" || spec.Tags[aks.TagSecretKeyID] != "k1" || len(spec.Entra.AdminGroups) != 0 {
		t.Errorf("spec %+v", spec)
	}
	slices.Sort(w.contexts)
	if !slices.Contains(w.did, "bind new as admin") || !slices.Equal(w.contexts, []string{"admin", "user"}) {
		t.Errorf("did %q, contexts %q", w.did, w.contexts)
	}
}

// made puts a cluster of ours in the given state.
func (w *world) made(state string, change func(*aks.Cluster)) {
	c := aks.Cluster{Name: "c", ResourceGroup: "g", State: state, Tags: map[string]string{aks.TagOwned: "apps", aks.TagSecretKeyID: "k1"},
		Entra: &aks.EntraProfile{ServerApp: "server", ClientApp: "client"}}
	if change != nil {
		change(&c)
	}
	w.clusters = map[string]aks.Cluster{"c": c}
}

func TestExistingCluster(t *testing.T) {
	for _, c := range []struct {
		name   string
		state  string
		stands bool
		ready  bool // gets ready before it is waited for
		did    []string
	}{
		{"good", "Succeeded", true, false, nil},
		{"another secret", "Succeeded", false, false, []string{"reset to v2", "tag k2"}},
		{"being made", "Creating", true, false, []string{"create"}},
		{"made meanwhile", "Creating", true, true, []string{"create"}},
		{"made meanwhile with another secret", "Creating", false, true, []string{"create", "reset to v2", "tag k2"}},
		{"failed", "Failed", false, false, []string{"create"}},
		{"being updated", "Updating", true, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			w.groups = map[string]aks.ResourceGroup{"g": {Name: "g"}}
			w.made(c.state, nil)
			if c.ready {
				w.create = func(w *world, _ aks.ClusterSpec) error {
					w.made("Succeeded", nil)
					return fault.New(fault.Conflict, "it exists already")
				}
			}
			facts := &setup.Facts{}
			facts.Secret.Set(setup.NewSecret{KeyID: "k2", Value: "v2"})
			facts.SecretStands.Set(c.stands)
			o := base
			o.Integration, o.Admins = setup.Apps, nil
			if err := run(t, w, o, facts); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(w.did, c.did) {
				t.Errorf("did %q, want %q", w.did, c.did)
			}
			if key, known := facts.Recorded.Get(); known != (c.state != "Failed") || known && key != "k1" {
				t.Errorf("recorded %q %v", key, known)
			}
		})
	}
}

func TestRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*world, *Options)
		kind   fault.Kind
		text   string
	}{
		{"nobody", func(_ *world, o *Options) { o.Admins = nil }, fault.Usage, "nobody could enter"},
		{"two groups", func(_ *world, o *Options) { o.AdminGroup, o.CreateAdminGroup = "a", "b" }, fault.Usage, "exclude each other"},
		{"unknown admin", func(_ *world, o *Options) { o.Admins = []string{"zoe"} }, fault.NotFound, "--admin: zoe"},
		{"disabled admin", func(_ *world, o *Options) { o.Admins = []string{"dave"} }, fault.Config, "disabled"},
		{"being deleted", func(w *world, _ *Options) { w.made("Deleting", nil) }, fault.Conflict, "being deleted"},
		{"no Entra any more", func(w *world, _ *Options) {
			w.made("Succeeded", func(c *aks.Cluster) { c.Tags[aks.TagOwned], c.Entra = "managed", nil })
		}, fault.Conflict, "no Entra sign-in"},
		{"no local accounts", func(w *world, _ *Options) {
			w.made("Succeeded", func(c *aks.Cluster) { c.Tags[aks.TagOwned], c.LocalAccountsDisabled = "managed", true })
		}, fault.Config, "local accounts are disabled"},
	} {
		w, o := newWorld(), base
		c.change(w, &o)
		err := run(t, w, o, &setup.Facts{})
		if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) {
			t.Errorf("%s: %v", c.name, err)
		}
		if len(w.did) > 0 {
			t.Errorf("%s: did %q", c.name, w.did)
		}
	}
}

func TestAzuresRefusalOfTheArticle(t *testing.T) {
	w := newWorld()
	w.create = func(*world, aks.ClusterSpec) error { return fault.New(fault.Failure, "Azure answers 400: BadRequest") }
	o := base
	o.Integration, o.Admins = setup.Apps, nil
	err := run(t, w, o, &setup.Facts{})
	hints := strings.Join(fault.Hints(err), "\n")
	if !strings.Contains(hints, "--integration managed") || !strings.Contains(hints, "kubectl aad teardown -g g --name c") {
		t.Errorf("%v, hints %q", err, hints)
	}
}

func TestUndo(t *testing.T) {
	for _, c := range []struct {
		name  string
		world func(*world, *Options)
		did   []string
		err   fault.Kind
	}{
		{"ours", func(w *world, _ *Options) { w.made("Succeeded", nil); w.contexts = []string{"user"} },
			[]string{"remove context user", "delete cluster"}, 0},
		{"theirs", func(w *world, _ *Options) {
			w.made("Succeeded", func(c *aks.Cluster) { c.Tags = nil })
			w.contexts = []string{"user"}
		}, nil, 0},
		{"nothing there", func(*world, *Options) {}, nil, 0},
		{"group not asked for", func(w *world, o *Options) {
			w.groups = map[string]aks.ResourceGroup{"g": {Tags: map[string]string{aks.TagOwned: "apps"}}}
		}, nil, 0},
		{"group of ours", func(w *world, o *Options) {
			w.groups = map[string]aks.ResourceGroup{"g": {Tags: map[string]string{aks.TagOwned: "apps"}}}
			o.RemoveGroup = true
		}, []string{"delete group"}, 0},
		{"group of theirs", func(w *world, o *Options) {
			w.groups = map[string]aks.ResourceGroup{"g": {}}
			o.RemoveGroup = true
		}, nil, 0},
		{"group with another cluster", func(w *world, o *Options) {
			w.groups = map[string]aks.ResourceGroup{"g": {Tags: map[string]string{aks.TagOwned: "apps"}}}
			w.clusters = map[string]aks.Cluster{"other": {Name: "other", ResourceGroup: "G"}}
			o.RemoveGroup = true
		}, nil, fault.Conflict},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, o := newWorld(), base
			c.world(w, &o)
			err := carryOut(t, setup.Undo(Unbuilt(o, Ports{w, w, w, w}, &setup.Facts{})))
			if (err != nil) != (c.err != 0) || err != nil && fault.KindOf(err) != c.err {
				t.Errorf("error %v", err)
			}
			if !slices.Equal(w.did, c.did) {
				t.Errorf("did %q, want %q", w.did, c.did)
			}
		})
	}
}

// Azure RBAC is asked for when the cluster is made, and is not pretended later.
func TestAzureRBAC(t *testing.T) {
	w := newWorld()
	var spec aks.ClusterSpec
	w.create = func(_ *world, s aks.ClusterSpec) error { spec = s; return nil }
	o := base
	o.AzureRBAC = true
	if err := run(t, w, o, &setup.Facts{}); err != nil || !spec.Entra.AzureRBAC {
		t.Errorf("%v, %+v", err, spec.Entra)
	}
	w = newWorld()
	w.groups = map[string]aks.ResourceGroup{"g": {Name: "g"}}
	w.made("Succeeded", func(c *aks.Cluster) {
		c.Tags[aks.TagOwned], c.Entra = "managed", &aks.EntraProfile{Managed: true}
	})
	if err := run(t, w, o, &setup.Facts{}); fault.KindOf(err) != fault.Conflict || !strings.Contains(strings.Join(fault.Hints(err), ""), "--enable-azure-rbac") {
		t.Errorf("an existing one: %v", err)
	}
}
