package graph

import (
	"errors"
	"net/http"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func (s *Server) listServicePrincipals(c *call) (*reply, error) {
	return many(c, servicePrincipalSchema, c.tenant.ServicePrincipals())
}

// servicePrincipal finds the one that a path names by object id or client id.
func (s *Server) servicePrincipal(c *call) (*directory.ServicePrincipal, error) {
	name, value := key(c.PathValue("id"))
	var p *directory.ServicePrincipal
	var ok bool
	switch name {
	case "":
		p, ok = c.tenant.ServicePrincipal(entra.ObjectID(value))
	case "appId":
		p, ok = c.tenant.ServicePrincipalByAppID(entra.ClientID(value))
	default:
		return nil, failure(http.StatusBadRequest, "BadRequest", "The alternate key '%s' is not known for servicePrincipals.", name)
	}
	if !ok {
		return nil, missing(value)
	}
	return p, nil
}

func (s *Server) getServicePrincipal(c *call) (*reply, error) {
	p, err := s.servicePrincipal(c)
	if err != nil {
		return nil, err
	}
	return servicePrincipalSchema.one(c, http.StatusOK, p)
}

// spReadOnly are the properties that are the directory's or the registration's.
var spReadOnly = []string{"id", "createdDateTime", "appDisplayName", "appOwnerOrganizationId", "signInAudience",
	"servicePrincipalNames", "oauth2PermissionScopes", "appRoles", "passwordCredentials"}

// createServicePrincipal makes an app present in the tenant. Its owner may, and
// an administrator may for any app.
func (s *Server) createServicePrincipal(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	next := directory.ServicePrincipal{AccountEnabled: true}
	current, err := servicePrincipalSchema.whole(next)
	if err != nil {
		return nil, err
	}
	if err := p.check(servicePrincipalSchema, current, spReadOnly...); err != nil {
		return nil, err
	}
	if err := apply(p, &next); err != nil {
		return nil, err
	}
	if !entra.IsGUID(string(next.AppID)) {
		return nil, badRequest("Property 'appId' is required and must be a GUID.")
	}
	if app, ok := c.tenant.ApplicationByAppID(next.AppID); ok && !s.mayChange(c, app.ID, "Application.ReadWrite.All") {
		return nil, denied()
	} else if _, _, known := s.directory.AnyApplication(next.AppID); known && !ok && !s.mayChange(c, "", "Application.ReadWrite.All") {
		return nil, denied()
	}
	made, err := c.tenant.CreateServicePrincipal(next)
	switch {
	case errors.Is(err, directory.ErrReference):
		return nil, badRequest("The appId '%s' of the service principal does not reference a valid application object.", next.AppID).
			about("appId", "NoBackingApplicationObject")
	case errors.Is(err, directory.ErrConflict):
		return nil, duplicate("The service principal cannot be created, updated, or restored because the service principal name %s is already in use.", next.AppID)
	case err != nil:
		return nil, err
	}
	if err := s.own(c, made.ID); err != nil {
		return nil, err
	}
	return servicePrincipalSchema.one(c, http.StatusCreated, made)
}

func (s *Server) patchServicePrincipal(c *call) (*reply, error) {
	p, err := readPatch(c)
	if err != nil {
		return nil, err
	}
	sp, err := s.servicePrincipal(c)
	if err != nil {
		return nil, err
	}
	if !s.mayChange(c, sp.ID, "Application.ReadWrite.All") {
		return nil, denied()
	}
	current, err := servicePrincipalSchema.whole(sp)
	if err != nil {
		return nil, err
	}
	if err := p.check(servicePrincipalSchema, current, append([]string{"appId", "displayName"}, spReadOnly...)...); err != nil {
		return nil, err
	}
	_, err = c.tenant.UpdateServicePrincipal(sp.ID, func(sp *directory.ServicePrincipal) error { return apply(p, sp) })
	return noContent(), err
}

func (s *Server) deleteServicePrincipal(c *call) (*reply, error) {
	sp, err := s.servicePrincipal(c)
	if err != nil {
		return nil, err
	}
	if !s.mayChange(c, sp.ID, "Application.ReadWrite.All") {
		return nil, denied()
	}
	return noContent(), c.tenant.DeleteServicePrincipal(sp.ID)
}
