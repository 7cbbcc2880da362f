package login_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

const exchangeAudience = "api://AzureADTokenExchange"

func TestFederatedCredential(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	id := string(a.server.AppID)
	ask := func(text string) answer {
		return r.post(tokenPath, "grant_type", "client_credentials", "client_id", id, "scope", id+"/.default",
			"client_assertion_type", assertionType, "client_assertion", text)
	}
	job := func(subject, audience string) string {
		got, err := r.service.FederatedToken(r.chassis.Endpoint(wire.Portal), subject, audience)
		if err != nil {
			t.Fatal(err)
		}
		return got.Token
	}
	if got := ask(job("repo:contoso/app:ref:refs/heads/main", exchangeAudience)); got.code() != 70021 {
		t.Errorf("no credential: %s", got.Description)
	}
	trust := func(name, issuer, subject string) string {
		f, err := r.contoso.CreateFederatedCredential(a.server.ID, directory.FederatedCredential{Name: name, Issuer: issuer, Subject: subject, Audiences: []string{exchangeAudience}})
		if err != nil {
			t.Fatal(err)
		}
		return f.ID
	}
	main := trust("main", r.chassis.Endpoint(wire.Portal)+"/issuer", "repo:contoso/app:ref:refs/heads/main")
	forged, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": r.chassis.Endpoint(wire.Portal) + "/issuer",
		"sub": "repo:contoso/app:ref:refs/heads/main", "aud": exchangeAudience, "exp": r.clock.now().Add(time.Hour).Unix()}).SignedString([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	unknown, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"iss": "https://ci.example", "sub": "x"}).SignedString([]byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	user, err := r.service.Token("contoso.com", "alice", string(entra.AzureCLI), string(entra.AKSServer))
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, token string
		code        int
	}{
		{"good", job("repo:contoso/app:ref:refs/heads/main", exchangeAudience), 0},
		{"another branch", job("repo:contoso/app:ref:refs/heads/next", exchangeAudience), 700213},
		{"another case", job("repo:Contoso/app:ref:refs/heads/main", exchangeAudience), 7002138},
		{"another audience", job("repo:contoso/app:ref:refs/heads/main", "https://github.com/contoso"), 700212},
		{"another issuer", unknown, 700211},
		{"Entra's own token", user, 700222},
		{"forged", forged, 50027},
	} {
		got := ask(tc.token)
		if got.code() != tc.code || tc.code != 0 && (got.status != 401 || got.Error != "invalid_client") {
			t.Errorf("%s: %d %s, want %d", tc.name, got.status, got.Description, tc.code)
		}
	}
	old := job("repo:contoso/app:ref:refs/heads/main", exchangeAudience)
	r.clock.add(20 * time.Minute)
	if got := ask(old); got.code() != 700024 {
		t.Errorf("old: %s", got.Description)
	}
	if err := r.contoso.DeleteFederatedCredential(main); err != nil {
		t.Fatal(err)
	}
	if got := ask(job("repo:contoso/app:ref:refs/heads/main", exchangeAudience)); got.code() != 70021 {
		t.Errorf("after it was removed: %s", got.Description)
	}
}

// An issuer that cannot be asked is trusted by the keys that it was given with;
// http is never asked.
func TestTrustedIssuer(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	id := string(a.server.AppID)
	key, _ := r.certificate(a.client, r.clock.now().AddDate(1, 0, 0))
	sign := func(issuer string) string {
		tok := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": issuer, "sub": "system:serviceaccount:default:ci", "aud": []string{exchangeAudience},
			"exp": r.clock.now().Add(time.Hour).Unix()})
		tok.Header["kid"] = "k1"
		text, err := tok.SignedString(key)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	ask := func(issuer string) answer {
		return r.post(tokenPath, "grant_type", "client_credentials", "client_id", id, "scope", id+"/.default",
			"client_assertion_type", assertionType, "client_assertion", sign(issuer))
	}
	for i, issuer := range []string{"http://127.0.0.1:1/", "https://127.0.0.1:1/"} {
		if _, err := r.contoso.CreateFederatedCredential(a.server.ID, directory.FederatedCredential{Name: string(rune('a' + i)), Issuer: issuer,
			Subject: "system:serviceaccount:default:ci", Audiences: []string{exchangeAudience}}); err != nil {
			t.Fatal(err)
		}
		if got := ask(issuer); got.code() != 50166 {
			t.Errorf("%s: %s", issuer, got.Description)
		}
		e := []byte{1, 0, 1}
		jwks, err := json.Marshal(map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "k1",
			"n": base64URL(key.N.Bytes()), "e": base64URL(e)}}})
		if err != nil {
			t.Fatal(err)
		}
		r.directory.TrustIssuer(issuer, jwks)
		if got := ask(issuer); got.status != 200 {
			t.Errorf("%s with its keys: %s", issuer, got.Description)
		}
	}
}
