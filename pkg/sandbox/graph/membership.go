package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// maxGroups is how many getMemberGroups can answer; maxChecked how many
// checkMemberGroups can ask about.
const (
	maxGroups  = 11000
	maxChecked = 20
)

// memberships are the four questions about what an object is in.
func memberships(path string, need access, of subject) []route {
	bind := func(answer func(*Server, *call, entra.ObjectID) (*reply, error)) func(*Server, *call) (*reply, error) {
		return func(s *Server, c *call) (*reply, error) {
			id, err := of(s, c)
			if err != nil {
				return nil, err
			}
			return answer(s, c, id)
		}
	}
	return []route{
		{"POST", path + "/getMemberGroups", need, bind((*Server).memberGroups)},
		{"POST", path + "/getMemberObjects", need, bind((*Server).memberObjects)},
		{"POST", path + "/checkMemberGroups", need, bind((*Server).checkGroups)},
		{"POST", path + "/checkMemberObjects", need, bind((*Server).checkObjects)},
	}
}

func (s *Server) memberGroups(c *call, id entra.ObjectID) (*reply, error) {
	only, err := s.securityOnly(c, id)
	if err != nil {
		return nil, err
	}
	ids := []entra.ObjectID{}
	for _, g := range c.tenant.TransitiveGroups(id, only) {
		ids = append(ids, g.ID)
	}
	return values(c, ids)
}

func (s *Server) memberObjects(c *call, id entra.ObjectID) (*reply, error) {
	only, err := s.securityOnly(c, id)
	if err != nil {
		return nil, err
	}
	ids := groupsAndRoles(c.tenant, id)
	if only {
		ids = slices.DeleteFunc(ids, func(id entra.ObjectID) bool {
			g, ok := c.tenant.Group(id)
			return ok && !g.SecurityEnabled
		})
	}
	return values(c, ids)
}

func (s *Server) securityOnly(c *call, id entra.ObjectID) (bool, error) {
	var in struct{ SecurityEnabledOnly bool }
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return false, badRequest("The request is not valid JSON.")
	}
	if _, group := c.tenant.Group(id); group && in.SecurityEnabledOnly {
		return false, badRequest("The value true of 'securityEnabledOnly' is for users and service principals only.")
	}
	return in.SecurityEnabledOnly, nil
}

func (s *Server) checkGroups(c *call, id entra.ObjectID) (*reply, error) {
	var in struct{ GroupIDs []entra.ObjectID }
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	ids := []entra.ObjectID{}
	for _, g := range c.tenant.TransitiveGroups(id, false) {
		ids = append(ids, g.ID)
	}
	return among(c, "groupIds", in.GroupIDs, ids)
}

func (s *Server) checkObjects(c *call, id entra.ObjectID) (*reply, error) {
	var in struct{ IDs []entra.ObjectID }
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	return among(c, "ids", in.IDs, groupsAndRoles(c.tenant, id))
}

// among answers with those of the ids asked about that are in the list.
func among(c *call, name string, asked, in []entra.ObjectID) (*reply, error) {
	if len(asked) > maxChecked {
		return nil, badRequest("The number of values in '%s' must not be more than %d.", name, maxChecked)
	}
	out := []entra.ObjectID{}
	for _, want := range asked {
		if !entra.IsGUID(string(want)) {
			return nil, badRequest("Invalid object identifier '%s'.", want)
		}
		if slices.ContainsFunc(in, func(id entra.ObjectID) bool { return strings.EqualFold(string(id), string(want)) }) {
			out = append(out, want)
		}
	}
	return values(c, out)
}

func values(c *call, ids []entra.ObjectID) (*reply, error) {
	if len(ids) > maxGroups {
		return nil, failure(http.StatusBadRequest, "Directory_ResultSizeLimitExceeded", "The number of results is larger than %d.", maxGroups)
	}
	if ids == nil {
		ids = []entra.ObjectID{}
	}
	return &reply{http.StatusOK, map[string]any{"@odata.context": wire.Base(c.Request) + version + "/$metadata#Collection(Edm.String)", "value": ids}}, nil
}
