package login

import (
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// refreshLife is how long a refresh token may lie unused.
const refreshLife = 90 * 24 * time.Hour

// byRefresh exchanges a refresh token. The new one does not end the old one.
func (s *Service) byRefresh(a ask) (grant, error) {
	s.mu.Lock()
	from, ok := s.refresh[a.form("refresh_token")]
	s.mu.Unlock()
	if !ok || from.client != a.app.AppID {
		return grant{}, fail(70000, "refresh token")
	}
	if !from.byPublic {
		if f := a.confidential(); f != nil {
			return grant{}, f
		}
	}
	if s.deps.Now().Sub(from.used) > refreshLife {
		return grant{}, fail(700082)
	}
	t, u, f := s.person(a.tenant, from.home, from.person)
	if f != nil {
		return grant{}, f
	}
	if revoked(u, from.at) || s.revokedAtHome(from) {
		return grant{}, fail(50173)
	}
	w := a.wish
	w.offline = true
	return s.user(a, t, u, w, from, "")
}

// revoked reports whether sign-ins of that moment were ended since.
func revoked(u *directory.User, at time.Time) bool {
	since := u.SignInSessionsValidFromDateTime
	return !since.IsZero() && !at.After(since)
}

func (s *Service) revokedAtHome(from *session) bool {
	home, ok := s.deps.Directory.Tenant(string(from.home))
	if !ok {
		return false
	}
	u, ok := home.User(string(from.person))
	return ok && revoked(u, from.at)
}

// user checks and issues the tokens of a user.
func (s *Service) user(a ask, t *directory.Tenant, u *directory.User, w wish, from *session, nonce string) (grant, error) {
	app, f := s.client(t, string(a.app.AppID)) // again: the tenant may have been open before
	if f != nil {
		return grant{}, f
	}
	token, f := s.allow(t, app, u, w, from != nil && from.device)
	if f == nil {
		f = spoiled(a.r)
	}
	if f != nil {
		return grant{}, f
	}
	token.secret = a.secret
	return s.issueUser(token, from, nonce, s.lifetime(a.r))
}

// byClient issues a token to an application itself.
func (s *Service) byClient(a ask) (grant, error) {
	if a.tenant == nil {
		return grant{}, fail(50059)
	}
	if !a.secret {
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
	g.secret = true
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
		return grantee{}, target{}, fail(50105, app.DisplayName, to.app.DisplayName)
	}
	return grantee{tenant: t, client: app, sp: sp, roles: roles}, to, nil
}

func (s *Service) issueApp(g grantee, to target, w wish, life time.Duration) (grant, error) {
	now := s.deps.Now()
	out := grant{wish: w, now: now, until: now.Add(life)}
	var err error
	out.access, err = s.key.sign(g.access(to, now, out.until))
	return out, err
}

// onBehalfOf exchanges a user's token for the client for one of another resource.
func (s *Service) onBehalfOf(a ask) (grant, error) {
	if a.form("requested_token_use") != "on_behalf_of" {
		return grant{}, fail(900144, "requested_token_use")
	}
	if !a.secret {
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
	from := &session{client: a.app.AppID, home: u.Person.Home, person: u.Person.HomeID, at: time.Unix(c.IssuedAt, 0), used: s.deps.Now()}
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
