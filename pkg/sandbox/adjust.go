package sandbox

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/login"
)

// Settings tells how the sandbox is set now.
func (c Control) Settings(ctx context.Context) (Settings, error) {
	var out Settings
	err := c.do(ctx, http.MethodGet, "/settings", nil, &out)
	return out, err
}

// SetClock makes it that moment in the sandbox; the clock runs on from there.
func (c Control) SetClock(ctx context.Context, at time.Time) error {
	return c.do(ctx, http.MethodPatch, "/settings", settingsBody{Now: &at}, nil)
}

// Advance moves the sandbox's clock, back if by is negative.
func (c Control) Advance(ctx context.Context, by time.Duration) error {
	return c.do(ctx, http.MethodPatch, "/settings", settingsBody{Advance: &by}, nil)
}

// SetLatency changes what is added to every request from now on.
func (c Control) SetLatency(ctx context.Context, d time.Duration) error {
	return c.do(ctx, http.MethodPatch, "/settings", settingsBody{Latency: &d}, nil)
}

// SetReplicationDelay changes the delay of what is written from now on.
func (c Control) SetReplicationDelay(ctx context.Context, d time.Duration) error {
	return c.do(ctx, http.MethodPatch, "/settings", settingsBody{ReplicationDelay: &d}, nil)
}

// Rotate makes a new signing key; the one before it stays published.
func (c Control) Rotate(ctx context.Context) error {
	return c.do(ctx, http.MethodPost, "/rotate", nil, nil)
}

// FederatedToken returns a token of the sandbox's pretend CI system.
func (c Control) FederatedToken(ctx context.Context, subject, audience string) (login.Federated, error) {
	var out login.Federated
	err := c.do(ctx, http.MethodPost, "/federated-token", federatedBody{Subject: subject, Audience: audience}, &out)
	return out, err
}

// TrustIssuer gives the sandbox the keys of an issuer that it cannot ask.
func (c Control) TrustIssuer(ctx context.Context, issuer string, jwks json.RawMessage) error {
	return c.do(ctx, http.MethodPost, "/issuers", issuerBody{Issuer: issuer, Keys: jwks}, nil)
}

// Policies lists the Conditional Access policies of contoso.com.
func (c Control) Policies(ctx context.Context) ([]PolicySpec, error) {
	var list []PolicySpec
	err := c.do(ctx, http.MethodGet, "/policies", nil, &list)
	return list, err
}

// SetPolicy adds a policy, or puts it in the place of the one of its name.
func (c Control) SetPolicy(ctx context.Context, p PolicySpec) error {
	return c.do(ctx, http.MethodPost, "/policies", p, nil)
}

// DeletePolicy removes the policy of a name, if there is one.
func (c Control) DeletePolicy(ctx context.Context, name string) error {
	return c.do(ctx, http.MethodDelete, "/policies/"+url.PathEscape(name), nil, nil)
}
