package arm

import (
	"net/http"
	"path"
	"strings"
)

// role is one of Azure's built-in role definitions: the actions it allows, with
// * for any of them.
type role struct {
	name    string
	actions []string
}

// The roles that somebody has in the sandbox.
var (
	owner       = role{name: "Owner", actions: []string{"*"}}
	clusterUser = role{name: "Azure Kubernetes Service Cluster User Role", actions: []string{
		clusters + "/read", clusters + "/listClusterUserCredential/action", resources + "/read"}}
)

func (r role) allows(action string) bool {
	for _, pattern := range r.actions {
		if pattern == "*" || strings.EqualFold(pattern, action) {
			return true
		}
	}
	return false
}

// caller is who sends a request.
type caller struct {
	tenant, object string
	name           string // UPN, or the client id of an app
	roles          []role
}

func (c caller) may(action string) bool {
	for _, r := range c.roles {
		if r.allows(action) {
			return true
		}
	}
	return false
}

// refused is ARM's answer to somebody without the role for an action.
func (c caller) refused(action, scope string) *Error {
	return failure(http.StatusForbidden, "AuthorizationFailed",
		"The client '%s' with object id '%s' does not have authorization to perform action '%s' over scope '%s' or the scope is invalid. If access was recently granted, please refresh your credentials.",
		c.name, c.object, action, path.Clean(scope))
}
