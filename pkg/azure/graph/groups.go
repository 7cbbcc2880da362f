package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// maxBound is the most members that one request can add.
const maxBound = 20

// collections are the paths of the kinds.
var collections = map[entra.Kind]string{
	entra.User:             "users",
	entra.Group:            "groups",
	entra.ServicePrincipal: "servicePrincipals",
}

// MemberGroups returns the groups that a principal is in, through other groups
// too; only those that can appear in a token as security groups if asked.
// Above 11,000 Graph refuses.
func (c *Client) MemberGroups(ctx context.Context, p entra.Principal, securityOnly bool) ([]entra.ObjectID, error) {
	collection, ok := collections[p.Kind]
	if !ok {
		return nil, fault.Newf(fault.Usage, "a principal of kind %q has no groups", string(p.Kind))
	}
	ids, err := list[models.StringCollectionResponseable](ctx, c, call{
		op: fmt.Sprintf("read the groups of %q", string(p.ID)), needs: readGroups,
		method: abs.POST, path: byID(collection, string(p.ID)) + "/getMemberGroups",
		body: map[string]any{"securityEnabledOnly": securityOnly},
	}, models.CreateStringCollectionResponseFromDiscriminatorValue)
	groups := make([]entra.ObjectID, len(ids))
	for i, id := range ids {
		groups[i] = entra.ObjectID(strings.ToLower(id))
	}
	return groups, err
}

// CreateGroup makes a security group with members. It makes another one where
// one of that name exists: look first. After an error half of the members may
// be missing.
func (c *Client) CreateGroup(ctx context.Context, name string, members []entra.ObjectID) (entra.Principal, error) {
	op := fmt.Sprintf("create the group %q", name)
	first := members[:min(len(members), maxBound)]
	body := map[string]any{
		"displayName": name, "mailNickname": nickname(name),
		"mailEnabled": false, "securityEnabled": true,
	}
	if len(first) > 0 {
		body["members@odata.bind"] = c.links(first)
	}
	g, err := get[models.Groupable](ctx, c, call{op: op, needs: writeGroups, method: abs.POST, path: "/groups", body: body},
		models.CreateGroupFromDiscriminatorValue)
	if err != nil {
		return entra.Principal{}, err
	}
	p, _ := c.principal(g)
	for more := range slices.Chunk(members[len(first):], maxBound) {
		if _, err := c.do(ctx, call{op: op, needs: writeGroups, method: abs.PATCH, path: byID("groups", string(p.ID)),
			body: map[string]any{"members@odata.bind": c.links(more)}}); err != nil {
			return p, err
		}
	}
	return p, nil
}

func (c *Client) links(ids []entra.ObjectID) []string {
	links := make([]string, len(ids))
	for i, id := range ids {
		links[i] = c.base.String() + byID("directoryObjects", string(id))
	}
	return links
}

// nickname returns a mail nickname, which Graph demands of groups that get no
// mail too: letters and digits of the name, at most 64.
func nickname(name string) string {
	nick := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, name)
	if nick == "" {
		return "group"
	}
	return nick[:min(len(nick), 64)]
}

// DeleteGroup removes a group.
func (c *Client) DeleteGroup(ctx context.Context, id entra.ObjectID) error {
	_, err := c.do(ctx, call{op: fmt.Sprintf("delete the group %q", string(id)), needs: writeGroups,
		method: abs.DELETE, path: byID("groups", string(id))})
	return err
}
