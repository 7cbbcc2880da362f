package graph

import (
	"context"
	"fmt"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// ServicePrincipal returns an application's service principal in the tenant.
func (c *Client) ServicePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error) {
	return c.servicePrincipal(ctx, call{op: fmt.Sprintf("read the service principal of %q", string(id)), needs: readApps,
		path: byKey("servicePrincipals", "appId", string(id)), query: fields(spFields)})
}

// CreateServicePrincipal makes an application present in the tenant. Right
// after the application was made Graph may not know it yet: the error is then
// of kind fault.NotFound, and trying again helps.
func (c *Client) CreateServicePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error) {
	return c.servicePrincipal(ctx, call{op: fmt.Sprintf("create the service principal of %q", string(id)), needs: writeApps,
		method: abs.POST, path: "/servicePrincipals", body: map[string]any{"appId": id, "accountEnabled": true}})
}

func (c *Client) servicePrincipal(ctx context.Context, q call) (entra.ServicePrincipalInfo, error) {
	sp, err := get[models.ServicePrincipalable](ctx, c, q, models.CreateServicePrincipalFromDiscriminatorValue)
	if err != nil {
		return entra.ServicePrincipalInfo{}, err
	}
	return entra.ServicePrincipalInfo{
		ID:                 entra.ObjectID(strings.ToLower(val(sp.GetId()))),
		ClientID:           entra.ClientID(strings.ToLower(val(sp.GetAppId()))),
		Name:               val(sp.GetDisplayName()),
		Enabled:            sp.GetAccountEnabled() == nil || *sp.GetAccountEnabled(),
		AssignmentRequired: val(sp.GetAppRoleAssignmentRequired()),
	}, nil
}

// DeleteServicePrincipal removes a service principal by its object id.
func (c *Client) DeleteServicePrincipal(ctx context.Context, id entra.ObjectID) error {
	_, err := c.do(ctx, call{op: fmt.Sprintf("delete the service principal %q", string(id)), needs: writeApps,
		method: abs.DELETE, path: byID("servicePrincipals", string(id))})
	return err
}
