package login

import (
	"crypto/subtle"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// byPassword signs somebody in with name and password (RFC 6749 §4.3). Nobody
// can be asked for anything: what demands MFA is refused, and so are guests,
// whose password is known at home only.
func (s *Service) byPassword(a ask) (grant, error) {
	if a.r.PathValue("tenant") == "common" {
		return grant{}, fail(9001023)
	}
	if f := a.confidential(); f != nil {
		return grant{}, f
	}
	for _, name := range []string{"username", "password"} {
		if a.form(name) == "" {
			return grant{}, fail(900144, name)
		}
	}
	t, u, f := s.whoIs(a.tenant, a.form("username"))
	if f != nil {
		return grant{}, f
	}
	if f := checkPassword(t, u, a.form("password")); f != nil {
		return grant{}, f
	}
	now := s.deps.Now()
	from := &session{Client: a.app.AppID, Home: u.Person.Home, Person: u.Person.HomeID, At: now, Used: now, Public: a.proof == noProof}
	return s.user(a, t, u, a.wish, from, "")
}

func checkPassword(t *directory.Tenant, u *directory.User, password string) *failure {
	switch {
	case u.External(t.ID):
		return fail(50034, u.Person.SignInName, t.Name)
	case u.Person.Password == "":
		return fail(50056, u.Person.SignInName)
	case subtle.ConstantTimeCompare([]byte(u.Person.Password), []byte(password)) == 0:
		return fail(50126, u.Person.SignInName)
	}
	return nil
}
