package login

import (
	"crypto/sha256"
	"crypto/subtle"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// byCode redeems an authorization code.
func (s *Service) byCode(a ask) (grant, error) {
	c, f := s.redeem(a)
	if f != nil {
		return grant{}, f
	}
	if c.challenge == "" || !native(a.app, c.redirect) { // RFC 8252: native apps have PKCE instead of a secret
		if f := a.confidential(); f != nil {
			return grant{}, f
		}
	}
	t := a.tenant
	if t == nil {
		t, _ = s.deps.Directory.Tenant(string(c.tenant))
	}
	t, u, f := s.person(t, c.session.Home, c.session.Person)
	if f != nil {
		return grant{}, f
	}
	w := c.wish
	if a.form("scope") != "" || a.wish.v1 && a.wish.resource != "" {
		w = a.wish
	}
	from := c.session
	from.Public = a.proof == noProof
	return s.user(a, t, u, w, &from, c.nonce)
}

// native reports whether an address is one of the application's as a public
// client, and not of its web side.
func native(app *directory.Application, redirect string) bool {
	web := *app
	web.PublicClient.RedirectURIs = nil
	return registered(app, redirect) && !registered(&web, redirect)
}

// redeem takes a code once, from its client, with its address and verifier.
func (s *Service) redeem(a ask) (authCode, *failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.codes[a.form("code")]
	switch {
	case !ok || c.client != a.app.AppID:
		return authCode{}, fail(70000, "authorization code")
	case c.used:
		return authCode{}, fail(54005)
	case s.deps.Now().After(c.expires):
		return authCode{}, fail(70008)
	case a.form("redirect_uri") != c.redirect:
		return authCode{}, fail(50011, a.form("redirect_uri"), a.app.AppID)
	case !verified(c, a.form("code_verifier")):
		return authCode{}, fail(501481)
	}
	c.used = true
	return *c, nil
}

// verified checks PKCE (RFC 7636 §4.6).
func verified(c *authCode, verifier string) bool {
	if c.challenge == "" {
		return true
	}
	if c.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = encode(sum[:])
	}
	return subtle.ConstantTimeCompare([]byte(verifier), []byte(c.challenge)) == 1
}
