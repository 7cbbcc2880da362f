package login_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func TestErrors(t *testing.T) {
	r := newRig(t, 0)
	no := false
	a := r.apps(nil)
	private := r.apps(func(_, c *directory.Application) { c.IsFallbackPublicClient = &no })
	server, client, aks := string(a.server.AppID), string(a.client.AppID), string(entra.AKSClient)
	expired := time.Now().Add(-time.Hour)
	old, err := r.contoso.AddSecret(private.server.ID, directory.PasswordCredential{EndDateTime: expired})
	if err != nil {
		t.Fatal(err)
	}
	lone, err := r.contoso.CreateApplication(directory.Application{DisplayName: "no service principal"})
	if err != nil {
		t.Fatal(err)
	}
	loneSecret, err := r.contoso.AddSecret(lone.ID, directory.PasswordCredential{})
	if err != nil {
		t.Fatal(err)
	}
	token := func(pairs ...string) []string { return append([]string{tokenPath}, pairs...) }
	device := func(pairs ...string) []string { return append([]string{devicePath}, pairs...) }
	secret := func(id, text, scope string) []string {
		return token("grant_type", "client_credentials", "client_id", id, "client_secret", text, "scope", scope)
	}
	for _, tc := range []struct {
		name    string
		request []string
		code    int
		oauth   string
		status  int
	}{
		{"unknown tenant", []string{"/nowhere.com/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", aks}, 90002, "invalid_request", 400},
		{"unknown client", device("client_id", "11111111-1111-4111-8111-111111111111", "scope", aksScope), 700016, "unauthorized_client", 400},
		{"client of another tenant", []string{"/fabrikam.com/oauth2/v2.0/devicecode", "client_id", client, "scope", server + "/.default"}, 700016, "unauthorized_client", 400},
		{"no client", token("grant_type", "refresh_token"), 900144, "invalid_request", 400},
		{"no grant type", token("client_id", aks), 900144, "invalid_request", 400},
		{"odd grant type", token("client_id", aks, "grant_type", "wish"), 70003, "unsupported_grant_type", 400},
		{"unknown resource", device("client_id", aks, "scope", "api://nowhere/.default"), 500011, "invalid_resource", 400},
		{"two resources", device("client_id", aks, "scope", aksScope+" https://graph.microsoft.com/.default"), 28000, "invalid_request", 400},
		{"garbage refresh token", token("client_id", aks, "grant_type", "refresh_token", "refresh_token", "x"), 70000, "invalid_grant", 400},
		{"garbage device code", token("client_id", aks, "grant_type", deviceKind, "device_code", "x"), 70018, "bad_verification_code", 400},
		{"not a public client", token("client_id", string(private.client.AppID), "grant_type", deviceKind, "device_code", "x"), 7000218, "invalid_client", 401},
		{"no secret", token("client_id", server, "grant_type", "client_credentials", "scope", server+"/.default"), 7000218, "invalid_client", 401},
		{"wrong secret", secret(server, "wrong", server+"/.default"), 7000215, "invalid_client", 401},
		{"expired secret", secret(string(private.server.AppID), *old.SecretText, server+"/.default"), 7000222, "invalid_client", 401},
		{"secret of a public client", secret(client, "x", server+"/.default"), 700025, "invalid_client", 401},
		{"no service principal", secret(string(lone.AppID), *loneSecret.SecretText, server+"/.default"), 7000229, "unauthorized_client", 400},
		{"two resources of an application", secret(server, a.secret, aksScope+" https://graph.microsoft.com/.default"), 70011, "invalid_scope", 400},
		{"scope without .default", secret(server, a.secret, "User.Read"), 1002012, "invalid_scope", 400},
		{"no tenant", append([]string{"/common/oauth2/v2.0/token"}, secret(string(entra.AKSServer), r.directory.ManagedServerSecret(), "https://graph.microsoft.com/.default")[1:]...), 50059, "invalid_request", 400},
		{"common with one tenant's app", append([]string{"/common/oauth2/v2.0/token"}, secret(server, a.secret, server+"/.default")[1:]...), 50194, "invalid_request", 400},
		{"v1 without resource", []string{"/contoso.com/oauth2/token", "client_id", server, "client_secret", a.secret, "grant_type", "client_credentials"}, 900144, "invalid_request", 400},
		{"assertion without type", token("client_id", server, "client_assertion", "x", "grant_type", "client_credentials"), 900144, "invalid_request", 400},
		{"assertion of another type", token("client_id", server, "client_assertion", "x", "client_assertion_type", "saml", "grant_type", "client_credentials"), 50027, "invalid_client", 401},
		{"first party for first party", token("client_id", aks, "grant_type", "password", "username", "alice@contoso.com", "password", "sandbox-alice", "scope", "https://management.core.windows.net/.default"), 65002, "invalid_grant", 400},
	} {
		got := r.post(tc.request[0], tc.request[1:]...)
		if got.code() != tc.code || got.Error != tc.oauth || got.status != tc.status {
			t.Errorf("%s: %d %s %s, want %d %s %d", tc.name, got.status, got.Error, got.Description, tc.status, tc.oauth, tc.code)
		}
		if strings.Contains(got.Description, "%!") || !strings.Contains(got.Description, "\r\nTrace ID: "+got.Trace) || got.Correlation == "" || got.URI == "" {
			t.Errorf("%s: description %q", tc.name, got.Description)
		}
	}
}

