package entraid

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

// GroupOptions say as whom Graph is asked, and for which groups.
type GroupOptions struct {
	Client     entra.ClientID // the server app
	SecretFile string
	OnBehalf   bool // act for the bearer; service principals are always looked up as the app
	// SecurityOnly leaves out distribution lists, as groupMembershipClaims
	// SecurityGroup does for tokens.
	SecurityOnly bool
}

// Groups asks Microsoft Graph for the groups that a token leaves out.
type Groups struct {
	up    Upstream
	opts  GroupOptions
	login *login
}

// NewGroups returns a webhook.Groups over Graph.
func NewGroups(up Upstream, o GroupOptions) *Groups {
	return &Groups{up: up, opts: o, login: newLogin(up, o.Client, o.SecretFile)}
}

const (
	askGroups = "ask Microsoft Graph for groups"
	maxPages  = 64
	maxGroups = 50_000
)

// Groups returns the object ids of all groups that the bearer is in, nested
// ones too (POST …/getMemberGroups).
func (g *Groups) Groups(ctx context.Context, who entra.Claims, bearer safetext.Secret) ([]entra.ObjectID, error) {
	switch {
	case g.up.Cloud.Graph == "":
		return nil, webhook.Deny("the token leaves its groups out because there are too many, and cloud %q has no Microsoft Graph to ask", g.up.Cloud.Name)
	case !entra.IsGUID(string(who.Object)): // it becomes a part of a URL
		return nil, webhook.Deny("token has no object id (claim oid)")
	}
	// An application's token cannot be exchanged on its behalf.
	onBehalf := g.opts.OnBehalf && !who.IsApp()
	access, err := g.access(ctx, onBehalf, bearer)
	if err != nil {
		return nil, err
	}
	groups, err := g.pages(ctx, who, access)
	if err == errTokenRefused && !onBehalf {
		g.login.forget(access)
	}
	return groups, err
}

func (g *Groups) access(ctx context.Context, onBehalf bool, bearer safetext.Secret) (safetext.Secret, error) {
	if onBehalf {
		return g.login.onBehalf(ctx, bearer)
	}
	return g.login.asApp(ctx)
}

// pages follows continuation links, on Graph's own host only: they carry the
// app's token.
func (g *Groups) pages(ctx context.Context, who entra.Claims, access safetext.Secret) ([]entra.ObjectID, error) {
	kind := "users"
	if who.IsApp() {
		kind = "servicePrincipals"
	}
	method, address := http.MethodPost, fmt.Sprintf("%s/v1.0/%s/%s/getMemberGroups", g.up.Cloud.Graph, kind, who.Object)
	var all []entra.ObjectID
	for range maxPages {
		page, err := g.page(ctx, method, address, access)
		if err != nil {
			return nil, err
		}
		if all = append(all, *page.IDs...); len(all) > maxGroups {
			return nil, fault.Newf(fault.Network, "%s: more than %d", askGroups, maxGroups)
		}
		if page.Next == "" {
			return all, nil
		}
		if !sameHost(page.Next, g.up.Cloud.Graph) {
			return nil, fault.New(fault.Network, askGroups+": answer continues on another host")
		}
		method, address = http.MethodGet, page.Next
	}
	return nil, fault.Newf(fault.Network, "%s: more than %d pages", askGroups, maxPages)
}

type page struct {
	IDs  *[]entra.ObjectID `json:"value"`
	Next string            `json:"@odata.nextLink"`
}

func (g *Groups) page(ctx context.Context, method, address string, access safetext.Secret) (page, error) {
	body := ""
	if method == http.MethodPost {
		body = fmt.Sprintf(`{"securityEnabledOnly":%t}`, g.opts.SecurityOnly)
	}
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return page{}, fault.New(fault.Network, askGroups+": answer continues nowhere")
	}
	req.Header.Set("Authorization", "Bearer "+access.Reveal())
	req.Header.Set("Content-Type", "application/json")
	a, err := g.up.do(ctx, "graph", req)
	if err != nil {
		return page{}, fault.Wrap(fault.Network, askGroups, err)
	}
	if err := graphRefusal(g.opts.Client, a); err != nil {
		return page{}, err
	}
	var p page
	if err := a.decode(askGroups, &p); err != nil {
		return page{}, err
	}
	if p.IDs == nil { // not the same as an empty list
		return page{}, fault.New(fault.Network, askGroups+": answer holds no list")
	}
	for _, id := range *p.IDs {
		if !entra.IsGUID(string(id)) {
			return page{}, fault.Newf(fault.Network, "%s: answer holds %.60q, which is no object id", askGroups, id)
		}
	}
	return p, nil
}

// errTokenRefused says that Graph did not take our token; the next try gets
// another one.
var errTokenRefused error = fault.New(fault.Network, askGroups+": the server app's token was not accepted")

// graphRefusal is the error for answers that will not change by asking again,
// and for a token that must not be used again.
func graphRefusal(client entra.ClientID, a answer) error {
	var e struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	_ = json.Unmarshal(a.body, &e)
	switch {
	case a.status == http.StatusUnauthorized:
		return errTokenRefused
	case a.status == http.StatusForbidden:
		return webhook.Deny("too many groups for the token, and Microsoft Graph does not let server app %s look them up (%.60q): grant it GroupMember.Read.All or Directory.Read.All, with admin consent", client, e.Error.Code)
	case a.status == http.StatusNotFound && e.Error.Code == "Request_ResourceNotFound":
		return webhook.Deny("the token's bearer is not in the directory (any more)")
	case a.status == http.StatusBadRequest && e.Error.Code == "Directory_ResultSizeLimitExceeded":
		return webhook.Deny("the token's bearer is in more than 11,000 groups, and Microsoft Graph does not list so many")
	}
	return nil
}
