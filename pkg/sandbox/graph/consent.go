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

func (s *Server) listGrants(c *call) (*reply, error) {
	return many(c, grantSchema, c.tenant.Grants())
}

func (s *Server) createGrant(c *call) (*reply, error) {
	var in directory.ScopeGrant
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	everybody := in.ConsentType == "AllPrincipals" && in.PrincipalID == nil
	one := in.ConsentType == "Principal" && in.PrincipalID != nil
	if !everybody && !one {
		return nil, badRequest("Property 'consentType' must be AllPrincipals without principalId, or Principal with one.")
	}
	made, err := c.tenant.CreateGrant(in)
	switch {
	case errors.Is(err, directory.ErrReference):
		return nil, s.absent(c, in.ClientID, in.ResourceID)
	case errors.Is(err, directory.ErrConflict):
		return nil, duplicate("Permission entry already exists.")
	case err != nil:
		return nil, err
	}
	return grantSchema.one(c, http.StatusCreated, made)
}

// absent names the first of the service principals that cannot be seen.
func (s *Server) absent(c *call, ids ...entra.ObjectID) *Error {
	for _, id := range ids {
		if _, ok := c.tenant.ServicePrincipal(id); !ok {
			return missing(string(id))
		}
	}
	return missing("")
}

func (s *Server) patchGrant(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	scope, ok := p["scope"].(string)
	if !ok || len(p) != 1 {
		return nil, badRequest("Only the property 'scope' of an oauth2PermissionGrant can be changed.")
	}
	return noContent(), known(c.tenant.UpdateGrant(c.PathValue("id"), scope), c.PathValue("id"))
}

func (s *Server) deleteGrant(c *call) (*reply, error) {
	return noContent(), known(c.tenant.DeleteGrant(c.PathValue("id")), c.PathValue("id"))
}

// known words the directory's "not found" as Graph does.
func known(err error, id string) error {
	if errors.Is(err, directory.ErrNotFound) {
		return missing(id)
	}
	return err
}

// listAssignments lists what a service principal may do as itself.
func (s *Server) listAssignments(c *call) (*reply, error) {
	return s.assignments(c, func(r *directory.RoleAssignment, id entra.ObjectID) bool { return r.PrincipalID == id })
}

// listAssigned lists who may do something with a service principal.
func (s *Server) listAssigned(c *call) (*reply, error) {
	return s.assignments(c, func(r *directory.RoleAssignment, id entra.ObjectID) bool { return r.ResourceID == id })
}

func (s *Server) assignments(c *call, want func(*directory.RoleAssignment, entra.ObjectID) bool) (*reply, error) {
	sp, err := s.servicePrincipal(c)
	if err != nil {
		return nil, err
	}
	list := slices.DeleteFunc(c.tenant.RoleAssignments(), func(r *directory.RoleAssignment) bool { return !want(r, sp.ID) })
	return many(c, assignmentSchema, list)
}

func (s *Server) createAssignment(c *call) (*reply, error) {
	var in directory.RoleAssignment
	if err := wire.ReadJSON(c.Request, &in); err != nil {
		return nil, badRequest("The request is not valid JSON.")
	}
	resource, err := s.servicePrincipal(c)
	if err != nil {
		return nil, err
	}
	if !strings.EqualFold(string(in.ResourceID), string(resource.ID)) {
		return nil, badRequest("The resourceId of the request is not the service principal of the address.")
	}
	if _, ok := c.tenant.Object(in.PrincipalID); !ok {
		return nil, badRequest("Not a valid reference update.")
	}
	if !slices.ContainsFunc(resource.AppRoles, func(r directory.AppRole) bool { return strings.EqualFold(r.ID, in.AppRoleID) && r.IsEnabled }) {
		return nil, badRequest("Permission being assigned was not found on application '%s'.", resource.AppID)
	}
	in.AppRoleID = strings.ToLower(in.AppRoleID)
	made, err := c.tenant.CreateRoleAssignment(directory.RoleAssignment{PrincipalID: in.PrincipalID, ResourceID: resource.ID, AppRoleID: in.AppRoleID})
	if errors.Is(err, directory.ErrConflict) {
		return nil, failure(http.StatusBadRequest, "InvalidUpdate", "Permission being assigned already exists on the object")
	}
	if err != nil {
		return nil, err
	}
	return assignmentSchema.one(c, http.StatusCreated, made)
}
