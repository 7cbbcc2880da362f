package login

import (
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// refreshLife is how long a refresh token may lie unused.
const refreshLife = 90 * 24 * time.Hour

// byRefresh exchanges a refresh token. The new one does not end the old one.
func (s *Service) byRefresh(a ask) (grant, error) {
	s.mu.Lock()
	from, ok := s.refresh[fingerprint(a.form("refresh_token"))]
	s.mu.Unlock()
	if !ok || from.Client != a.app.AppID {
		return grant{}, fail(70000, "refresh token")
	}
	if !from.Public {
		if f := a.confidential(); f != nil {
			return grant{}, f
		}
	}
	if s.deps.Now().Sub(from.Used) > refreshLife {
		return grant{}, fail(700082)
	}
	t, u, f := s.person(a.tenant, from.Home, from.Person)
	if f != nil {
		return grant{}, f
	}
	if revoked(u, from.At) || s.revokedAtHome(from) {
		return grant{}, fail(50173)
	}
	w := a.wish
	w.offline = true
	if w.resource == "" {
		w.resource = from.Resource
	}
	return s.user(a, t, u, w, from, "")
}

// revoked reports whether sign-ins of that moment were ended since.
func revoked(u *directory.User, at time.Time) bool {
	since := u.SignInSessionsValidFromDateTime
	return !since.IsZero() && !at.After(since)
}

func (s *Service) revokedAtHome(from *session) bool {
	home, ok := s.deps.Directory.Tenant(string(from.Home))
	if !ok {
		return false
	}
	u, ok := home.User(string(from.Person))
	return ok && revoked(u, from.At)
}

// user checks and issues the tokens of a user.
func (s *Service) user(a ask, t *directory.Tenant, u *directory.User, w wish, from *session, nonce string) (grant, error) {
	app, f := s.client(t, string(a.app.AppID)) // again: the tenant may have been open before
	if f != nil {
		return grant{}, f
	}
	token, f := s.allow(t, app, u, w, from.occasion())
	if f == nil {
		f = spoiled(a.r)
	}
	if f != nil {
		return grant{}, f
	}
	token.proof, token.info = a.proof, a.form("client_info") == "1"
	return s.issueUser(token, from, nonce, s.lifetime(a.r))
}

// byClient issues a token to an application itself.
func (s *Service) byClient(a ask) (grant, error) {
	if a.tenant == nil {
		return grant{}, fail(50059)
	}
	if a.proof == noProof {
		return grant{}, fail(7000218, a.app.AppID)
	}
	if !a.wish.dflt || len(a.wish.values) > 0 {
		return grant{}, fail(1002012, a.wish.asked)
	}
	g, to, f := s.allowApp(a.tenant, a.app, a.wish)
	if f == nil {
		f = spoiled(a.r)
	}
	if f != nil {
		return grant{}, f
	}
	g.proof = a.proof
	return s.issueApp(g, to, a.wish, s.lifetime(a.r))
}

// allowApp checks whether an application may have a token for itself.
func (s *Service) allowApp(t *directory.Tenant, app *directory.Application, w wish) (grantee, target, *failure) {
	sp, ok := t.ServicePrincipalByAppID(app.AppID)
	if !ok {
		return grantee{}, target{}, fail(7000229, app.AppID, t.Name)
	}
	to, f := s.target(t, w)
	if f != nil {
		return grantee{}, target{}, f
	}
	roles := t.Roles(sp.ID, to.sp.ID)
	if to.sp.AppRoleAssignmentRequired && !assigned(t, to.sp.ID, sp.ID) {
		return grantee{}, target{}, fail(501051, app.AppID, to.app.AppID)
	}
	return grantee{tenant: t, client: app, sp: sp, roles: roles}, to, nil
}

func (s *Service) issueApp(g grantee, to target, w wish, life time.Duration) (grant, error) {
	now := s.deps.Now()
	out := grant{wish: w, now: now, until: now.Add(life)}
	var err error
	out.access, err = s.signer().sign(w.bind(g.access(to, now, out.until)))
	return out, err
}

// onBehalfOf exchanges a user's token for the client for one of another resource.
func (s *Service) onBehalfOf(a ask) (grant, error) {
	if a.form("requested_token_use") != "on_behalf_of" {
		return grant{}, fail(900144, "requested_token_use")
	}
	if a.proof == noProof {
		return grant{}, fail(7000218, a.app.AppID)
	}
	c, err := s.genuine(a.form("assertion"))
	now := s.deps.Now().Unix()
	switch {
	case err != nil:
		return grant{}, fail(50013, err)
	case now >= c.ExpiresAt || now < c.NotBefore:
		return grant{}, fail(500133)
	case !ownAudience(a.app, c.Audience):
		return grant{}, fail(500131, c.Audience, a.app.AppID)
	case c.IsApp():
		return grant{}, fail(7000114, a.app.AppID)
	}
	t, ok := s.deps.Directory.Tenant(string(c.Tenant))
	if !ok || a.tenant != nil && a.tenant.ID != t.ID {
		return grant{}, fail(50013, "it is of another tenant")
	}
	u, ok := t.User(string(c.Object))
	if !ok {
		return grant{}, fail(50034, c.Object, t.Name)
	}
	from := &session{Client: a.app.AppID, Home: u.Person.Home, Person: u.Person.HomeID, At: time.Unix(c.IssuedAt, 0), Used: s.deps.Now(), MFA: slices.Contains(c.AMR, "mfa")}
	return s.user(a, t, u, a.wish, from, "")
}

// ownAudience reports whether a token is for this application.
func ownAudience(app *directory.Application, audience string) bool {
	audience = strings.TrimPrefix(audience, "spn:")
	for _, name := range append([]string{string(app.AppID), "api://" + string(app.AppID)}, app.IdentifierURIs...) {
		if sameName(name, audience) {
			return true
		}
	}
	return false
}
