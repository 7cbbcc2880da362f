package login_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

const v1Token = "/contoso.com/oauth2/token"

// What the v1 endpoints answer: numbers as text, the resource, a v1 ID token.
func TestV1Answers(t *testing.T) {
	r := newRig(t, 0)
	raw := func(pairs ...string) map[string]any {
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return r.postRaw(v1Token, form)
	}
	const arm = "https://management.core.windows.net/"
	first := raw("grant_type", "password", "client_id", string(entra.AzureCLI), "username", "alice@contoso.com", "password", "sandbox-alice", "resource", arm)
	for _, name := range []string{"expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "scope", "refresh_token", "id_token", "token_type"} {
		if _, ok := first[name].(string); !ok {
			t.Errorf("%s is %v (%T), want text", name, first[name], first[name])
		}
	}
	if first["resource"] != arm || first["scope"] != "user_impersonation" {
		t.Errorf("resource %v, scope %v", first["resource"], first["scope"])
	}
	id := decode(t, first["id_token"].(string))
	if id["ver"] != "1.0" || id["iss"] != "https://sts.windows.net/"+string(r.contoso.ID)+"/" || id["upn"] != "alice@contoso.com" {
		t.Errorf("id token %v", id)
	}
	again := raw("grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", first["refresh_token"].(string))
	if again["resource"] != arm {
		t.Errorf("refreshed without resource: %v", again)
	}
	other := raw("grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", first["refresh_token"].(string),
		"resource", string(entra.AKSServer))
	if c := r.claims(other["access_token"].(string)); c["aud"] != "spn:"+string(entra.AKSServer) {
		t.Errorf("audience %v", c["aud"])
	}
	if got := r.post(v1Token, "grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", first["refresh_token"].(string),
		"resource", "https://nowhere.example"); got.code() != 500011 {
		t.Errorf("unknown resource: %s", got.Description)
	}
}

// The v1 authorize endpoint takes a resource, and the code is redeemed at v1.
func TestV1Authorize(t *testing.T) {
	r := newRig(t, 0)
	q := url.Values{"client_id": {string(entra.AzureCLI)}, "response_type": {"code"}, "redirect_uri": {"http://localhost:8400"}, "resource": {"https://graph.microsoft.com/"},
		"account": {"alice@contoso.com"}, "state": {"s"}}
	resp, err := r.client.PostForm(r.chassis.Endpoint(wire.Login)+"/contoso.com/oauth2/authorize", q)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	to, err := resp.Location()
	if err != nil || resp.StatusCode != http.StatusFound || to.Query().Get("state") != "s" {
		t.Fatalf("%s to %v, %v", resp.Status, to, err)
	}
	got := r.postRaw(v1Token, url.Values{"grant_type": {"authorization_code"}, "client_id": {string(entra.AzureCLI)}, "code": {to.Query().Get("code")},
		"redirect_uri": {"http://localhost:8400"}})
	if got["resource"] != "https://graph.microsoft.com/" || got["refresh_token"] == nil {
		t.Errorf("answer %v", got)
	}
}
