package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// The properties that are read of each kind; those of a user are mostly left
// out by Graph unless they are asked for.
var (
	userFields  = selectOnly("id", "displayName", "userPrincipalName", "mail", "userType", "creationType", "externalUserState", "identities", "accountEnabled")
	groupFields = selectOnly("id", "displayName", "mail", "securityEnabled")
	spFields    = selectOnly("id", "appId", "displayName", "accountEnabled", "appRoleAssignmentRequired")
)

// maxIDs is the most that getByIds takes.
const maxIDs = 1000

func selectOnly(fields ...string) string { return strings.Join(fields, ",") }

func fields(list string) url.Values { return url.Values{"$select": {list}} }

// Principal returns a user, group or service principal by its object id. An
// object of another kind is fault.NotFound, like none at all.
func (c *Client) Principal(ctx context.Context, id entra.ObjectID) (entra.Principal, error) {
	op := fmt.Sprintf("read the directory object %q", string(id))
	object, err := c.object(ctx, op, id)
	if err != nil {
		return entra.Principal{}, err
	}
	p, ok, err := c.whole(ctx, object)
	if err == nil && !ok {
		err = fault.Newf(fault.NotFound, "%s: it is neither a user nor a group nor a service principal", op)
	}
	return p, err
}

func (c *Client) object(ctx context.Context, op string, id entra.ObjectID) (models.DirectoryObjectable, error) {
	return get[models.DirectoryObjectable](ctx, c,
		call{op: op, needs: readObjects, path: byID("directoryObjects", string(id))},
		models.CreateDirectoryObjectFromDiscriminatorValue)
}

// whole returns the principal of a directory object. Users are read once more:
// without $select Graph leaves out how they sign in.
func (c *Client) whole(ctx context.Context, object models.DirectoryObjectable) (entra.Principal, bool, error) {
	p, ok := c.principal(object)
	if !ok || p.Kind != entra.User {
		return p, ok, nil
	}
	user, err := c.user(ctx, string(p.ID))
	return user, err == nil, err
}

// user returns a user by object id or UPN.
func (c *Client) user(ctx context.Context, id string) (entra.Principal, error) {
	return c.one(ctx, call{op: fmt.Sprintf("read the user %q", id), needs: readUsers,
		path: byID("users", id), query: fields(userFields)})
}

// one reads a single user, as a principal.
func (c *Client) one(ctx context.Context, q call) (entra.Principal, error) {
	u, err := get[models.Userable](ctx, c, q, models.CreateUserFromDiscriminatorValue)
	if err != nil {
		return entra.Principal{}, err
	}
	p, _ := c.principal(u)
	return p, nil
}

// Principals returns the principals of many object ids, in batches. Ids that
// the tenant does not know are missing in the result, and so are objects of
// other kinds. Graph tells less of users here than elsewhere: Disabled and
// Pending are never set, and External only by the #EXT# in the UPN.
func (c *Client) Principals(ctx context.Context, ids []entra.ObjectID) ([]entra.Principal, error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	var all []entra.Principal
	err := c.ask(ctx, []question{{values: texts}}, func(_ question, o models.DirectoryObjectable) {
		if p, ok := c.principal(o); ok {
			all = append(all, p)
		}
	}, func(int) {})
	return all, err
}

// Me returns the signed-in user. For an application, which has no "me", the
// error is of kind fault.Config.
func (c *Client) Me(ctx context.Context) (entra.Principal, error) {
	p, err := c.one(ctx, call{op: "read the signed-in user", needs: readMe, path: "/me", query: fields(userFields)})
	if caller := c.caller.Load(); err != nil && caller != nil && caller.IsApp() {
		return p, fault.New(fault.Config, `the sign-in is an application's: it has no "me"`,
			"name the user, or sign in as one")
	}
	return p, err
}

// principal reads a directory object into a principal; false for other kinds.
func (c *Client) principal(object models.DirectoryObjectable) (entra.Principal, bool) {
	p := entra.Principal{ID: entra.ObjectID(strings.ToLower(val(object.GetId()))), Tenant: c.tenant()}
	switch o := object.(type) {
	case models.Userable:
		p.Kind, p.Name, p.UPN, p.Mail = entra.User, val(o.GetDisplayName()), val(o.GetUserPrincipalName()), val(o.GetMail())
		p.External = external(o, p.Tenant)
		p.Disabled = o.GetAccountEnabled() != nil && !*o.GetAccountEnabled()
		p.Pending = val(o.GetExternalUserState()) == "PendingAcceptance"
	case models.Groupable:
		p.Kind, p.Name, p.Mail = entra.Group, val(o.GetDisplayName()), val(o.GetMail())
		p.SecurityEnabled = val(o.GetSecurityEnabled())
	case models.ServicePrincipalable:
		p.Kind, p.Name = entra.ServicePrincipal, val(o.GetDisplayName())
		p.ClientID = entra.ClientID(strings.ToLower(val(o.GetAppId())))
		p.Disabled = o.GetAccountEnabled() != nil && !*o.GetAccountEnabled()
	default:
		return p, false
	}
	return p, true
}

// principals reads what a list call answered.
func principals[T models.DirectoryObjectable](c *Client, objects []T, err error) ([]entra.Principal, error) {
	var all []entra.Principal
	for _, o := range objects {
		if p, ok := c.principal(o); ok {
			all = append(all, p)
		}
	}
	return all, err
}

// tenant returns the tenant that the requests are answered by, as the token
// says it, or "".
func (c *Client) tenant() entra.TenantID {
	if caller := c.caller.Load(); caller != nil {
		return caller.Tenant
	}
	return ""
}

// foreignIssuers are the identity providers of people who sign in elsewhere
// (Entra external ID, user properties).
var foreignIssuers = []string{"ExternalAzureAD", "MicrosoftAccount", "google.com", "facebook.com", "mail"}

// external reports whether a user signs in somewhere else, so that the token
// carries no upn. userType does not tell: guests may be internal and members
// external.
func external(u models.Userable, tenant entra.TenantID) bool {
	if strings.Contains(strings.ToUpper(val(u.GetUserPrincipalName())), "#EXT#") || val(u.GetCreationType()) == "Invitation" {
		return true
	}
	return slices.ContainsFunc(present(u.GetIdentities()), func(id models.ObjectIdentityable) bool {
		issuer := val(id.GetIssuer())
		if slices.ContainsFunc(foreignIssuers, func(f string) bool { return strings.EqualFold(f, issuer) }) {
			return true
		}
		return strings.Contains(issuer, "://") && !strings.Contains(strings.ToLower(issuer), strings.ToLower(string(tenant)))
	})
}

// isMiss reports whether err says that there is no such object: 404, or 400
// for text that cannot be the key of one.
func isMiss(err error) bool {
	return isStatus(err, http.StatusNotFound) || isStatus(err, http.StatusBadRequest)
}
