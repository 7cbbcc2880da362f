package login_test

import (
	"context"
	"testing"
	"time"

	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func TestPassword(t *testing.T) {
	r := newRig(t, 0)
	no := false
	private := r.apps(func(_, c *directory.Application) { c.IsFallbackPublicClient = &no })
	ask := func(tenant string, client entra.ClientID, user, password string) answer {
		return r.post("/"+tenant+"/oauth2/v2.0/token", "grant_type", "password", "client_id", string(client), "username", user, "password", password,
			"scope", aksScope+" openid offline_access")
	}
	for _, tc := range []struct {
		name, tenant   string
		client         entra.ClientID
		user, password string
		code           int
	}{
		{"good", "contoso.com", entra.AKSClient, "alice@contoso.com", "sandbox-alice", 0},
		{"organizations", "organizations", entra.AKSClient, "ALICE@contoso.com", "sandbox-alice", 0},
		{"at home", "fabrikam.com", entra.AKSClient, "carol@fabrikam.com", "sandbox-carol", 0},
		{"common", "common", entra.AKSClient, "alice@contoso.com", "sandbox-alice", 9001023},
		{"wrong", "contoso.com", entra.AKSClient, "alice@contoso.com", "sandbox-bob", 50126},
		{"nobody", "contoso.com", entra.AKSClient, "mallory@contoso.com", "x", 50034},
		{"guest", "contoso.com", entra.AKSClient, "carol@fabrikam.com", "sandbox-carol", 50034},
		{"disabled", "contoso.com", entra.AKSClient, "dave@contoso.com", "sandbox-dave", 50057},
		{"no device code, but this is none", "contoso.com", entra.AKSClient, "erin@contoso.com", "sandbox-erin", 0},
		{"nothing typed", "contoso.com", entra.AKSClient, "alice@contoso.com", "", 900144},
		{"not a public client", "contoso.com", private.client.AppID, "alice@contoso.com", "sandbox-alice", 7000218},
	} {
		got := ask(tc.tenant, tc.client, tc.user, tc.password)
		if got.code() != tc.code || (tc.code == 0) != (got.Access != "" && got.Refresh != "") {
			t.Errorf("%s: %d %s, want %d", tc.name, got.status, got.Description, tc.code)
		}
	}
	if _, err := r.contoso.CreateUser(directory.User{UserPrincipalName: "new@contoso.com", AccountEnabled: true}); err != nil {
		t.Fatal(err)
	}
	if got := ask("contoso.com", entra.AKSClient, "new@contoso.com", "x"); got.code() != 50056 {
		t.Errorf("without password: %s", got.Description)
	}
}

func TestUserRealm(t *testing.T) {
	r := newRig(t, 0)
	for path, want := range map[string]string{
		"/common/UserRealm/alice@contoso.com?api-version=1.0": "Managed",
		"/common/userrealm/alice%40contoso.com":               "Managed",
		"/common/UserRealm/bob@nowhere.example":               "Unknown",
	} {
		if status, doc := r.get(path); status != 200 || doc["account_type"] != want || doc["cloud_instance_name"] != "microsoftonline.com" {
			t.Errorf("%s: %d %v", path, status, doc)
		}
	}
}

// MSAL Go asks for the realm before it sends a password.
func TestMSALPassword(t *testing.T) {
	r := newRig(t, 0)
	app, err := msal.New(string(entra.AKSClient), msal.WithAuthority(r.chassis.Endpoint(wire.Login)+"/"+string(r.contoso.ID)),
		msal.WithHTTPClient(r.client), msal.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	got, err := app.AcquireTokenByUsernamePassword(ctx, []string{aksScope}, "alice@contoso.com", "sandbox-alice") //nolint:staticcheck // what others use
	if err != nil {
		t.Fatal(err)
	}
	if c := r.claims(got.AccessToken); c["upn"] != "alice@contoso.com" {
		t.Errorf("claims %v", c)
	}
}
