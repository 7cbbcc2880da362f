package login_test

import (
	"context"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	msal "github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// MSAL Go with a custom authority: device code, then silently by refresh token.
func TestMSAL(t *testing.T) {
	r := newRig(t, 0)
	authority := r.chassis.Endpoint(wire.Login) + "/" + string(r.contoso.ID)
	app, err := msal.New(string(entra.AKSClient), msal.WithAuthority(authority), msal.WithHTTPClient(r.client), msal.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	scopes := []string{aksScope}
	dc, err := app.AcquireTokenByDeviceCode(ctx, scopes)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.service.SignIn("carol", dc.Result.UserCode); err != nil {
		t.Fatal(err)
	}
	first, err := dc.AuthenticationResult(ctx)
	if err != nil {
		t.Fatal(err)
	}
	fabrikam := r.directory.Tenants()[1]
	carol, _ := fabrikam.Person("carol")
	if want := string(carol.ID) + "." + string(fabrikam.ID); first.Account.HomeAccountID != want || first.Account.Realm != string(r.contoso.ID) {
		t.Errorf("home account %q in %q, want %q", first.Account.HomeAccountID, first.Account.Realm, want)
	}
	if len(first.DeclinedScopes) > 0 {
		t.Errorf("declined %v", first.DeclinedScopes)
	}
	r.chassis.ResetRequests()
	again, err := app.AcquireTokenSilent(ctx, scopes, msal.WithSilentAccount(first.Account))
	if err != nil || again.AccessToken != first.AccessToken {
		t.Errorf("from the cache: %v", err)
	}
	other, err := app.AcquireTokenSilent(ctx, scopes, msal.WithSilentAccount(first.Account), msal.WithClaims(`{"access_token":{"x":null}}`))
	if err != nil || other.AccessToken == first.AccessToken {
		t.Errorf("by refresh token: %v", err)
	}
	if n := r.chassis.Requests(); len(n) != 1 || n[0].Count != 1 {
		t.Errorf("requests %v", n)
	}
}

func TestMSALClientCredentials(t *testing.T) {
	r := newRig(t, 0)
	cred, err := confidential.NewCredFromSecret(r.directory.BotSecret())
	if err != nil {
		t.Fatal(err)
	}
	app, err := confidential.New(r.chassis.Endpoint(wire.Login)+"/"+string(r.contoso.ID), directory.ID("client", "ci-bot"), cred,
		confidential.WithHTTPClient(r.client), confidential.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	got, err := app.AcquireTokenByCredential(context.Background(), []string{aksScope})
	if err != nil || got.AccessToken == "" {
		t.Fatal(err)
	}
}
