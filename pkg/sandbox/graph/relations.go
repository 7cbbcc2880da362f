package graph

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// relations are the links from an object to others, by their names in paths and
// in $expand.
var relations = map[string]func(*directory.Tenant, entra.ObjectID) []entra.ObjectID{
	"members":            (*directory.Tenant).Members,
	"transitiveMembers":  (*directory.Tenant).TransitiveMembers,
	"memberOf":           (*directory.Tenant).MemberOf,
	"transitiveMemberOf": groupsAndRoles,
	"owners":             (*directory.Tenant).Owners,
	"ownedObjects":       (*directory.Tenant).OwnedBy,
}

// groupsAndRoles lists the groups and directory roles that an object is in,
// directly or through groups.
func groupsAndRoles(t *directory.Tenant, id entra.ObjectID) []entra.ObjectID {
	var ids []entra.ObjectID
	for _, g := range t.TransitiveGroups(id, false) {
		ids = append(ids, g.ID)
	}
	templates := t.RoleTemplates(id)
	for _, r := range t.DirectoryRoles() {
		if slices.Contains(templates, r.RoleTemplateID) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// subject finds the object that a path is about.
type subject func(*Server, *call) (entra.ObjectID, error)

func (s *Server) applicationID(c *call) (entra.ObjectID, error) {
	a, err := s.application(c)
	if err != nil {
		return "", err
	}
	return a.ID, nil
}

func (s *Server) servicePrincipalID(c *call) (entra.ObjectID, error) {
	sp, err := s.servicePrincipal(c)
	if err != nil {
		return "", err
	}
	return sp.ID, nil
}

func (s *Server) userID(c *call) (entra.ObjectID, error) {
	u, err := s.user(c)
	if err != nil {
		return "", err
	}
	return u.ID, nil
}

func (s *Server) groupID(c *call) (entra.ObjectID, error) {
	g, err := s.group(c)
	if err != nil {
		return "", err
	}
	return g.ID, nil
}

func (s *Server) objectID(c *call) (entra.ObjectID, error) {
	_, id := key(c.PathValue("id"))
	if _, ok := object(c.tenant, entra.ObjectID(id)); !ok {
		return "", missing(id)
	}
	return entra.ObjectID(id), nil
}

// related are the routes by which the relations of an object are listed, all of
// a kind, and counted.
func related(path string, need access, of subject, names ...string) []route {
	var out []route
	for _, name := range names {
		list := func(s *Server, c *call) (*reply, error) {
			id, err := of(s, c)
			if err != nil {
				return nil, err
			}
			return s.mixed(c, relations[name](c.tenant, id), c.PathValue("cast"))
		}
		at := path + "/" + name
		out = append(out, route{"GET", at, need, list}, route{"GET", at + "/{cast}", need, list},
			route{"GET", at + "/$count", need, counted(list)}, route{"GET", at + "/{cast}/$count", need, counted(list)})
	}
	return out
}

// counted answers with the number of objects that a list has, as text.
func counted(list func(*Server, *call) (*reply, error)) func(*Server, *call) (*reply, error) {
	return func(s *Server, c *call) (*reply, error) {
		if !c.eventual() {
			return nil, failure(http.StatusBadRequest, "Request_UnsupportedQuery",
				"$count is not currently supported without the header ConsistencyLevel: eventual.")
		}
		c.query.Count, c.query.Top, c.query.Skip, c.query.Select = true, 1, 0, nil
		out, err := list(s, c)
		if err != nil {
			return nil, err
		}
		n, _ := out.body.(map[string]any)["@odata.count"].(int)
		return &reply{http.StatusOK, plainText(strconv.Itoa(n))}, nil
	}
}

// plainText is a body that is not JSON.
type plainText string
