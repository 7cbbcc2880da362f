package login_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func TestMetadata(t *testing.T) {
	r := newRig(t, 0)
	base := r.chassis.Endpoint(wire.Login)
	tid := string(r.contoso.ID)
	for _, tc := range []struct{ path, issuer, jwks string }{
		{"/contoso.com/v2.0/.well-known/openid-configuration", "https://login.microsoftonline.com/" + tid + "/v2.0", base + "/" + tid + "/discovery/v2.0/keys"},
		{"/contoso.com/.well-known/openid-configuration", "https://sts.windows.net/" + tid + "/", base + "/common/discovery/keys"},
		{"/organizations/v2.0/.well-known/openid-configuration", "https://login.microsoftonline.com/{tenantid}/v2.0", base + "/organizations/discovery/v2.0/keys"},
	} {
		status, doc := r.get(tc.path)
		if status != 200 || doc["issuer"] != tc.issuer || doc["jwks_uri"] != tc.jwks || !strings.HasPrefix(doc["token_endpoint"].(string), base+"/") {
			t.Errorf("%s: %d %v", tc.path, status, doc)
		}
	}
	status, doc := r.get("/nowhere.com/v2.0/.well-known/openid-configuration")
	if status != 400 || doc["error"] != "invalid_tenant" {
		t.Errorf("unknown tenant: %d %v", status, doc)
	}
}

// A client that was routed here from the public host is told public addresses.
func TestURLsFollowHost(t *testing.T) {
	r := newRig(t, 0)
	req, err := http.NewRequest(http.MethodGet, r.chassis.Endpoint(wire.Login)+"/contoso.com/v2.0/.well-known/openid-configuration", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "login.microsoftonline.com"
	resp, err := r.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var doc map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	if want := "https://login.microsoftonline.com/" + string(r.contoso.ID) + "/oauth2/v2.0/token"; doc["token_endpoint"] != want {
		t.Errorf("token_endpoint %v, want %s", doc["token_endpoint"], want)
	}
	if doc["msgraph_host"] != "graph.microsoft.com" {
		t.Errorf("msgraph_host %v", doc["msgraph_host"])
	}
}

func TestInstanceDiscovery(t *testing.T) {
	r := newRig(t, 0)
	ask := "/common/discovery/instance?api-version=1.1&authorization_endpoint="
	if status, doc := r.get(ask + "https%3A%2F%2Flogin.microsoftonline.com%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize"); status != 200 || len(doc["metadata"].([]any)) < 1 ||
		doc["tenant_discovery_endpoint"] != "https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration" {
		t.Errorf("public: %d %v", status, doc)
	}
	if status, doc := r.get(ask + "https%3A%2F%2Flogin.evil.example%2Fcommon%2Foauth2%2Fv2.0%2Fauthorize"); status != 400 || doc["error"] != "invalid_instance" {
		t.Errorf("stranger: %d %v", status, doc)
	}
	if status, doc := r.get(ask + "%25zz"); status != 400 || doc["error"] != "invalid_instance" {
		t.Errorf("garbage: %d %v", status, doc)
	}
}

// Somebody else's library verifies a token with the published keys.
func TestKeys(t *testing.T) {
	r := newRig(t, 0)
	token, err := r.service.Token("contoso.com", "alice", string(entra.AzureCLI), string(entra.AKSServer))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/contoso.com/discovery/keys", "/common/discovery/v2.0/keys"} {
		_, doc := r.get(path)
		key := doc["keys"].([]any)[0].(map[string]any)
		public := &rsa.PublicKey{N: number(t, key["n"]), E: int(number(t, key["e"]).Int64())}
		parsed, err := jwt.Parse(token, func(tok *jwt.Token) (any, error) {
			if tok.Header["kid"] != key["kid"] || tok.Header["x5t"] != key["x5t"] {
				t.Errorf("%s: header %v, key %v", path, tok.Header, key)
			}
			return public, nil
		}, jwt.WithValidMethods([]string{"RS256"}))
		if err != nil || !parsed.Valid {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func number(t *testing.T, v any) *big.Int {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(v.(string))
	if err != nil {
		t.Fatal(err)
	}
	return new(big.Int).SetBytes(raw)
}
