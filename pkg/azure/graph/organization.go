package graph

import (
	"context"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Organization returns the tenant that answers. It is read once.
func (c *Client) Organization(ctx context.Context) (entra.Organization, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.org != nil {
		return *c.org, nil
	}
	const op = "read the tenant's domains"
	all, err := list[models.OrganizationCollectionResponseable](ctx, c,
		call{op: op, needs: readTheOrg, path: "/organization", query: fields("id,displayName,verifiedDomains")},
		models.CreateOrganizationCollectionResponseFromDiscriminatorValue)
	if err != nil {
		return entra.Organization{}, err
	}
	if len(all) == 0 {
		return entra.Organization{}, fault.Newf(fault.Failure, "%s: Microsoft Graph names no organization", op)
	}
	org := entra.Organization{
		Tenant: entra.TenantID(strings.ToLower(val(all[0].GetId()))),
		Name:   val(all[0].GetDisplayName()),
	}
	for _, d := range present(all[0].GetVerifiedDomains()) {
		org.Domains = append(org.Domains, val(d.GetName()))
		if val(d.GetIsInitial()) {
			org.InitialDomain = val(d.GetName())
		}
	}
	c.org = &org
	return org, nil
}
