package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// userReadOnly are the properties that are the directory's to give.
var userReadOnly = []string{"id", "createdDateTime", "creationType", "externalUserState", "proxyAddresses", "identities",
	"signInSessionsValidFromDateTime", "securityIdentifier"}

// createUser adds a member of this tenant.
func (s *Server) createUser(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	password, err := p.password()
	if err != nil {
		return nil, err
	}
	for _, required := range []string{"accountEnabled", "displayName", "mailNickname", "userPrincipalName"} {
		if p[required] == nil || p[required] == "" {
			return nil, badRequest("A value is required for property '%s' of resource 'User'.", required)
		}
	}
	if password == "" {
		return nil, badRequest("A password must be specified to create a new user.")
	}
	var next directory.User
	if err := changedUser(c, &next, p); err != nil {
		return nil, err
	}
	next.Person.Password = password
	upn := next.UserPrincipalName
	next.Identities = []directory.Identity{{SignInType: "userPrincipalName", Issuer: c.tenant.InitialDomain, IssuerAssignedID: &upn}}
	made, err := c.tenant.CreateUser(next)
	if errors.Is(err, directory.ErrConflict) {
		return nil, nameTaken()
	}
	if err != nil {
		return nil, err
	}
	return userSchema.one(c, http.StatusCreated, made)
}

func nameTaken() *Error {
	return badRequest("Another object with the same value for property userPrincipalName already exists.").about("userPrincipalName", "ObjectConflict")
}

// changedUser lays a write over a user and checks the outcome.
func changedUser(c *call, u *directory.User, p patch) error {
	current, err := userSchema.whole(u)
	if err != nil {
		return err
	}
	if err := p.check(userSchema, current, userReadOnly...); err != nil {
		return err
	}
	person, before := u.Person, u.UserPrincipalName
	if err := apply(p, u); err != nil {
		return err
	}
	u.Person = person
	_, domain, _ := strings.Cut(u.UserPrincipalName, "@")
	switch {
	case u.UserPrincipalName != before && !slices.ContainsFunc(c.tenant.Domains, func(d string) bool { return strings.EqualFold(d, domain) }):
		return badRequest("The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.")
	case u.DisplayName == "" || u.MailNickname == "":
		return badRequest("Properties 'displayName' and 'mailNickname' cannot be empty.")
	case u.UserType != "" && u.UserType != "Member" && u.UserType != "Guest":
		return badRequest("Invalid value specified for property 'userType' of resource 'User'.")
	}
	return nil
}

// password takes the passwordProfile out of a write; "" when there is none.
func (p patch) password() (string, error) {
	profile, given := p["passwordProfile"].(map[string]any)
	delete(p, "passwordProfile")
	if !given {
		return "", nil
	}
	for _, name := range []string{"forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa"} {
		if profile[name] == true {
			return "", badRequest("Property '%s' is not imitated by this sandbox: its people keep their passwords.", name)
		}
	}
	text, _ := profile["password"].(string)
	if !complex(text) {
		return "", badRequest("The specified password does not comply with password complexity requirements. Please provide a different password.")
	}
	return text, nil
}

// complex: 8 to 256 characters of three of the four kinds.
func complex(password string) bool {
	kinds := map[string]bool{}
	for _, r := range password {
		switch {
		case unicode.IsLower(r):
			kinds["lower"] = true
		case unicode.IsUpper(r):
			kinds["upper"] = true
		case unicode.IsDigit(r):
			kinds["digit"] = true
		default:
			kinds["other"] = true
		}
	}
	return len(password) >= 8 && len(password) <= 256 && len(kinds) >= 3
}

// changeableUser is the person that a path names, for those who may change them:
// administrators, and applications that may change everybody.
func (s *Server) changeableUser(c *call) (*directory.User, error) {
	u, err := s.user(c)
	if err == nil && !s.mayChange(c, "", "User.ReadWrite.All") {
		return nil, denied()
	}
	return u, err
}

// patchUser changes a person. A new password ends their sessions.
func (s *Server) patchUser(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	u, err := s.changeableUser(c)
	if err != nil {
		return nil, err
	}
	password, err := p.password()
	if err != nil {
		return nil, err
	}
	if other, taken := c.tenant.User(p.text("userPrincipalName")); taken && other.ID != u.ID {
		return nil, nameTaken()
	}
	_, err = c.tenant.UpdateUser(u.ID, func(u *directory.User) error {
		if err := changedUser(c, u, p); err != nil {
			return err
		}
		if password != "" {
			u.Person.Password = password
		}
		return nil
	})
	if err == nil && password != "" {
		err = c.tenant.Revoke(u.ID)
	}
	return noContent(), err
}

func (p patch) text(name string) string {
	s, _ := p[name].(string)
	return s
}

func (s *Server) deleteUser(c *call) (*reply, error) {
	u, err := s.changeableUser(c)
	if err != nil {
		return nil, err
	}
	return noContent(), c.tenant.DeleteUser(u.ID)
}

// revokeSessions makes the refresh tokens of a person worthless: everybody may
// do that for themselves.
func (s *Server) revokeSessions(c *call) (*reply, error) {
	u, err := s.user(c)
	if err != nil {
		return nil, err
	}
	if u.ID != c.caller.id && !s.mayChange(c, "", "User.RevokeSessions.All") {
		return nil, denied()
	}
	if err := c.tenant.Revoke(u.ID); err != nil {
		return nil, err
	}
	return &reply{http.StatusOK, map[string]any{"@odata.context": wire.Base(c.Request) + version + "/$metadata#Edm.Boolean", "value": true}}, nil
}
