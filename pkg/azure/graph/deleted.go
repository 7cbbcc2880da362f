package graph

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Deleted returns the principals that ref meant until they were deleted, as
// long as they can be restored. Users keep their name with the object id before
// it, so that the name is free; an application's name stays as it was.
func (c *Client) Deleted(ctx context.Context, ref directory.Ref) ([]entra.Principal, error) {
	q := call{op: fmt.Sprintf("look for %q among what was deleted", ref.Text), needs: readObjects}
	switch {
	case ref.By == directory.ID:
		q.path = byID("directory/deletedItems", ref.Text)
		o, err := get[models.DirectoryObjectable](ctx, c, q, models.CreateDirectoryObjectFromDiscriminatorValue)
		if err != nil {
			return found(entra.Principal{}, err)
		}
		return principals(c, []models.DirectoryObjectable{o}, nil)
	case ref.By == directory.UPNOrMail && wants(ref, entra.User):
		q.path = "/directory/deletedItems/microsoft.graph.user"
		q.query = url.Values{"$filter": {"endsWith(userPrincipalName," + quote(ref.Text) + ")"}, "$count": {"true"}, "$select": {userFields}}
		q.header = map[string]string{"ConsistencyLevel": "eventual"}
		users, err := list[models.UserCollectionResponseable](ctx, c, q, models.CreateUserCollectionResponseFromDiscriminatorValue)
		all, err := principals(c, users, err)
		return slices.DeleteFunc(all, func(p entra.Principal) bool { return !wasCalled(p, ref.Text) }), err
	case ref.By == directory.Name && wants(ref, entra.ServicePrincipal):
		q.path = "/directory/deletedItems/microsoft.graph.servicePrincipal"
		q.query = url.Values{"$filter": {"displayName eq " + quote(ref.Text)}, "$select": {spFields}}
		sps, err := list[models.ServicePrincipalCollectionResponseable](ctx, c, q, models.CreateServicePrincipalCollectionResponseFromDiscriminatorValue)
		return principals(c, sps, err)
	}
	return nil, nil
}

// wasCalled reports whether a deleted user's sign-in name was upn: others may
// end in it too.
func wasCalled(p entra.Principal, upn string) bool {
	return strings.EqualFold(p.UPN, strings.ReplaceAll(string(p.ID), "-", "")+upn)
}
