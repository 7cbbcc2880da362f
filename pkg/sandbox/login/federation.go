package login

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// Limits of a request to somebody else's issuer.
const (
	issuerTime = 5 * time.Second
	issuerBody = 1 << 20 // bytes
)

// byFederation checks an assertion of an issuer that the application trusts.
// Errors: learn.microsoft.com/entra/workload-id/workload-identity-federation.
func (s *Service) byFederation(ctx context.Context, app *directory.Application, as assertion) *failure {
	if f := matchFederated(s.deps.Directory.FederatedCredentialsOf(app.AppID), as); f != nil {
		return f
	}
	if !as.current(s.deps.Now()) {
		return fail(700024)
	}
	keys, err := s.issuerKeys(ctx, as.claims.Issuer)
	if err != nil {
		return fail(50166, err)
	}
	if as.header.Alg != "RS256" || !slices.ContainsFunc(keys, func(k webKey) bool {
		public, err := k.public()
		return k.Kid == as.header.Kid && err == nil && as.verify(public)
	}) {
		return fail(50027, "the assertion of the external issuer failed signature verification")
	}
	return nil
}

// matchFederated says what of an assertion no credential names: its issuer,
// its subject (whose case counts), or its audience.
func matchFederated(all []*directory.FederatedCredential, as assertion) *failure {
	of := func(match func(*directory.FederatedCredential) bool) []*directory.FederatedCredential {
		return slices.DeleteFunc(slices.Clone(all), func(f *directory.FederatedCredential) bool { return !match(f) })
	}
	own := strings.HasPrefix(as.claims.Issuer, "https://login.microsoftonline.com/") || strings.HasPrefix(as.claims.Issuer, "https://sts.windows.net/")
	if own {
		return fail(700222)
	}
	if len(all) == 0 {
		return fail(70021)
	}
	if all = of(func(f *directory.FederatedCredential) bool { return f.Issuer == as.claims.Issuer }); len(all) == 0 {
		return fail(700211, as.claims.Issuer)
	}
	if folded := of(func(f *directory.FederatedCredential) bool { return strings.EqualFold(f.Subject, as.claims.Subject) }); len(folded) == 0 {
		return fail(700213, as.claims.Subject)
	}
	if all = of(func(f *directory.FederatedCredential) bool { return f.Subject == as.claims.Subject }); len(all) == 0 {
		return fail(7002138, as.claims.Subject)
	}
	if all = of(func(f *directory.FederatedCredential) bool {
		return slices.ContainsFunc(f.Audiences, func(name string) bool { return slices.Contains(as.claims.Audience, name) })
	}); len(all) == 0 {
		return fail(700212, strings.Join(as.claims.Audience, ", "))
	}
	return nil
}

// webKey is a key of a JWKS document (RFC 7517), as far as RSA needs it.
type webKey struct {
	Kty string `json:"kty"`
	Kid string `json:"kid"`
	N   string `json:"n"`
	E   string `json:"e"`
}

func (k webKey) public() (*rsa.PublicKey, error) {
	n, err := base64.RawURLEncoding.DecodeString(k.N)
	if err != nil {
		return nil, err
	}
	e, err := base64.RawURLEncoding.DecodeString(k.E)
	if err != nil || k.Kty != "RSA" || len(n) < 256 || len(e) == 0 || len(e) > 4 {
		return nil, errors.New("not an RSA key of 2048 bits or more")
	}
	return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, nil
}

// issuerKeys returns an issuer's keys: those that the directory was given, else
// those that the issuer publishes, asked for over HTTPS under the sandbox's CA.
func (s *Service) issuerKeys(ctx context.Context, issuer string) ([]webKey, error) {
	var set struct{ Keys []webKey }
	if raw, ok := s.deps.Directory.IssuerKeys(issuer); ok {
		err := json.Unmarshal(raw, &set)
		return set.Keys, err
	}
	var doc struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	ctx, cancel := context.WithTimeout(ctx, issuerTime)
	defer cancel()
	if err := s.fetch(ctx, strings.TrimRight(issuer, "/")+"/.well-known/openid-configuration", &doc); err != nil {
		return nil, err
	}
	if doc.Issuer != issuer {
		return nil, fmt.Errorf("the issuer calls itself %q", doc.Issuer)
	}
	err := s.fetch(ctx, doc.Keys, &set)
	return set.Keys, err
}

// outside returns a client that follows no redirect and trusts roots only.
func outside(roots *x509.CertPool) *http.Client {
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func (s *Service) fetch(ctx context.Context, address string, v any) error {
	if !strings.HasPrefix(address, "https://") {
		return fmt.Errorf("%q is not an https address", address)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := s.outside.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answered %s", address, resp.Status)
	}
	return json.NewDecoder(io.LimitReader(resp.Body, issuerBody)).Decode(v)
}
