package arm

import (
	"net/http"
	"path"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// caller is who sends a request.
type caller struct {
	tenant, object string
	name           string // UPN, or the client id of an app
	principals     []string
	aks            bool // AKS itself, by its server app
}

// principalsOf are the object ids by which somebody can have a role: their own
// and those of the groups they are in.
func (s *Server) principalsOf(tenant, object string) []string {
	ids := []string{object}
	if t, found := s.directory.Tenant(tenant); found {
		for _, g := range t.TransitiveGroups(entra.ObjectID(object), true) {
			ids = append(ids, string(g.ID))
		}
	}
	return ids
}

// may reports whether a role that the caller has at a scope, or above it, allows
// an action.
func (s *Server) may(c caller, action, scope string) bool {
	if action == checkAccessAction && c.aks {
		return true
	}
	return s.held(c, func(a *assignment) bool { return within(scope, a.scope) && a.role.allows(action) })
}

// known reports whether the caller has any role at or below a scope: then they
// may see that it is there.
func (s *Server) known(c caller, scope string) bool {
	return s.held(c, func(a *assignment) bool { return within(a.scope, scope) || within(scope, a.scope) })
}

func (s *Server) held(c caller, want func(*assignment) bool) bool {
	if c.tenant != s.tenant {
		return false
	}
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	now := s.now()
	for _, a := range s.state.assignments {
		for _, id := range c.principals {
			if strings.EqualFold(a.principal, id) && !a.effective.After(now) && want(a) {
				return true
			}
		}
	}
	return false
}

// within reports whether a scope is another one or below it.
func within(scope, above string) bool {
	scope, above = strings.ToLower(scope), strings.TrimRight(strings.ToLower(above), "/")
	return scope == above || strings.HasPrefix(scope, above+"/")
}

// scopeOf is the resource that a call is about: the deepest that its path names.
func (s *Server) scopeOf(c *http.Request) string {
	scope := ""
	for _, part := range []struct{ value, before string }{
		{c.PathValue("subscription"), "/subscriptions/"}, {c.PathValue("group"), "/resourceGroups/"},
		{c.PathValue("name"), provider + "/managedClusters/"}, {c.PathValue("namespace"), "/namespaces/"},
	} {
		if part.value != "" {
			scope += part.before + part.value
		}
	}
	return scope
}

// refused is ARM's answer to somebody without the role for an action.
func (c caller) refused(action, scope string) *Error {
	return failure(http.StatusForbidden, "AuthorizationFailed",
		"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. If access was recently granted, please refresh your credentials.",
		c.name, c.object, action, path.Clean(scope))
}
