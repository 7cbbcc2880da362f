package whoami

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// tokenIdentity is what a token says of whom it stands for.
type tokenIdentity struct {
	Username string         `json:"username,omitempty"`
	Object   entra.ObjectID `json:"objectId"`
	Tenant   entra.TenantID `json:"tenantId"`
	Client   entra.ClientID `json:"clientId"`
	Audience string         `json:"audience"`
	Version  string         `json:"version"`
	Groups   []string       `json:"groups"`
	Overage  bool           `json:"groupOverage"` // more groups than a token holds
	Expires  time.Time      `json:"expires"`
}

func identityOf(c entra.Claims) *tokenIdentity {
	return &tokenIdentity{Username: c.Username(), Object: c.Object, Tenant: c.Tenant, Client: c.Client(), Audience: c.Audience,
		Version: c.Version, Groups: append([]string{}, c.Groups...), Overage: c.Overage(), Expires: c.Expires().UTC()}
}

// implied are groups that every API server adds by itself.
func implied(group string) bool { return strings.HasPrefix(group, "system:") }

// differences says in words what the two sides do not agree on.
func differences(t *tokenIdentity, s kube.Identity) []string {
	if t == nil {
		return []string{"The token cannot be read here: only the API server's view is shown."}
	}
	var list []string
	name := func(s string) string { return fmt.Sprintf("%q", safetext.Clean(s)) }
	switch {
	case strings.HasPrefix(s.Username, "system:anonymous"):
		list = append(list, "The API server did not look at the token: it sees system:anonymous.")
	case !t.names(s):
		list = append(list, "The API server sees "+name(s.Username)+", which is neither the token's user name nor its object id: "+
			"bindings must name what the API server sees.")
	case strings.EqualFold(s.Username, string(t.Object)) && t.Username != "":
		list = append(list, "The API server names you by object id: a binding to "+name(t.Username)+" does not reach you, one to "+name(s.Username)+" does.")
	}
	own := slices.DeleteFunc(slices.Clone(s.Groups), implied)
	lost := slices.DeleteFunc(slices.Clone(t.Groups), func(g string) bool { return names(own, g) })
	switch {
	case t.Overage && len(own) == 0:
		list = append(list, "You are in more groups than a token holds, and the API server did not look them up: bindings to groups do not reach you.")
	case len(lost) > 0:
		list = append(list, fmt.Sprintf("The API server does not see %d of the token's %d groups, such as %s.", len(lost), len(t.Groups), name(lost[0])))
	case len(t.Groups) == 0 && !t.Overage && len(own) == 0:
		list = append(list, "Neither side knows a group of yours: bindings to groups do not reach you.")
	}
	return list
}

// names reports whether the server's user name stands for the token's user. API
// servers may put a prefix before it.
func (t *tokenIdentity) names(s kube.Identity) bool {
	for _, own := range []string{t.Username, string(t.Object)} {
		if own != "" && (strings.EqualFold(s.Username, own) || strings.HasSuffix(strings.ToLower(s.Username), ":"+strings.ToLower(own))) {
			return true
		}
	}
	return false
}

func names(groups []string, g string) bool {
	return slices.ContainsFunc(groups, func(have string) bool { return have == g || strings.HasSuffix(have, ":"+g) })
}

type row struct{ field, token, server string }

var listing = printer.Listing[row]{Columns: []printer.Column[row]{
	{Header: "", Value: func(r row) string { return r.field }},
	{Header: "TOKEN", Value: func(r row) string { return r.token }},
	{Header: "API SERVER", Value: func(r row) string { return r.server }},
}}

func (r report) rows() []row {
	t, s := r.Token, r.Server
	if t == nil {
		t = &tokenIdentity{}
	}
	if s == nil {
		s = &kube.Identity{}
	}
	own := slices.DeleteFunc(slices.Clone(s.Groups), implied)
	groups := fmt.Sprint(len(t.Groups))
	if t.Overage {
		groups = "too many for a token"
	}
	seen := fmt.Sprint(len(own))
	if r.Server == nil {
		seen = ""
	}
	rows := []row{
		{"user", t.Username, s.Username},
		{"object id", string(t.Object), strings.Join(s.Extra["oid"], ",")},
		{"groups", groups, seen},
		{"tenant", string(t.Tenant), ""},
		{"client", string(t.Client), ""},
		{"audience", t.Audience, ""},
	}
	if !t.Expires.IsZero() {
		rows = append(rows, row{"valid until", t.Expires.Local().Format("2006-01-02 15:04:05"), ""})
	}
	for i, g := range own {
		if in := names(t.Groups, g); i < 20 && in {
			rows = append(rows, row{"group", g, g})
		} else if i < 20 {
			rows = append(rows, row{"group", "", g})
		}
	}
	return rows
}
