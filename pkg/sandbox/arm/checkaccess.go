package arm

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// accessQuestion is what AKS' authorizer asks (kubeguard/guard,
// authz/providers/azure/rbac, CheckAccessRequest). Field names have any case.
type accessQuestion struct {
	Subject struct {
		Attributes struct {
			ObjectID string `json:"ObjectId"`
			Groups   []string
		}
	}
	Actions []struct {
		ID           string `json:"Id"`
		IsDataAction bool
	}
	Resource struct {
		ID string `json:"Id"`
	}
}

// checkAccess says of each action whether somebody's roles allow it at a scope of
// the cluster, and by which assignment.
func (s *Server) checkAccess(c *call) (*reply, error) {
	var in accessQuestion
	if err := read(c, &in); err != nil {
		return nil, err
	}
	if err := s.exists(c); err != nil {
		return nil, err
	}
	who := in.Subject.Attributes.ObjectID
	switch {
	case !entra.IsGUID(who):
		return nil, failure(http.StatusBadRequest, "InvalidPrincipalId", "The subject's ObjectId '%s' is not a GUID.", who)
	case len(in.Actions) == 0:
		return nil, failure(http.StatusBadRequest, "BadRequest", "The request names no action.")
	case !within(in.Resource.ID, s.scopeOf(c.Request)):
		return nil, failure(http.StatusBadRequest, "BadRequest", "The resource '%s' is not of this cluster.", in.Resource.ID)
	}
	principals := append(s.principalsOf(s.tenant, who), in.Subject.Attributes.Groups...)
	answers := []any{}
	for _, a := range in.Actions {
		answers = append(answers, s.decide(principals, a.ID, a.IsDataAction, in.Resource.ID))
	}
	return ok(answers), nil
}

// decide answers for one action.
func (s *Server) decide(principals []string, action string, data bool, scope string) map[string]any {
	out := map[string]any{"actionId": action, "isDataAction": data, "accessDecision": "NotAllowed", "timeToLiveInMs": 300000}
	now := s.now()
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	for _, a := range s.state.sortedAssignments() {
		allows := a.role.allows
		if data {
			allows = a.role.allowsData
		}
		mine := slices.ContainsFunc(principals, func(id string) bool { return strings.EqualFold(id, a.principal) })
		if mine && within(scope, a.scope) && allows(action) && !a.effective.After(now) {
			out["accessDecision"] = "Allowed"
			out["roleAssignment"] = map[string]any{"id": a.name, "roleDefinitionId": a.role.id, "principalId": a.principal,
				"principalType": a.principalType, "scope": a.scope}
			return out
		}
	}
	return out
}
