package apps

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

func newBuilder(o Options) *builder {
	return &builder{Options: o, facts: &setup.Facts{}, now: func() time.Time { return time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC) }}
}

var dev = Options{Subscription: "SUB", ResourceGroup: "Dev", Name: "myakscluster"}

func TestNamesAreStableAndApart(t *testing.T) {
	b := newBuilder(dev)
	if got, want := b.uniqueName(server), "kubectl-aad-myakscluster-server-1c44b6e372e4"; got != want {
		t.Errorf("unique name %q, want %q: clusters made before would not be found any more", got, want)
	}
	if !entra.IsGUID(b.scopeID()) || b.scopeID() != newBuilder(dev).scopeID() {
		t.Errorf("scope id %q", b.scopeID())
	}
	same := newBuilder(Options{Subscription: "sub", ResourceGroup: "dev", Name: "MyAKSCluster"})
	other := newBuilder(Options{Subscription: "SUB", ResourceGroup: "Test", Name: "myakscluster"})
	if same.uniqueName(server) != b.uniqueName(server) {
		t.Error("Azure's names do not distinguish case")
	}
	if other.uniqueName(server) == b.uniqueName(server) || other.scopeID() == b.scopeID() || b.uniqueName(client) == b.uniqueName(server) {
		t.Error("two things of one name")
	}
	if b.displayName(server) != "myaksclusterServer" || b.displayName(client) != "myaksclusterClient" {
		t.Errorf("display names %q %q", b.displayName(server), b.displayName(client))
	}
}

func TestWanted(t *testing.T) {
	s := newBuilder(dev).wanted(server)
	if s.Audience != "AzureADMyOrg" || s.TokenVersion != 1 || s.GroupClaims != "SecurityGroup" || s.PublicClient ||
		!reflect.DeepEqual(s.OptionalClaims, []string{"idtyp"}) || !reflect.DeepEqual(s.Tags, []string{Tag}) ||
		len(s.Scopes) != 1 || s.Scopes[0].Value != "user_impersonation" || len(s.IdentifierURIs) != 0 {
		t.Errorf("server app %+v", s)
	}
	c := newBuilder(dev).wanted(client)
	if !c.PublicClient || c.Audience != "AzureADMyOrg" || !reflect.DeepEqual(c.RedirectURIs, []string{"http://localhost"}) || len(c.Scopes) != 0 {
		t.Errorf("client app %+v", c)
	}
}

func TestPermissions(t *testing.T) {
	article := dev
	article.ArticlePermissions = true
	for _, c := range []struct {
		o    Options
		want entra.ResourcePermissions
	}{
		{dev, entra.ResourcePermissions{Resource: entra.MicrosoftGraph, Delegated: []string{entra.UserRead},
			AppRoles: []string{entra.UserReadBasicAllApp, entra.GroupMemberReadAllApp, entra.ApplicationReadAllApp}}},
		{article, entra.ResourcePermissions{Resource: entra.MicrosoftGraph, Delegated: []string{entra.UserRead, entra.DirectoryReadAll},
			AppRoles: []string{entra.DirectoryReadAllApp}}},
	} {
		if got := newBuilder(c.o).wanted(server).Permissions; !reflect.DeepEqual(got, []entra.ResourcePermissions{c.want}) {
			t.Errorf("permissions %+v, want %+v", got, c.want)
		}
	}
}

