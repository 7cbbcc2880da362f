package login

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is defined so (RFC 7515 §4.1.7)
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// clockSkew is how far a client's clock may be off.
const clockSkew = 5 * time.Minute

// assertion is a JWT by which a client proves itself (RFC 7523), not verified yet.
type assertion struct {
	header struct {
		Alg     string `json:"alg"`
		Kid     string `json:"kid"`
		X5T     string `json:"x5t"`
		X5TS256 string `json:"x5t#S256"`
	}
	claims struct {
		Issuer    string   `json:"iss"`
		Subject   string   `json:"sub"`
		Audience  audience `json:"aud"`
		Expires   int64    `json:"exp"`
		NotBefore int64    `json:"nbf"`
	}
	signed    []byte
	signature []byte
}

// audience is one name or a list of them.
type audience []string

// UnmarshalJSON reads both forms (RFC 7519 §4.1.3).
func (a *audience) UnmarshalJSON(raw []byte) error {
	var one string
	if err := json.Unmarshal(raw, &one); err == nil {
		*a = audience{one}
		return nil
	}
	return json.Unmarshal(raw, (*[]string)(a))
}

var errAssertion = errors.New("not a signed JWT")

func parseAssertion(text string) (assertion, error) {
	var a assertion
	parts := strings.Split(text, ".")
	if len(text) > entra.MaxToken || len(parts) != 3 {
		return a, errAssertion
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil || decode(parts[0], &a.header) != nil || decode(parts[1], &a.claims) != nil {
		return a, errAssertion
	}
	a.signed, a.signature = []byte(parts[0]+"."+parts[1]), sig
	return a, nil
}

// verify checks the signature with one key.
func (a assertion) verify(key crypto.PublicKey) bool {
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return false
	}
	sum := sha256.Sum256(a.signed)
	switch a.header.Alg {
	case "RS256":
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], a.signature) == nil
	case "PS256":
		return rsa.VerifyPSS(public, crypto.SHA256, sum[:], a.signature, nil) == nil
	}
	return false
}

// current reports whether an assertion is within its lifetime.
func (a assertion) current(at time.Time) bool {
	return at.Before(time.Unix(a.claims.Expires, 0).Add(clockSkew)) && !at.Before(time.Unix(a.claims.NotBefore, 0).Add(-clockSkew))
}

// byCertificate checks an assertion that the client has signed itself.
func (s *Service) byCertificate(a ask, t *directory.Tenant, as assertion) *failure {
	now := s.deps.Now()
	switch {
	case as.claims.Subject != as.claims.Issuer:
		return fail(50048)
	case !strings.EqualFold(as.claims.Issuer, string(a.app.AppID)):
		return fail(700021)
	case !as.current(now):
		return fail(700024)
	case !slices.ContainsFunc(as.claims.Audience, func(name string) bool { return s.ownEndpoint(a, name) }):
		return fail(700023)
	}
	certificates := t.Certificates(a.app.AppID)
	if len(certificates) == 0 && public(a.app) {
		return fail(700025)
	}
	i := slices.IndexFunc(certificates, as.names)
	switch {
	case i < 0:
		return fail(700027, "the key was not found")
	case !certificates[i].Valid(now):
		return fail(700027, "the key has expired")
	case !as.verify(certificates[i].PublicKey):
		return fail(700027, "the key was found, but the signature is not its")
	}
	return nil
}

// names reports whether the assertion says to be signed by a certificate. MSAL
// for Go writes thumbprints in plain base64; the real service reads both.
func (a assertion) names(c directory.Certificate) bool {
	one, two := sha1.Sum(c.Raw), sha256.Sum256(c.Raw) //nolint:gosec // a name, not a protection
	same := func(text string, sum []byte) bool {
		return text == encode(sum) || text == base64.StdEncoding.EncodeToString(sum)
	}
	return same(a.header.X5TS256, two[:]) || same(a.header.X5T, one[:]) ||
		a.header.X5TS256 == "" && a.header.X5T == "" && strings.EqualFold(a.header.Kid, hex.EncodeToString(one[:]))
}

// ownEndpoint reports whether an audience is the token endpoint of the tenant,
// or its issuer, under any name of this service.
func (s *Service) ownEndpoint(a ask, name string) bool {
	u, err := url.Parse(name)
	if err != nil || u.Scheme != "https" || u.Host != a.r.Host && !slices.Contains(publicAliases, u.Host) {
		return false
	}
	tenant, rest, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	t, f := s.tenant(tenant)
	same := f == nil && (t == nil || a.tenant == nil || t.ID == a.tenant.ID)
	return same && slices.Contains([]string{"", "v2.0", "oauth2/token", "oauth2/v2.0/token"}, rest)
}
