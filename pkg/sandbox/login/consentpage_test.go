package login_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func TestConsentPage(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	if _, err := r.contoso.UpdateApplication(a.client.ID, func(c *directory.Application) error {
		c.RequiredResourceAccess = []directory.RequiredResourceAccess{{ResourceAppID: entra.MicrosoftGraph,
			ResourceAccess: []directory.ResourceAccess{{ID: entra.UserRead, Type: "Scope"}}}}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	page := r.chassis.Endpoint(wire.Login) + "/contoso.com/v2.0/adminconsent?" + url.Values{"client_id": {string(a.client.AppID)},
		"redirect_uri": {"http://localhost:8400"}, "state": {"s"}, "scope": {"https://graph.microsoft.com/.default"}}.Encode()
	press := func(pairs ...string) *browser {
		b := &browser{rig: r}
		b.open(page)
		if !strings.Contains(b.text, "Permissions requested") {
			t.Fatal(b.text)
		}
		b.submit(pairs...)
		return b
	}
	if b := press("other", "alice@contoso.com", "button", "continue"); !strings.Contains(b.text, "AADSTS90094") {
		t.Errorf("alice: %s", b.text)
	}
	if b := press("button", "cancel"); !strings.Contains(b.resp.Header.Get("Location"), "error=access_denied") {
		t.Errorf("cancel: %v", b.resp.Header)
	}
	b := press("other", "admin@contoso.com", "button", "continue")
	to, err := b.resp.Location()
	if err != nil || to.Query().Get("admin_consent") != "True" || to.Query().Get("tenant") != string(r.contoso.ID) || to.Query().Get("state") != "s" {
		t.Errorf("admin: %v, %v", to, err)
	}
	alice, _ := r.contoso.Person("alice")
	if scopes := r.contoso.Scopes(a.client.AppID, entra.MicrosoftGraph, alice.ID); len(scopes) != 1 || scopes[0] != "User.Read" {
		t.Errorf("scopes %v", scopes)
	}
	for _, bad := range []string{"client_id=" + string(a.client.AppID) + "&redirect_uri=https%3A%2F%2Fevil.example", "client_id=x"} {
		b := &browser{rig: r}
		b.open(r.chassis.Endpoint(wire.Login) + "/contoso.com/adminconsent?" + bad)
		if b.resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %s", bad, b.resp.Status)
		}
	}
}

func TestRedeem(t *testing.T) {
	r := newRig(t, 0)
	guest, err := r.contoso.Invite("someone@partner.example", "Some One", "Guest")
	if err != nil {
		t.Fatal(err)
	}
	if got := r.signIn("someone@partner.example", entra.AKSClient, aksScope); got.code() != 50014 {
		t.Errorf("before: %s", got.Description)
	}
	b := &browser{rig: r}
	b.open(r.chassis.Endpoint(wire.Login) + "/redeem?tenant=" + string(r.contoso.ID) + "&user=" + string(guest.ID))
	b.submit()
	if !strings.Contains(b.text, "accepted") {
		t.Fatal(b.text)
	}
	if got := r.signIn("someone@partner.example", entra.AKSClient, aksScope); got.status != 200 {
		t.Errorf("after: %s", got.Description)
	}
	token := r.signIn("someone@partner.example", entra.AzureCLI, aksScope+" offline_access").Refresh
	if got := r.post("/organizations/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", token,
		"scope", aksScope); got.code() != 90002 {
		t.Errorf("at home, which is not here: %+v", got)
	}
	alice, _ := r.contoso.Person("alice")
	b.open(r.chassis.Endpoint(wire.Login) + "/redeem?tenant=" + string(r.contoso.ID) + "&user=" + string(alice.ID))
	if b.resp.StatusCode != http.StatusBadRequest {
		t.Errorf("alice was not invited: %s", b.resp.Status)
	}
}