func TestConsentMissing(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	for _, g := range r.contoso.Grants() {
		if g.Scope == "user_impersonation" {
			if err := r.contoso.DeleteGrant(g.ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	got := r.signIn("alice", a.client.AppID, string(a.server.AppID)+"/.default")
	if got.code() != 650057 || got.Error != "invalid_resource" {
		t.Errorf("neither granted nor declared: %+v", got)
	}
	if got := r.signIn("alice", a.client.AppID, string(a.server.AppID)+"/user_impersonation"); got.code() != 65001 {
		t.Errorf("asked for by name: %+v", got)
	}
	r.declare(a.client.ID, a.server.AppID)
	got = r.signIn("alice", a.client.AppID, string(a.server.AppID)+"/.default")
	if got.code() != 65001 || got.Error != "invalid_grant" || got.Suberror != "consent_required" {
		t.Errorf("without grant: %+v", got)
	}
	if _, err := r.contoso.UpdateApplication(a.server.ID, func(s *directory.Application) error {
		s.API.PreAuthorizedApplications = []directory.PreAuthorization{{AppID: a.client.AppID, DelegatedPermissionIDs: []string{s.API.OAuth2PermissionScopes[0].ID}}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if got := r.signIn("alice", a.client.AppID, string(a.server.AppID)+"/.default"); got.status != http.StatusOK {
		t.Errorf("pre-authorized: %s", got.Description)
	}
}

// What was just written is not known yet; after the delay it is.
func TestReplicationDelay(t *testing.T) {
	r := newRig(t, 2*time.Second)
	app, err := r.contoso.CreateApplication(directory.Application{DisplayName: "new"})
	if err != nil {
		t.Fatal(err)
	}
	if a := r.post(devicePath, "client_id", string(app.AppID), "scope", aksScope); a.code() != 700016 {
		t.Errorf("new application: %+v", a)
	}
	if _, err := r.contoso.CreateServicePrincipal(directory.ServicePrincipal{AppID: app.AppID}); err == nil {
		t.Error("a service principal of an application that is not seen yet")
	}
	r.clock.add(2 * time.Second)
	if _, err := r.contoso.CreateServicePrincipal(directory.ServicePrincipal{AppID: app.AppID, AccountEnabled: true}); err != nil {
		t.Fatal(err)
	}
	secret, err := r.contoso.AddSecret(app.ID, directory.PasswordCredential{})
	if err != nil {
		t.Fatal(err)
	}
	ask := func() answer {
		return r.post(tokenPath, "grant_type", "client_credentials", "client_id", string(app.AppID), "client_secret", *secret.SecretText,
			"scope", string(app.AppID)+"/.default")
	}
	if a := ask(); a.code() != 7000215 {
		t.Errorf("new secret: %+v", a)
	}
	r.clock.add(2 * time.Second)
	if a := ask(); a.status != http.StatusOK {
		t.Errorf("after the delay: %s", a.Description)
	}
}

func TestFaults(t *testing.T) {
	r := newRig(t, 0)
	for _, f := range []struct {
		name string
		code int
	}{{"revoked", 50173}, {"sign-in-frequency", 70043}, {"conditional-access", 53003}, {"mfa-required", 50076}, {"consent-missing", 65001}, {"secret-wrong", 7000215}, {"secret-expired", 7000222}, {"temporarily-unavailable", 90033}, {"503", 90033}, {"429", 90055}} {
		a := r.signIn("alice", entra.AKSClient, aksScope+" offline_access")
		if err := r.chassis.Arm(wire.Login, f.name, 1, "/token"); err != nil {
			t.Fatal(err)
		}
		refresh := func() answer {
			return r.post(tokenPath, "grant_type", "refresh_token", "client_id", string(entra.AKSClient), "refresh_token", a.Refresh, "scope", aksScope)
		}
		if got := refresh(); got.code() != f.code || strings.Contains(got.Description, "MISSING") {
			t.Errorf("%s: %+v", f.name, got)
		}
		if got := refresh(); got.status != http.StatusOK {
			t.Errorf("%s: still there after one time: %s", f.name, got.Description)
		}
	}
	if err := r.chassis.Arm(wire.Login, "short-lived", 1, ""); err != nil {
		t.Fatal(err)
	}
	a := r.signIn("alice", entra.AKSClient, aksScope)
	r.clock.add(11 * time.Second)
	if _, err := r.service.Verify(a.Access); err == nil {
		t.Error("a short-lived token outlived its 10 seconds")
	}
}
