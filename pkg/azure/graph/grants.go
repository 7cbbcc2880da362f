package graph

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// ScopeGrants returns the consent to delegated permissions that a service
// principal has, for everybody and for single users.
func (c *Client) ScopeGrants(ctx context.Context, client entra.ObjectID) ([]entra.ScopeGrant, error) {
	all, err := list[models.OAuth2PermissionGrantCollectionResponseable](ctx, c, call{
		op: fmt.Sprintf("read the delegated permissions of %q", string(client)), needs: readGrants,
		path: "/oauth2PermissionGrants", query: url.Values{"$filter": {"clientId eq " + quote(string(client))}},
	}, models.CreateOAuth2PermissionGrantCollectionResponseFromDiscriminatorValue)
	var grants []entra.ScopeGrant
	for _, g := range all {
		grants = append(grants, scopeGrant(g))
	}
	return grants, err
}

// GrantScope consents to delegated permissions: for one user if g names a
// principal, else for everybody. One that exists for the same client and
// resource is fault.Conflict: change it with UpdateScopeGrant.
func (c *Client) GrantScope(ctx context.Context, g entra.ScopeGrant) (entra.ScopeGrant, error) {
	body := map[string]any{"clientId": g.Client, "resourceId": g.Resource, "scope": g.Scope,
		"consentType": "AllPrincipals", "principalId": nil}
	if g.Principal != "" {
		body["consentType"], body["principalId"] = "Principal", g.Principal
	}
	made, err := get[models.OAuth2PermissionGrantable](ctx, c, call{
		op: fmt.Sprintf("grant %q to %q", g.Scope, string(g.Client)), needs: writeScopes,
		method: abs.POST, path: "/oauth2PermissionGrants", body: body,
	}, models.CreateOAuth2PermissionGrantFromDiscriminatorValue)
	if err != nil {
		return entra.ScopeGrant{}, err
	}
	return scopeGrant(made), nil
}

// UpdateScopeGrant replaces the scopes of a consent; they are separated by
// spaces.
func (c *Client) UpdateScopeGrant(ctx context.Context, id, scope string) error {
	_, err := c.do(ctx, call{op: fmt.Sprintf("change a grant to %q", scope), needs: writeScopes,
		method: abs.PATCH, path: byID("oauth2PermissionGrants", id), body: map[string]any{"scope": scope}})
	return err
}

func scopeGrant(m models.OAuth2PermissionGrantable) entra.ScopeGrant {
	return entra.ScopeGrant{
		ID:        val(m.GetId()),
		Client:    entra.ObjectID(strings.ToLower(val(m.GetClientId()))),
		Resource:  entra.ObjectID(strings.ToLower(val(m.GetResourceId()))),
		Principal: entra.ObjectID(strings.ToLower(val(m.GetPrincipalId()))),
		Scope:     strings.Join(strings.Fields(val(m.GetScope())), " "),
	}
}

// RoleGrants returns the application permissions that a service principal
// holds, by its object id.
func (c *Client) RoleGrants(ctx context.Context, principal entra.ObjectID) ([]entra.RoleGrant, error) {
	all, err := list[models.AppRoleAssignmentCollectionResponseable](ctx, c, call{
		op: fmt.Sprintf("read the application permissions of %q", string(principal)), needs: readApps,
		path: byID("servicePrincipals", string(principal)) + "/appRoleAssignments",
	}, models.CreateAppRoleAssignmentCollectionResponseFromDiscriminatorValue)
	var grants []entra.RoleGrant
	for _, g := range all {
		grants = append(grants, roleGrant(g))
	}
	return grants, err
}

// GrantRole gives a service principal an application permission of the
// resource. fault.NotFound may mean that the principal is too new, and
// fault.Conflict that it holds the permission already.
func (c *Client) GrantRole(ctx context.Context, g entra.RoleGrant) (entra.RoleGrant, error) {
	made, err := get[models.AppRoleAssignmentable](ctx, c, call{
		op: fmt.Sprintf("grant the application permission %q to %q", g.Role, string(g.Principal)), needs: writeRoles,
		method: abs.POST, path: byID("servicePrincipals", string(g.Resource)) + "/appRoleAssignedTo",
		body: map[string]any{"principalId": g.Principal, "resourceId": g.Resource, "appRoleId": g.Role},
	}, models.CreateAppRoleAssignmentFromDiscriminatorValue)
	if err != nil {
		return entra.RoleGrant{}, err
	}
	return roleGrant(made), nil
}

func roleGrant(m models.AppRoleAssignmentable) entra.RoleGrant {
	g := entra.RoleGrant{ID: val(m.GetId())}
	if id := m.GetPrincipalId(); id != nil {
		g.Principal = entra.ObjectID(id.String())
	}
	if id := m.GetResourceId(); id != nil {
		g.Resource = entra.ObjectID(id.String())
	}
	if id := m.GetAppRoleId(); id != nil {
		g.Role = id.String()
	}
	return g
}
