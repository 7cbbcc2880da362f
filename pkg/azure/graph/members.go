package graph

import (
	"context"
	"fmt"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// memberFields are what a page of members tells of all kinds at once.
const memberFields = "id,displayName,userPrincipalName,mail,accountEnabled,creationType,externalUserState,identities,appId,securityEnabled"

// Members returns the direct members of many groups, in batches; with
// groupsOnly those that are groups. Groups that are gone have none.
func (c *Client) Members(ctx context.Context, groups []entra.ObjectID, groupsOnly bool) (map[entra.ObjectID][]entra.Principal, error) {
	calls := make([]call, len(groups))
	for i, id := range groups {
		q := call{op: fmt.Sprintf("read the members of %q", string(id)), needs: readGroups,
			path: byID("groups", string(id)) + "/members", query: url.Values{"$select": {memberFields}, "$top": {"999"}}}
		if groupsOnly {
			// A cast is an advanced query (Graph, aad-advanced-queries).
			q.path += "/microsoft.graph.group"
			q.query.Set("$select", groupFields)
			q.query.Set("$count", "true")
			q.header = map[string]string{"ConsistencyLevel": "eventual"}
		}
		calls[i] = q
	}
	members := make(map[entra.ObjectID][]entra.Principal, len(groups))
	err := c.batch(ctx, fmt.Sprintf("read the members of %d groups", len(groups)), calls, func(i int, body []byte, err error) error {
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		objects, err := c.rest(ctx, calls[i], body)
		members[groups[i]], err = principals(c, objects, err)
		return err
	})
	return members, err
}
