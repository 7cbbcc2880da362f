package graph

import (
	"errors"
	"net/http"
	"slices"

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

func (s *Server) getGrant(c *call) (*reply, error) {
	g, ok := c.tenant.Grant(c.PathValue("id"))
	if !ok {
		return nil, missing(c.PathValue("id"))
	}
	return grantSchema.one(c, http.StatusOK, g)
}

// grantsOf lists the consent given to a client, or by a user.
func grantsOf(of subject) func(*Server, *call) (*reply, error) {
	return func(s *Server, c *call) (*reply, error) {
		id, err := of(s, c)
		if err != nil {
			return nil, err
		}
		return many(c, grantSchema, slices.DeleteFunc(c.tenant.Grants(), func(g *directory.ScopeGrant) bool {
			return g.ClientID != id && (g.PrincipalID == nil || *g.PrincipalID != id)
		}))
	}
}
