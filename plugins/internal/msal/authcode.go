package msal

import (
	"context"
	"net/url"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Visit is one walk of a person through the authorization page.
type Visit struct {
	Redirect  string          // where the page sends the browser back to
	State     safetext.Secret // comes back with it
	Challenge string          // SHA-256 of the code verifier, base64url (RFC 7636)
	Hint      string          // user name to suggest; empty: let the person choose
}

// Page returns the address of the authorization page. It makes no request.
func (u *User) Page(v Visit) string {
	q := url.Values{
		"client_id":             {string(u.setup.Request.Client)},
		"response_type":         {"code"},
		"response_mode":         {"query"},
		"redirect_uri":          {v.Redirect},
		"scope":                 {u.setup.Request.Scope + " openid profile offline_access"},
		"state":                 {v.State.Reveal()},
		"code_challenge":        {v.Challenge},
		"code_challenge_method": {"S256"},
	}
	path := v2Path
	if legacy(u.setup.Request) {
		path = v1Path
		q.Del("scope")
		q.Set("resource", u.setup.Request.Audience())
	}
	if v.Hint != "" {
		q.Set("login_hint", v.Hint)
	} else {
		q.Set("prompt", "select_account") // never silently whoever the browser knows
	}
	return u.setup.Request.Cloud.Authority(u.setup.Request.Tenant) + path + "authorize?" + q.Encode()
}

// Redeem exchanges the authorization code that the browser brought back: one
// request.
func (u *User) Redeem(ctx context.Context, code safetext.Secret, redirect string, verifier safetext.Secret) (login.Grant, error) {
	u.memory.data = nil
	result, err := u.client.AcquireTokenByAuthCode(ctx, code.Reveal(), redirect, []string{u.setup.Request.Scope},
		public.WithChallenge(verifier.Reveal()))
	if err != nil {
		return login.Grant{}, u.wire.explain(err)
	}
	return u.grant(result), nil
}
