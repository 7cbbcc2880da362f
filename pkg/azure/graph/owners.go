package graph

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// MembersAndOwners returns who is directly in a group, and who may change it;
// there may be no owner. Applications count.
func (c *Client) MembersAndOwners(ctx context.Context, group entra.ObjectID) (members, owners []entra.ObjectID, err error) {
	if members, err = c.linked(ctx, group, "members"); err != nil {
		return nil, nil, err
	}
	owners, err = c.linked(ctx, group, "owners")
	return members, owners, err
}

// linked asks for service principals by themselves too: v1.0 leaves them out of
// the whole list (Graph, group-list-owners), and the cast names them.
func (c *Client) linked(ctx context.Context, group entra.ObjectID, relation string) ([]entra.ObjectID, error) {
	whole := call{op: fmt.Sprintf("read the %s of %q", relation, string(group)), needs: readGroups,
		path: byID("groups", string(group)) + "/" + relation, query: url.Values{"$select": {"id"}, "$top": {"999"}}}
	apps := whole
	apps.path += "/microsoft.graph.servicePrincipal"
	apps.query = url.Values{"$select": {"id"}, "$top": {"999"}, "$count": {"true"}}
	apps.header = map[string]string{"ConsistencyLevel": "eventual"}
	var ids []entra.ObjectID
	for _, q := range []call{whole, apps} {
		objects, err := list[models.DirectoryObjectCollectionResponseable](ctx, c, q, models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue)
		if err != nil {
			return nil, err
		}
		for _, o := range objects {
			ids = append(ids, entra.ObjectID(strings.ToLower(val(o.GetId()))))
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}
