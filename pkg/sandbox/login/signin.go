package login

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// SignIn completes a device code as somebody at the sign-in page does: who is a
// name, a sign-in name, a UPN or an object id. The page calls it too. Whoever
// may not sign in leaves the device with the same error that is returned.
func (s *Service) SignIn(who, userCode string) error {
	d, f := s.waiting(userCode)
	if f != nil {
		return f
	}
	t, u, f := s.whoIs(d.tenant, who)
	if f != nil { // a typo: the person may try again
		return f
	}
	app, f := s.client(t, string(d.client))
	var token userToken
	if f == nil {
		token, f = s.allow(t, app, u, d.wish, occasion{at: s.deps.Now(), device: true, present: true})
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if f != nil {
		d.refused = f
		return f
	}
	now := s.deps.Now()
	d.session = &session{Client: d.client, Home: u.Person.Home, Person: u.Person.HomeID, At: now, Used: now, Device: true, MFA: token.mfa}
	return nil
}

// decline is what Cancel does.
func (s *Service) decline(userCode string) *failure {
	d, f := s.waiting(userCode)
	if f != nil {
		return f
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	d.refused = &failure{oauth: "authorization_declined", text: "the sign-in was cancelled"}
	return nil
}

// whoIs finds a person in a tenant; where the tenant is open, at home.
func (s *Service) whoIs(t *directory.Tenant, who string) (*directory.Tenant, *directory.User, *failure) {
	who = strings.TrimSpace(who)
	if t != nil {
		if u, ok := t.Person(who); ok {
			return t, u, nil
		}
		for _, other := range s.deps.Directory.Tenants() {
			if _, ok := other.Person(who); ok && other.ID != t.ID {
				return nil, nil, fail(50020, who, t.Name)
			}
		}
		return nil, nil, fail(50034, who, t.Name)
	}
	for _, t := range s.deps.Directory.Tenants() {
		if u, ok := t.Person(who); ok && !u.External(t.ID) {
			return t, u, nil
		}
	}
	return nil, nil, fail(50034, who, "organizations")
}

// Token issues an access token without a request: to a user through client, or
// to the application whose name or client id who is. The checks and the claims
// are those of the wire. tenant is an id or a domain.
func (s *Service) Token(tenant, who, client, resource string) (string, error) {
	t, f := s.tenant(tenant)
	if f != nil {
		return "", f
	}
	w, f := parseScope(strings.TrimSuffix(resource, "/.default") + "/.default")
	if f != nil {
		return "", f
	}
	for _, a := range t.Applications() {
		if strings.EqualFold(a.DisplayName, who) || strings.EqualFold(string(a.AppID), who) {
			g, to, f := s.allowApp(t, a, w)
			if f != nil {
				return "", f
			}
			g.proof = bySecret
			out, err := s.issueApp(g, to, w, s.o.Lifetime)
			return out.access, err
		}
	}
	t, u, f := s.whoIs(t, who)
	if f != nil {
		return "", f
	}
	app, f := s.client(t, client)
	if f != nil {
		return "", f
	}
	token, f := s.allow(t, app, u, w, occasion{at: s.deps.Now(), present: true})
	if f != nil {
		return "", f
	}
	out, err := s.issueUser(token, nil, "", s.o.Lifetime)
	return out.access, err
}
