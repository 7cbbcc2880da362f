package graph

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// assignments are the app role assignments at one end of which an object is.
type assignments struct {
	name string
	of   subject
	mine func(*directory.RoleAssignment) entra.ObjectID // the end in the path
}

// granted are what a user, group or service principal may do as itself.
func granted(of subject) assignments {
	return assignments{"appRoleAssignments", of, func(r *directory.RoleAssignment) entra.ObjectID { return r.PrincipalID }}
}

// assigned are who may do something with a service principal.
var assigned = assignments{"appRoleAssignedTo", (*Server).servicePrincipalID,
	func(r *directory.RoleAssignment) entra.ObjectID { return r.ResourceID }}

func (a assignments) routes(path string, read access) []route {
	at := path + "/" + a.name
	return []route{{"GET", at, read, a.list}, {"POST", at, writeRoles, a.create},
		{"GET", at + "/{assignment}", read, a.get}, {"DELETE", at + "/{assignment}", writeRoles, a.delete}}
}

func (a assignments) all(s *Server, c *call) ([]*directory.RoleAssignment, error) {
	id, err := a.of(s, c)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(c.tenant.RoleAssignments(), func(r *directory.RoleAssignment) bool { return a.mine(r) != id }), nil
}

func (a assignments) list(s *Server, c *call) (*reply, error) {
	list, err := a.all(s, c)
	if err != nil {
		return nil, err
	}
	return many(c, assignmentSchema, list)
}

func (a assignments) one(s *Server, c *call) (*directory.RoleAssignment, error) {
	list, err := a.all(s, c)
	if err != nil {
		return nil, err
	}
	_, id := key(c.PathValue("assignment"))
	i := slices.IndexFunc(list, func(r *directory.RoleAssignment) bool { return strings.EqualFold(r.ID, id) })
	if i < 0 {
		return nil, missing(id)
	}
	return list[i], nil
}

func (a assignments) get(s *Server, c *call) (*reply, error) {
	r, err := a.one(s, c)
	if err != nil {
		return nil, err
	}
	return assignmentSchema.one(c, http.StatusOK, r)
}

func (a assignments) delete(s *Server, c *call) (*reply, error) {
	r, err := a.one(s, c)
	if err != nil {
		return nil, err
	}
	return noContent(), c.tenant.DeleteRoleAssignment(r.ID)
}

func (a assignments) create(s *Server, c *call) (*reply, error) {
	var in directory.RoleAssignment
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	id, err := a.of(s, c)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(string(a.mine(&in)), string(id)) {
		return nil, badRequest("The resourceId of the request, or its principalId, is not the object of the address.")
	}
	resource, ok := c.tenant.ServicePrincipal(in.ResourceID)
	if _, seen := c.tenant.Object(in.PrincipalID); !seen || !ok {
		return nil, badRequest("Not a valid reference update.")
	}
	in.AppRoleID = strings.ToLower(in.AppRoleID)
	if !assignable(resource, in.AppRoleID) {
		return nil, badRequest("Permission being assigned was not found on application '%s'.", resource.AppID)
	}
	made, err := c.tenant.CreateRoleAssignment(directory.RoleAssignment{PrincipalID: in.PrincipalID, ResourceID: resource.ID, AppRoleID: in.AppRoleID})
	if errors.Is(err, directory.ErrConflict) {
		return nil, badRequest("Permission being assigned already exists on the object").about("permissions", "InvalidUpdate")
	}
	if err != nil {
		return nil, err
	}
	return assignmentSchema.one(c, http.StatusCreated, made)
}

// assignable reports whether an application has a role. The default role is for
// those that have none.
func assignable(resource *directory.ServicePrincipal, role string) bool {
	if role == directory.DefaultRole {
		return len(resource.AppRoles) == 0
	}
	return slices.ContainsFunc(resource.AppRoles, func(r directory.AppRole) bool { return strings.EqualFold(r.ID, role) && r.IsEnabled })
}
