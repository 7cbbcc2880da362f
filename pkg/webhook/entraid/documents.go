package entraid

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// document is one of the tenant's openid-configurations: who issues, and where
// the keys are.
type document struct {
	Issuer  string `json:"issuer"`
	JWKSURI string `json:"jwks_uri"`
}

// read fetches the document of a version ("" is v1, "/v2.0") from the cloud's
// own login host.
func (u Upstream) read(ctx context.Context, version string) (document, error) {
	const what = "read openid-configuration"
	var d document
	address := u.Cloud.Authority(string(u.Tenant)) + version + "/.well-known/openid-configuration"
	if err := u.getJSON(ctx, what, address, &d); err != nil {
		return document{}, err
	}
	issuer, err := url.Parse(d.Issuer)
	if err != nil || issuer.Scheme != "https" || !strings.EqualFold(issuer.Path, "/"+string(u.Tenant)+issuerEnd(version)) {
		return document{}, fault.Newf(fault.Config, "%s: issuer %.99q is not of tenant %s", what, d.Issuer, u.Tenant)
	}
	if !sameHost(d.JWKSURI, u.Cloud.Login) {
		return document{}, fault.Newf(fault.Config, "%s: keys at %.99q are not on the host of %s", what, d.JWKSURI, u.Cloud.Login)
	}
	return d, nil
}

// issuerEnd is what follows the tenant: v1 issuers end in a slash.
func issuerEnd(version string) string {
	if version == "" {
		return "/"
	}
	return version
}

func (u Upstream) getJSON(ctx context.Context, what, address string, to any) error {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return fault.Wrap(fault.Config, what, err)
	}
	a, err := u.do(ctx, "keys", req)
	if err != nil {
		return fault.Wrap(fault.Network, what, err)
	}
	return a.decode(what, to)
}

// sameHost reports whether address is an https URL on the host (and port) of base.
func sameHost(address, base string) bool {
	a, err1 := url.Parse(address)
	b, err2 := url.Parse(base)
	return err1 == nil && err2 == nil && a.Scheme == "https" && a.User == nil && strings.EqualFold(a.Host, b.Host)
}

type jwks struct {
	Keys []jwk `json:"keys"`
}

type jwk struct {
	Type   string `json:"kty"`
	Use    string `json:"use"`
	ID     string `json:"kid"`
	N      string `json:"n"`
	E      string `json:"e"`
	Issuer string `json:"issuer"` // whose tokens it signs; may hold {tenantid}
}

// public returns the key, or false for one that signs none of this tenant's
// tokens or is too weak.
func (k jwk) public(tenant entra.TenantID) (*rsa.PublicKey, bool) {
	if k.Type != "RSA" || k.ID == "" || k.Use != "" && k.Use != "sig" {
		return nil, false
	}
	if k.Issuer != "" && !strings.Contains(strings.ReplaceAll(k.Issuer, "{tenantid}", string(tenant)), string(tenant)) {
		return nil, false
	}
	n, err1 := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.N, "="))
	e, err2 := base64.RawURLEncoding.DecodeString(strings.TrimRight(k.E, "="))
	if err1 != nil || err2 != nil || len(e) == 0 || len(e) > 4 || len(n) > 1024 {
		return nil, false
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
	return key, key.N.BitLen() >= 2048 && key.E >= 3 && key.E%2 == 1 && key.E < 1<<31
}
