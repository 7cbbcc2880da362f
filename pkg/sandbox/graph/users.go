package graph

import (
	"net/http"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func (s *Server) listUsers(c *call) (*reply, error) { return many(c, userSchema, candidates(c)) }

// candidates are the users whom the filter can let through: by its keys where it
// names some, else all.
func candidates(c *call) []*directory.User {
	if c.query.Filter == nil {
		return c.tenant.Users()
	}
	for _, property := range []string{"id", "userPrincipalName"} {
		if keys, ok := c.query.Filter.Strings(property); ok {
			return usersOf(c.tenant, keys)
		}
	}
	return c.tenant.Users()
}

func usersOf(t *directory.Tenant, keys []string) (list []*directory.User) {
	for _, key := range keys {
		if u, ok := t.User(key); ok && !slices.Contains(list, u) {
			list = append(list, u)
		}
	}
	return list
}

// user finds the person that a path names: by object id or UPN, or the caller
// under /me. Guests see nobody but themselves, and so does a client that has
// User.Read alone.
func (s *Server) user(c *call) (*directory.User, error) {
	part := c.PathValue("id")
	if part == "" {
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
