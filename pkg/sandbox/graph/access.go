package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// standing is what a person has to be for an operation, beside what their client
// was allowed to do in their name.
type standing int

const (
	anyone standing = iota // guests too
	member                 // may look around in the directory
	admin                  // Global Administrator
)

// access says what an operation takes: one of several permissions (space), each
// of them one permission or several together ("a+b"). An empty app list means
// that the operation is for people only.
type access struct {
	delegated string
	app       string
	person    standing
}

func both(permissions string, person standing) access {
	return access{permissions, permissions, person}
}

// implied has, by permission, others that it contains (Graph permissions
// reference).
var implied = map[string][]string{
	"Directory.ReadWrite.All":                {"Directory.Read.All", "User.Invite.All", "Group.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"},
	"Directory.Read.All":                     {"User.Read.All", "Group.Read.All", "Application.Read.All", "Organization.Read.All", "Domain.Read.All", "DelegatedPermissionGrant.Read.All"},
	"User.ReadWrite.All":                     {"User.Read.All", "User.Invite.All", "User.RevokeSessions.All"},
	"User.Read.All":                          {"User.ReadBasic.All", "User.Read"},
	"User.ReadBasic.All":                     {},
	"Group.ReadWrite.All":                    {"Group.Read.All", "Group.Create", "GroupMember.ReadWrite.All"},
	"Group.Read.All":                         {"GroupMember.Read.All"},
	"GroupMember.ReadWrite.All":              {"GroupMember.Read.All"},
	"Application.ReadWrite.All":              {"Application.Read.All", "Application.ReadWrite.OwnedBy"},
	"DelegatedPermissionGrant.ReadWrite.All": {"DelegatedPermissionGrant.Read.All"},
}

// asUser lets a client do everything that its user may do.
const asUser = "Directory.AccessAsUser.All"

// caller is who sends a request.
type caller struct {
	id          entra.ObjectID
	isApp       bool
	permissions map[string]bool // scopes, or app roles, with what they imply
	standing    standing
}

func (c caller) may(need access) bool {
	list := need.delegated
	if c.isApp {
		list = need.app
	} else if c.standing < need.person {
		return false
	}
	if !c.isApp && c.permissions[asUser] {
		return true
	}
	for alternative := range strings.FieldsSeq(list) {
		if !slices.ContainsFunc(strings.Split(alternative, "+"), func(p string) bool { return !c.permissions[p] }) {
			return true
		}
	}
	return false
}

func expand(into map[string]bool, permissions []string) {
	for _, p := range permissions {
		if !into[p] {
			into[p] = true
			expand(into, implied[p])
		}
	}
}

// authenticate finds out who sends a request, and in which tenant.
func (s *Server) authenticate(r *http.Request) (caller, *directory.Tenant, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" || !strings.EqualFold(scheme, "Bearer") {
		return caller{}, nil, unauthorized("Access token is empty.")
	}
	c, err := s.verifier.Verify(token, "https://graph.microsoft.com", string(entra.MicrosoftGraph))
	if err != nil {
		return caller{}, nil, s.explain(token)
	}
	tenant, ok := s.directory.Tenant(string(c.Tenant))
	if !ok {
		return caller{}, nil, unauthorized("Access token validation failure. Invalid tenant.")
	}
	who := caller{id: c.Object, isApp: c.Scope == "", permissions: map[string]bool{}}
	if who.isApp {
		expand(who.permissions, c.Roles)
		return who, tenant, nil
	}
	expand(who.permissions, strings.Fields(c.Scope))
	who.standing = standingOf(tenant, c.Object)
	return who, tenant, nil
}

func standingOf(t *directory.Tenant, id entra.ObjectID) standing {
	u, ok := t.User(string(id))
	switch {
	case slices.Contains(t.RoleTemplates(id), directory.GlobalAdministrator):
		return admin
	case ok && u.UserType != "Guest":
		return member
	}
	return anyone
}

func unauthorized(message string) *Error {
	return failure(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
}

// explain says what is wrong with a token that was refused, as far as its own
// claims tell.
func (s *Server) explain(token string) *Error {
	c, err := entra.ParseClaims(token)
	switch {
	case err != nil:
		return unauthorized("CompactToken parsing failed with error code: 80049217")
	case !strings.Contains(c.Audience, "graph.microsoft.com") && c.Audience != string(entra.MicrosoftGraph):
		return unauthorized("Access token validation failure. Invalid audience.")
	case !c.Expires().After(s.now()):
		return unauthorized("Lifetime validation failed, the token is expired.")
	}
	return unauthorized("Access token validation failure. Invalid signature or issuer.")
}

// own notes the caller as owner of what they have just made, beside others.
func (s *Server) own(c *call, object entra.ObjectID, others ...entra.ObjectID) error {
	for _, id := range append(others, c.caller.id) {
		if err := c.tenant.AddOwner(object, id); err != nil && !errors.Is(err, directory.ErrConflict) {
			return err
		}
	}
	return nil
}

// mayChange reports whether a caller may change an object: as administrator, as
// an app that may change all of them, or as owner.
func (s *Server) mayChange(c *call, object entra.ObjectID, appPermission string) bool {
	if c.caller.standing == admin || c.caller.isApp && c.caller.permissions[appPermission] {
		return true
	}
	return slices.Contains(c.tenant.Owners(object), c.caller.id)
}
