package webhook

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// verifier proves tokens: each is decoded once and its signature verified once.
type verifier struct {
	tenant    entra.TenantID
	audiences []string
	keys      Keys
	now       func() time.Time
}

// verify returns the claims of a token that is this tenant's, for this
// cluster, and valid now.
func (v *verifier) verify(ctx context.Context, token string) (entra.Claims, error) {
	j, err := parseJWS(token)
	if err != nil {
		return entra.Claims{}, err
	}
	key, err := v.keys.Key(ctx, j.kid)
	if err != nil {
		return entra.Claims{}, err
	}
	if err := j.verify(key.Public); err != nil {
		return entra.Claims{}, err
	}
	claims, err := parseClaims(j.payload)
	if err != nil {
		return entra.Claims{}, Deny("token: %v", err)
	}
	return claims, v.check(claims, key.Issuers)
}

// check applies the rules. Entra ID signs for all its tenants with the same
// keys: issuer and tenant are what tells them apart.
func (v *verifier) check(c entra.Claims, issuers []string) error {
	now := v.now().Unix()
	switch {
	case c.Tenant != v.tenant:
		return Deny("token is of tenant %.60q, and this cluster's is %s", c.Tenant, v.tenant)
	case !slices.Contains(issuers, c.Issuer):
		return Deny("token is issued by %.99q, and accepted is %s%s",
			c.Issuer, strings.Join(issuers, " or "), hintV2(c.Issuer))
	case !slices.Contains(v.audiences, c.Audience):
		return Deny("token is for audience %.99q, and accepted is %s", c.Audience, strings.Join(v.audiences, " or "))
	case c.ExpiresAt == 0:
		return Deny("token has no expiry")
	case now >= c.ExpiresAt:
		return Deny("token expired at %s, and it is %s here", clock(c.ExpiresAt), clock(now))
	case c.NotBefore > now+clockLeeway:
		return Deny("token is not valid before %s, and it is %s here", clock(c.NotBefore), clock(now))
	}
	return nil
}

func hintV2(issuer string) string {
	if strings.HasSuffix(issuer, "/v2.0") {
		return " (v2 tokens need --accept-v2, or requestedAccessTokenVersion 1 on the server app)"
	}
	return ""
}

func clock(unix int64) string { return time.Unix(unix, 0).UTC().Format(time.RFC3339) }
