package login_test

import (
	"net/http"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func TestAdminConsent(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	if _, err := r.contoso.UpdateApplication(a.server.ID, func(s *directory.Application) error {
		s.RequiredResourceAccess = []directory.RequiredResourceAccess{{ResourceAppID: entra.MicrosoftGraph, ResourceAccess: []directory.ResourceAccess{
			{ID: entra.UserRead, Type: "Scope"}, {ID: entra.DirectoryReadAll, Type: "Scope"}, {ID: entra.DirectoryReadAllApp, Type: "Role"}}}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	post := func(who, resource string, app entra.ClientID) int {
		token, err := r.service.Token("contoso.com", who, string(entra.AzureCLI), resource)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodPost, r.chassis.Endpoint(wire.Portal)+"/api/RegisteredApplications/"+string(app)+"/Consent?onBehalfOfAll=true", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := r.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	portal := string(directory.AzurePortal)
	for _, tc := range []struct {
		name, who, resource string
		app                 entra.ClientID
		status              int
	}{
		{"token for something else", "admin", "https://graph.microsoft.com", a.server.AppID, 401},
		{"no administrator", "alice", portal, a.server.AppID, 403},
		{"no such application", "admin", portal, "x", 404},
		{"administrator", "admin", portal, a.server.AppID, 204},
		{"again", "admin", portal, a.server.AppID, 204},
	} {
		if got := post(tc.who, tc.resource, tc.app); got != tc.status {
			t.Errorf("%s: %d, want %d", tc.name, got, tc.status)
		}
	}
	got := r.post(tokenPath, "grant_type", "client_credentials", "client_id", string(a.server.AppID), "client_secret", a.secret, "scope", "https://graph.microsoft.com/.default")
	if roles := texts(r.claims(got.Access)["roles"]); len(roles) != 1 || roles[0] != "Directory.Read.All" {
		t.Errorf("roles %v", roles)
	}
	alice, _ := r.contoso.Person("alice")
	if scopes := r.contoso.Scopes(a.server.AppID, entra.MicrosoftGraph, alice.ID); len(scopes) != 2 {
		t.Errorf("scopes %v", scopes)
	}
}
