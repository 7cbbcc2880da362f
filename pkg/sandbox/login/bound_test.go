package login_test

import (
	"encoding/base64"
	"net/url"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// A token that is asked for with a key's thumbprint carries it.
func TestBoundToken(t *testing.T) {
	r := newRig(t, 0)
	ask := func(kind, cnf string) map[string]any {
		return r.postRaw("/contoso.com/oauth2/v2.0/token", url.Values{"grant_type": {"password"}, "client_id": {string(entra.AKSClient)},
			"username": {"alice@contoso.com"}, "password": {"sandbox-alice"}, "scope": {aksScope}, "token_type": {kind}, "req_cnf": {cnf}})
	}
	cnf := base64.RawURLEncoding.EncodeToString([]byte(`{"kid":"thumbprint","xms_ksl":"sw"}`))
	got := ask("pop", cnf)
	key, _ := r.claims(got["access_token"].(string))["cnf"].(map[string]any)
	if got["token_type"] != "pop" || key["kid"] != "thumbprint" {
		t.Errorf("%v token, bound to %v", got["token_type"], key)
	}
	if got = ask("", cnf); got["token_type"] != "Bearer" || r.claims(got["access_token"].(string))["cnf"] != nil {
		t.Errorf("bound although nobody asked: %v", got["token_type"])
	}
	for _, bad := range []string{"", "x", base64.RawURLEncoding.EncodeToString([]byte(`{}`))} {
		if got := ask("pop", bad); got["error"] != "invalid_request" {
			t.Errorf("%q: %v", bad, got)
		}
	}
}
