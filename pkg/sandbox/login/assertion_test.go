package login_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is defined so
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"github.com/golang-jwt/jwt/v5"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// certificate makes a key pair and registers it with an application.
func (r *rig) certificate(app *directory.Application, until time.Time) (*rsa.PrivateKey, *x509.Certificate) {
	r.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		r.Fatal(err)
	}
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "ci"}, NotBefore: until.AddDate(-1, 0, 0), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		r.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		r.Fatal(err)
	}
	raw, err := json.Marshal(map[string]any{"key": der, "keyId": directory.ID("key"), "type": "AsymmetricX509Cert", "usage": "Verify"})
	if err != nil {
		r.Fatal(err)
	}
	if _, err := r.contoso.UpdateApplication(app.ID, func(a *directory.Application) error {
		return json.Unmarshal([]byte("["+string(raw)+"]"), &a.KeyCredentials)
	}); err != nil {
		r.Fatal(err)
	}
	return key, cert
}

func TestClientAssertion(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	key, cert := r.certificate(a.server, r.clock.now().AddDate(0, 0, 1))
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	id, now := string(a.server.AppID), r.clock.now()
	good := func() jwt.MapClaims {
		return jwt.MapClaims{"iss": id, "sub": id, "aud": r.chassis.Endpoint(wire.Login) + tokenPath, "exp": now.Add(time.Minute).Unix(), "nbf": now.Unix(), "jti": "1"}
	}
	one, two := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw) //nolint:gosec // a name
	b64 := base64.RawURLEncoding.EncodeToString
	x5t := func(tok *jwt.Token) { tok.Header["x5t"] = b64(one[:]) }
	x5t256 := func(tok *jwt.Token) { tok.Header["x5t#S256"] = b64(two[:]) }
	for _, tc := range []struct {
		name   string
		method jwt.SigningMethod
		header func(*jwt.Token)
		change jwt.MapClaims
		key    *rsa.PrivateKey
		code   int
	}{
		{"RS256", jwt.SigningMethodRS256, x5t, nil, key, 0},
		{"PS256", jwt.SigningMethodPS256, x5t256, nil, key, 0},
		{"by issuer's address", jwt.SigningMethodPS256, x5t256, jwt.MapClaims{"aud": []string{"https://login.microsoftonline.com/" + string(r.contoso.ID) + "/v2.0"}}, key, 0},
		{"other key", jwt.SigningMethodPS256, x5t256, nil, other, 700027},
		{"other hash", jwt.SigningMethodRS512, x5t, nil, key, 700027},
		{"no thumbprint", jwt.SigningMethodRS256, func(*jwt.Token) {}, nil, key, 700027},
		{"expired", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"exp": now.Add(-time.Hour).Unix()}, key, 700024},
		{"not yet", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"nbf": now.Add(time.Hour).Unix()}, key, 700024},
		{"no end", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"exp": 0}, key, 700024},
		{"for somebody else", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"aud": "https://evil.example" + tokenPath}, key, 700023},
		{"for another tenant", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"aud": r.chassis.Endpoint(wire.Login) + "/fabrikam.com/v2.0"}, key, 700023},
		{"about somebody else", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"sub": "x"}, key, 50048},
		{"of somebody else", jwt.SigningMethodRS256, x5t, jwt.MapClaims{"sub": "x", "iss": "x"}, key, 700021},
	} {
		claims := good()
		for name, v := range tc.change {
			claims[name] = v
		}
		tok := jwt.NewWithClaims(tc.method, claims)
		tc.header(tok)
		text, err := tok.SignedString(tc.key)
		if err != nil {
			t.Fatal(err)
		}
		got := r.post(tokenPath, "grant_type", "client_credentials", "client_id", id, "scope", id+"/.default",
			"client_assertion_type", assertionType, "client_assertion", text)
		if got.code() != tc.code {
			t.Errorf("%s: %d %s, want %d", tc.name, got.status, got.Description, tc.code)
		}
		if tc.code != 0 && got.status != 401 {
			t.Errorf("%s: status %d", tc.name, got.status)
		}
		if tc.code == 0 && r.claims(got.Access)["appidacr"] != "2" {
			t.Errorf("%s: claims %v", tc.name, r.claims(got.Access))
		}
	}
	r.clock.add(48 * time.Hour)
	tok := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{"iss": id, "sub": id, "aud": good()["aud"], "exp": r.clock.now().Add(time.Minute).Unix()})
	x5t(tok)
	text, err := tok.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	if got := r.post(tokenPath, "grant_type", "client_credentials", "client_id", id, "scope", id+"/.default", "client_assertion_type", assertionType,
		"client_assertion", text); got.code() != 700027 {
		t.Errorf("expired certificate: %s", got.Description)
	}
}

// MSAL Go signs with PS256 and names the certificate by x5t#S256.
func TestMSALCertificate(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	key, cert := r.certificate(a.server, r.clock.now().AddDate(1, 0, 0))
	cred, err := confidential.NewCredFromCert([]*x509.Certificate{cert}, key)
	if err != nil {
		t.Fatal(err)
	}
	app, err := confidential.New(r.chassis.Endpoint(wire.Login)+"/"+string(r.contoso.ID), string(a.server.AppID), cred,
		confidential.WithHTTPClient(r.client), confidential.WithInstanceDiscovery(false))
	if err != nil {
		t.Fatal(err)
	}
	got, err := app.AcquireTokenByCredential(context.Background(), []string{string(a.server.AppID) + "/.default"})
	if err != nil || got.AccessToken == "" {
		t.Fatal(err)
	}
}
