package directory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// at is a clock that a test moves.
type at struct{ time.Time }

func (a *at) now() time.Time { return a.Time }

func newContoso(t *testing.T, delay time.Duration) (*directory.Directory, *directory.Tenant, *at) {
	t.Helper()
	clock := &at{time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)}
	d, err := directory.New(directory.Options{Now: clock.now, Delay: delay})
	if err != nil {
		t.Fatal(err)
	}
	return d, d.Tenants()[0], clock
}

func must[T any](t *testing.T) func(v T, err error) T {
	t.Helper()
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTenants(t *testing.T) {
	d, contoso, _ := newContoso(t, 0)
	for _, ref := range []string{"contoso.com", "CONTOSO.onmicrosoft.com", string(contoso.ID)} {
		if got, ok := d.Tenant(ref); !ok || got != contoso {
			t.Errorf("tenant %q: %v", ref, ok)
		}
	}
	if _, ok := d.Tenant("f8cdef31-a31e-4b4a-93e4-5f571e91255a"); ok {
		t.Error("the vendor's tenant is offered")
	}
	if id := directory.ID("a", "b"); !entra.IsGUID(id) || id != directory.ID("a", "b") || id == directory.ID("ab") {
		t.Errorf("ID %q", id)
	}
}

func TestPeople(t *testing.T) {
	_, contoso, _ := newContoso(t, 0)
	counts := map[string][2]int{"alice": {2, 3}, "bob": {250, 251}, "carol": {1, 1}, "dave": {0, 0}}
	for who, want := range counts {
		u, ok := contoso.Person(who)
		if !ok {
			t.Fatalf("no %s", who)
		}
		security, all := len(contoso.TransitiveGroups(u.ID, true)), len(contoso.TransitiveGroups(u.ID, false))
		if security != want[0] || all != want[1] {
			t.Errorf("%s: %d security groups, %d in all, want %v", who, security, all, want)
		}
	}
	carol, _ := contoso.Person("carol@fabrikam.com")
	if carol.UserPrincipalName != "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com" || carol.UserType != "Guest" || !carol.External(contoso.ID) ||
		*carol.CreationType != "Invitation" || *carol.ExternalUserState != "Accepted" || carol.Identities[0].Issuer != "ExternalAzureAD" {
		t.Errorf("carol %+v", carol)
	}
	admin, _ := contoso.Person("ADMIN@contoso.com")
	if got := contoso.RoleTemplates(admin.ID); !slices.Equal(got, []string{directory.GlobalAdministrator}) {
		t.Errorf("roles of admin: %v", got)
	}
	alice, _ := contoso.Person("alice")
	if direct := contoso.MemberOf(alice.ID); slices.Contains(direct, group(t, contoso, "platform-team").ID) {
		t.Error("alice is a direct member of platform-team")
	}
	if !slices.Contains(contoso.TransitiveMembers(group(t, contoso, "platform-team").ID), alice.ID) {
		t.Error("alice is not in platform-team at all")
	}
}

func group(t *testing.T, tenant *directory.Tenant, name string) *directory.Group {
	t.Helper()
	for _, g := range tenant.Groups() {
		if g.DisplayName == name {
			return g
		}
	}
	t.Fatalf("no group %s", name)
	return nil
}

func TestApplication(t *testing.T) {
	_, contoso, _ := newContoso(t, 0)
	unique := "our-server"
	app := must[*directory.Application](t)(contoso.CreateApplication(directory.Application{DisplayName: "server", UniqueName: &unique}))
	if app.API.OAuth2PermissionScopes == nil || len(app.API.OAuth2PermissionScopes) != 0 || app.SignInAudience != "AzureADMyOrg" || app.RequiredResourceAccess == nil {
		t.Errorf("a new registration: %+v", app)
	}
	if _, err := contoso.CreateApplication(directory.Application{UniqueName: &unique}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("same uniqueName: %v", err)
	}
	uri := "api://" + string(app.AppID)
	must[*directory.Application](t)(contoso.UpdateApplication(app.ID, func(a *directory.Application) error {
		a.IdentifierURIs, a.AppID = []string{uri}, "changed"
		return nil
	}))
	if app.IdentifierURIs == nil || len(app.IdentifierURIs) != 0 {
		t.Error("an update reached into what was handed out before")
	}
	must[*directory.ServicePrincipal](t)(contoso.CreateServicePrincipal(directory.ServicePrincipal{AppID: app.AppID}))
	if sp, ok := contoso.Resource(uri + "/"); !ok || sp.AppID != app.AppID {
		t.Errorf("resource by its URI: %v", ok)
	}
	if _, err := contoso.CreateServicePrincipal(directory.ServicePrincipal{AppID: app.AppID}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("second service principal: %v", err)
	}
	if _, err := contoso.CreateApplication(directory.Application{IdentifierURIs: []string{uri}}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("same identifier URI: %v", err)
	}
	if err := contoso.DeleteApplication(app.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := contoso.ServicePrincipalByAppID(app.AppID); ok {
		t.Error("the service principal outlived its registration")
	}
	if _, ok := contoso.ApplicationByUniqueName(unique); ok {
		t.Error("the registration is still found")
	}
}

func TestSecrets(t *testing.T) {
	_, contoso, clock := newContoso(t, time.Second)
	app := must[*directory.Application](t)(contoso.CreateApplication(directory.Application{}))
	clock.Time = clock.Add(time.Second)
	name := "s"
	made := must[directory.PasswordCredential](t)(contoso.AddSecret(app.ID, directory.PasswordCredential{DisplayName: &name}))
	if made.SecretText == nil || len(*made.SecretText) < 32 || made.Hint != (*made.SecretText)[:3] {
		t.Fatalf("secret %+v", made)
	}
	state := func() directory.SecretState { return contoso.CheckSecret(app.AppID, *made.SecretText) }
	if app, _ := contoso.Application(app.ID); len(app.PasswordCredentials) != 0 || state() != directory.SecretWrong {
		t.Error("the secret is seen before the delay")
	}
	clock.Time = clock.Add(time.Second)
	listed, _ := contoso.Application(app.ID)
	if len(listed.PasswordCredentials) != 1 || listed.PasswordCredentials[0].SecretText != nil || state() != directory.SecretGood {
		t.Errorf("listed %+v, state %v", listed.PasswordCredentials, state())
	}
	if contoso.CheckSecret(app.AppID, made.KeyID) != directory.SecretWrong {
		t.Error("the key id is taken for the secret")
	}
	clock.Time = clock.AddDate(2, 0, 1)
	if state() != directory.SecretExpired {
		t.Errorf("after two years: %v", state())
	}
	if err := contoso.RemoveSecret(app.ID, made.KeyID); err != nil || state() != directory.SecretWrong {
		t.Errorf("removed: %v, %v", err, state())
	}
}

func TestConsent(t *testing.T) {
	d, contoso, _ := newContoso(t, 0)
	bot := found(contoso.ServicePrincipalByAppID(entra.ClientID(directory.ID("client", "ci-bot"))))
	graph := found(contoso.ServicePrincipalByAppID(entra.MicrosoftGraph))
	alice, bob := found(contoso.Person("alice")), found(contoso.Person("bob"))
	scopes := func(user entra.ObjectID) []string { return contoso.Scopes(bot.AppID, graph.AppID, user) }
	if got := scopes(alice.ID); len(got) != 0 {
		t.Errorf("before: %v", got)
	}
	g := must[*directory.ScopeGrant](t)(contoso.CreateGrant(directory.ScopeGrant{ClientID: bot.ID, ResourceID: graph.ID, ConsentType: "Principal", PrincipalID: &alice.ID, Scope: "User.Read"}))
	if got := scopes(alice.ID); !slices.Equal(got, []string{"User.Read"}) || len(scopes(bob.ID)) != 0 {
		t.Errorf("alice %v, bob %v", got, scopes(bob.ID))
	}
	if err := contoso.UpdateGrant(g.ID, "User.Read openid"); err != nil || len(scopes(alice.ID)) != 2 {
		t.Errorf("updated: %v, %v", err, scopes(alice.ID))
	}
	role := directory.RoleAssignment{PrincipalID: bot.ID, ResourceID: graph.ID, AppRoleID: entra.DirectoryReadAllApp}
	r := must[*directory.RoleAssignment](t)(contoso.CreateRoleAssignment(role))
	if got := contoso.Roles(bot.ID, graph.ID); !slices.Equal(got, []string{"Directory.Read.All"}) || r.PrincipalType != "ServicePrincipal" {
		t.Errorf("roles %v, %+v", got, r)
	}
	if _, err := contoso.CreateRoleAssignment(role); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("second time: %v", err)
	}
	role.AppRoleID = entra.UserRead // a scope is no role
	if _, err := contoso.CreateRoleAssignment(role); !errors.Is(err, directory.ErrReference) {
		t.Errorf("unknown role: %v", err)
	}
	if err := contoso.DeleteServicePrincipal(bot.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := contoso.Grant(g.ID); ok || len(contoso.Roles(bot.ID, graph.ID)) != 0 {
		t.Error("consent outlived its service principal")
	}
	cli := contoso.Scopes(entra.AzureCLI, entra.MicrosoftGraph, alice.ID)
	if !slices.Contains(cli, "Directory.AccessAsUser.All") || !slices.Contains(cli, "Application.ReadWrite.All") {
		t.Errorf("Azure CLI's scopes on Graph: %v", cli)
	}
	if d.ManagedServerSecret() == d.BotSecret() || contoso.CheckSecret(entra.AKSServer, d.ManagedServerSecret()) != directory.SecretGood {
		t.Error("the managed server app's secret is not good")
	}
}
