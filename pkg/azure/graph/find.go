package graph

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"golang.org/x/sync/errgroup"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Find returns every principal that ref can mean, none being no error. An
// application given by its own object id or client id stands for its service
// principal.
func (c *Client) Find(ctx context.Context, ref directory.Ref) ([]entra.Principal, error) {
	switch ref.By {
	case directory.Me:
		return found(c.Me(ctx))
	case directory.ClientID:
		return c.findClient(ctx, ref.Text)
	case directory.ID:
		return c.findID(ctx, ref)
	case directory.UPNOrMail:
		return c.findMail(ctx, ref)
	default:
		return c.search(ctx, ref, "displayName eq "+quote(ref.Text), 0)
	}
}

// Suggest returns principals whose name starts like ref's: like its first half,
// or else like its first two letters. At most ten of each kind.
func (c *Client) Suggest(ctx context.Context, ref directory.Ref) ([]entra.Principal, error) {
	const least, most = 2, 10
	name, _, _ := strings.Cut(ref.Text, "@")
	letters := []rune(name)
	for n := max(len(letters)/2, least); n >= least && n <= len(letters); n = min(n-1, least) {
		start := quote(string(letters[:n]))
		filter := "startswith(displayName," + start + ")"
		if ref.By == directory.UPNOrMail && ref.Kind != entra.Group {
			ref.Kind, filter = entra.User, filter+" or startswith(userPrincipalName,"+start+")"
		}
		if all, err := c.search(ctx, ref, filter, most); err != nil || len(all) > 0 {
			return all, err
		}
	}
	return nil, nil
}

// found makes a list of one result, or of none if there is none.
func found(p entra.Principal, err error) ([]entra.Principal, error) {
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []entra.Principal{p}, nil
}

// wants reports whether ref may mean a kind.
func wants(ref directory.Ref, kind entra.Kind) bool { return ref.Kind == "" || ref.Kind == kind }

func (c *Client) findClient(ctx context.Context, id string) ([]entra.Principal, error) {
	sp, err := get[models.ServicePrincipalable](ctx, c, call{
		op: fmt.Sprintf("read the service principal of %q", id), needs: readApps,
		path: byKey("servicePrincipals", "appId", id), query: fields(spFields),
	}, models.CreateServicePrincipalFromDiscriminatorValue)
	if err != nil {
		return found(entra.Principal{}, err)
	}
	p, _ := c.principal(sp)
	return found(p, nil)
}

func (c *Client) findID(ctx context.Context, ref directory.Ref) ([]entra.Principal, error) {
	id := ref.Text
	object, err := c.object(ctx, fmt.Sprintf("look up the id %q", id), entra.ObjectID(id))
	switch {
	case err != nil && !isMiss(err):
		return nil, err
	case err == nil:
		if app, ok := object.(models.Applicationable); ok {
			id = val(app.GetAppId())
			break
		}
		p, ok, err := c.whole(ctx, object)
		if err != nil || !ok || !wants(ref, p.Kind) {
			return nil, err
		}
		return found(p, nil)
	}
	if !wants(ref, entra.ServicePrincipal) {
		return nil, nil
	}
	return c.findClient(ctx, id)
}

// findMail looks for a sign-in name and, only where nobody has it, for mail
// addresses of users and groups. Other addresses of users and the spelling of an
// invited guest count where it is nobody's mail address.
func (c *Client) findMail(ctx context.Context, ref directory.Ref) ([]entra.Principal, error) {
	if wants(ref, entra.User) {
		p, err := c.user(ctx, ref.Text)
		if !isMiss(err) {
			return found(p, err)
		}
	}
	var all []entra.Principal
	if wants(ref, entra.User) {
		filter, err := c.mailFilter(ctx, ref.Text)
		if err != nil {
			return nil, err
		}
		users, err := c.searchKind(ctx, entra.User, ref.Text, filter, 0)
		if err != nil {
			return nil, err
		}
		all = append(all, users...)
	}
	if wants(ref, entra.Group) {
		groups, err := c.searchKind(ctx, entra.Group, ref.Text, "mail eq "+quote(ref.Text), 0)
		if err != nil {
			return nil, err
		}
		all = append(all, groups...)
	}
	if slices.ContainsFunc(all, func(p entra.Principal) bool { return strings.EqualFold(p.Mail, ref.Text) }) {
		all = slices.DeleteFunc(all, func(p entra.Principal) bool { return !strings.EqualFold(p.Mail, ref.Text) })
	}
	return all, nil
}

// mailFilter matches a user's addresses, and the UPN that an invitation of the
// address makes: alice_contoso.com#EXT#@ and the tenant's initial domain.
func (c *Client) mailFilter(ctx context.Context, mail string) (string, error) {
	m := quote(mail)
	filter := "mail eq " + m + " or otherMails/any(x:x eq " + m + ")"
	org, err := c.Organization(ctx)
	if fault.KindOf(err) == fault.Forbidden { // who may read users need not be allowed to read the tenant
		return filter, nil
	}
	if err != nil {
		return "", err
	}
	return filter + " or userPrincipalName eq " + quote(guestName(mail, org)), nil
}

// guestName is the UPN that inviting an address makes.
func guestName(mail string, org entra.Organization) string {
	return strings.ReplaceAll(mail, "@", "_") + "#EXT#@" + org.InitialDomain
}

// search asks for one filter of all kinds that ref may mean, at once.
func (c *Client) search(ctx context.Context, ref directory.Ref, filter string, top int) ([]entra.Principal, error) {
	kinds := []entra.Kind{entra.User, entra.Group, entra.ServicePrincipal}
	results := make([][]entra.Principal, len(kinds))
	group, ctx := errgroup.WithContext(ctx)
	for i, kind := range kinds {
		if !wants(ref, kind) {
			continue
		}
		group.Go(func() (err error) {
			results[i], err = c.searchKind(ctx, kind, ref.Text, filter, top)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	var all []entra.Principal
	for _, r := range results {
		all = append(all, r...)
	}
	return all, nil
}

// searchKind asks for one filter of one kind; top 0 is all pages.
func (c *Client) searchKind(ctx context.Context, kind entra.Kind, text, filter string, top int) ([]entra.Principal, error) {
	q := call{query: url.Values{"$filter": {filter}}, firstPage: top > 0}
	if top > 0 {
		q.query.Set("$top", strconv.Itoa(top))
	}
	switch kind {
	case entra.User:
		q.op, q.needs, q.path = fmt.Sprintf("look for users called %q", text), readUsers, "/users"
		q.query.Set("$select", userFields)
		users, err := list[models.UserCollectionResponseable](ctx, c, q, models.CreateUserCollectionResponseFromDiscriminatorValue)
		return principals(c, users, err)
	case entra.Group:
		q.op, q.needs, q.path = fmt.Sprintf("look for groups called %q", text), readGroups, "/groups"
		q.query.Set("$select", groupFields)
		groups, err := list[models.GroupCollectionResponseable](ctx, c, q, models.CreateGroupCollectionResponseFromDiscriminatorValue)
		return principals(c, groups, err)
	default:
		q.op, q.needs, q.path = fmt.Sprintf("look for service principals called %q", text), readApps, "/servicePrincipals"
		q.query.Set("$select", spFields)
		sps, err := list[models.ServicePrincipalCollectionResponseable](ctx, c, q, models.CreateServicePrincipalCollectionResponseFromDiscriminatorValue)
		return principals(c, sps, err)
	}
}