func TestMerge(t *testing.T) {
	want := newBuilder(dev).wanted(server)
	for _, c := range []struct {
		name    string
		harm    func(*entra.Application)
		differs bool
	}{
		{"as wanted", func(*entra.Application) {}, false},
		{"another display name", func(a *entra.Application) { a.Name = "Renamed" }, false},
		{"more than wanted", func(a *entra.Application) {
			a.OptionalClaims = append([]string{"ctry"}, a.OptionalClaims...)
			a.IdentifierURIs = []string{"api://x"}
			a.Permissions = append([]entra.ResourcePermissions{{Resource: "other"}}, a.Permissions...)
		}, false},
		{"v2 tokens", func(a *entra.Application) { a.TokenVersion = 2 }, true},
		{"no group claims", func(a *entra.Application) { a.GroupClaims = "" }, true},
		{"all tenants", func(a *entra.Application) { a.Audience = "AzureADMultipleOrgs" }, true},
		{"no idtyp", func(a *entra.Application) { a.OptionalClaims = nil }, true},
		{"no scope", func(a *entra.Application) { a.Scopes = nil }, true},
		{"scope disabled", func(a *entra.Application) { a.Scopes[0].Enabled = false }, true},
		{"a permission less", func(a *entra.Application) { a.Permissions[0].AppRoles = a.Permissions[0].AppRoles[1:] }, true},
		{"no permissions", func(a *entra.Application) { a.Permissions = nil }, true},
	} {
		have := newBuilder(dev).wanted(server)
		c.harm(&have)
		got, differs := merge(have, want)
		if differs != c.differs {
			t.Errorf("%s: differs %v", c.name, differs)
		}
		if again, still := merge(got, want); still {
			t.Errorf("%s: merging does not settle: %+v", c.name, again)
		}
		if len(got.Permissions) < len(have.Permissions) || len(got.OptionalClaims) < len(have.OptionalClaims) || len(got.IdentifierURIs) < len(have.IdentifierURIs) {
			t.Errorf("%s: something of an administrator's is lost", c.name)
		}
	}
}

func TestMergeLeavesItsInputAlone(t *testing.T) {
	have, want := newBuilder(dev).wanted(server), newBuilder(dev).wanted(server)
	have.Permissions[0].AppRoles = have.Permissions[0].AppRoles[:1:1]
	merge(have, want)
	if len(have.Permissions[0].AppRoles) != 1 {
		t.Errorf("input changed: %+v", have.Permissions)
	}
}

func TestJudge(t *testing.T) {
	day := 24 * time.Hour
	for _, c := range []struct {
		name   string
		world  func(*builder)
		stands bool
		seen   string
	}{
		{"no cluster", func(b *builder) { b.facts.Recorded = setup.Fact[string]{} }, false, ""},
		{"good", func(*builder) {}, true, "valid until 2026-05-02"},
		{"removed", func(b *builder) { b.facts.Recorded.Set("gone") }, false, "removed"},
		{"expired", func(b *builder) {
			app := b.facts.ServerApp.Value()
			app.Secrets = []entra.SecretInfo{{KeyID: "k", Expires: b.now()}}
			b.facts.ServerApp.Set(app)
		}, false, "expired on 2026-05-01"},
		{"another server app", func(b *builder) { b.facts.ServerApp.Set(entra.Application{ClientID: "new"}) }, false, "others"},
		{"another client app", func(b *builder) { b.facts.ClientApp.Set(entra.Application{ClientID: "new"}) }, false, "others"},
	} {
		b := newBuilder(dev)
		b.facts.ServerApp.Set(entra.Application{ClientID: "s", Secrets: []entra.SecretInfo{{KeyID: "k", Expires: b.now().Add(day)}}})
		b.facts.ClientApp.Set(entra.Application{ClientID: "c"})
		b.facts.Recorded.Set("k")
		b.facts.Cluster.Set(aks.Cluster{Entra: &aks.EntraProfile{ServerApp: "s", ClientApp: "c"}})
		c.world(b)
		stands, seen := b.judge()
		if stands != c.stands || !strings.Contains(seen, c.seen) {
			t.Errorf("%s: stands %v, seen %q", c.name, stands, seen)
		}
	}
}

func TestUnusedSecrets(t *testing.T) {
	app := entra.Application{Secrets: []entra.SecretInfo{
		{KeyID: "mine", Name: SecretName}, {KeyID: "old", Name: SecretName}, {KeyID: "theirs", Name: "by hand"}}}
	b := newBuilder(dev)
	b.facts.Recorded.Set("mine")
	b.facts.SecretStands.Set(true)
	if got := b.unused(app); len(got) != 1 || got[0].KeyID != "old" {
		t.Errorf("unused %v", got)
	}
	b.facts.SecretStands.Set(false) // the cluster gets a new one: both are old
	if got := b.unused(app); len(got) != 2 {
		t.Errorf("unused %v", got)
	}
}
