package graph

import (
	"net/http"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func (s *Server) listUsers(c *call) (*reply, error) { return many(c, userSchema, c.tenant.Users()) }

// user finds the person that a path names: by object id or UPN, or the caller
// under /me. Guests see nobody but themselves, and so does a client that has
// User.Read alone.
func (s *Server) user(c *call) (*directory.User, error) {
	part := c.PathValue("id")
	if part == "" {
		if c.caller.isApp {
			return nil, failure(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
		}
		part = string(c.caller.id)
	}
	name, value := key(part)
	if name != "" {
		return nil, failure(http.StatusBadRequest, "BadRequest", "The alternate key '%s' is not known for users.", name)
	}
	u, ok := c.tenant.User(value)
	self := ok && u.ID == c.caller.id
	if !self && !c.caller.may(listUsers) {
		return nil, denied()
	}
	if !ok {
		return nil, missing(value)
	}
	return u, nil
}

func (s *Server) getUser(c *call) (*reply, error) {
	u, err := s.user(c)
	if err != nil {
		return nil, err
	}
	return userSchema.one(c, http.StatusOK, u)
}

func (s *Server) userGroups(c *call) (*reply, error) {
	u, err := s.user(c)
	if err != nil {
		return nil, err
	}
	return s.memberGroups(c, u.ID)
}

func (s *Server) servicePrincipalGroups(c *call) (*reply, error) {
	sp, err := s.servicePrincipal(c)
	if err != nil {
		return nil, err
	}
	return s.memberGroups(c, sp.ID)
}

// maxGroups is how many getMemberGroups can answer.
const maxGroups = 11000

func (s *Server) memberGroups(c *call, id entra.ObjectID) (*reply, error) {
	var in struct{ SecurityEnabledOnly bool }
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	groups := c.tenant.TransitiveGroups(id, in.SecurityEnabledOnly)
	if len(groups) > maxGroups {
		return nil, failure(http.StatusBadRequest, "Directory_ResultSizeLimitExceeded", "The number of results is larger than %d.", maxGroups)
	}
	ids := make([]entra.ObjectID, len(groups))
	for i, g := range groups {
		ids[i] = g.ID
	}
	return &reply{http.StatusOK, map[string]any{"@odata.context": wire.Base(c.Request) + version + "/$metadata#Collection(Edm.String)", "value": ids}}, nil
}

// transitiveMemberOf lists the groups and directory roles that a person is in.
func (s *Server) transitiveMemberOf(c *call) (*reply, error) {
	u, err := s.user(c)
	if err != nil {
		return nil, err
	}
	var ids []entra.ObjectID
	groups := c.tenant.TransitiveGroups(u.ID, false)
	for _, g := range groups {
		ids = append(ids, g.ID)
	}
	templates := c.tenant.RoleTemplates(u.ID)
	for _, r := range c.tenant.DirectoryRoles() {
		if slices.Contains(templates, r.RoleTemplateID) {
			ids = append(ids, r.ID)
		}
	}
	if c.PathValue("cast") == "microsoft.graph.group" {
		return many(c, groupSchema, groups)
	}
	return s.mixed(c, ids, c.PathValue("cast"))
}
