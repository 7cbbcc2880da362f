package webhook

import (
	"encoding/json"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// user is how the API server will know the bearer.
type user struct {
	Username string              `json:"username"`
	Groups   []entra.ObjectID    `json:"groups,omitempty"`
	Extra    map[string][]string `json:"extra"`
}

// newUser names the bearer: upn, else oid. Kubernetes' own names start with
// "system:"; a directory in which somebody may call a thing so does not get to
// hand them out.
func newUser(c entra.Claims, groups []entra.ObjectID) (user, error) {
	if !entra.IsGUID(string(c.Object)) {
		return user{}, Deny("token has no object id (claim oid)")
	}
	name := c.Username()
	switch {
	case strings.TrimSpace(name) == "":
		return user{}, Deny("token has an empty name")
	case safetext.Clean(name) != name: // two names must not look alike in a log
		return user{}, Deny("name %.99q holds spaces or characters that cannot be seen", name)
	case reserved(name):
		return user{}, Deny("name %.99q is reserved: it starts with system:", name)
	}
	for _, g := range groups {
		switch {
		case entra.IsGUID(string(g)):
		case reserved(string(g)):
			return user{}, Deny("group %.99q is reserved: it starts with system:", g)
		default:
			return user{}, Deny("group %.99q is not an object id: let the server app put object ids into tokens (its optional claim groups names other formats)", g)
		}
	}
	return user{Username: name, Groups: groups, Extra: map[string][]string{"oid": {string(c.Object)}}}, nil
}

// reserved looks behind spaces and at any case: nobody needs such a name.
func reserved(name string) bool {
	const prefix = "system:"
	name = strings.TrimSpace(name)
	return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
}

// claimed returns the groups that the token itself carries.
func claimed(c entra.Claims) []entra.ObjectID {
	ids := make([]entra.ObjectID, len(c.Groups))
	for i, g := range c.Groups {
		ids[i] = entra.ObjectID(g)
	}
	return ids
}

// status is a TokenReview's status, the same in v1 and v1beta1. It has no
// audiences: this authenticator judges the token's own audience and knows
// nothing of the API server's.
type status struct {
	Authenticated bool   `json:"authenticated"`
	User          *user  `json:"user,omitempty"`
	Error         string `json:"error,omitempty"`
}

func (s status) json() []byte {
	data, _ := json.Marshal(s) // strings and booleans: cannot fail
	return data
}
