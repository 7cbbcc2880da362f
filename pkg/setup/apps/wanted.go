package apps

import (
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// scopeValue is the one scope that the server app offers; the name is what the
// old directory gave every application by itself.
const scopeValue = "user_impersonation"

// permission is one of Graph's, by id and by the name that consent screens show.
type permission struct{ id, name string }

// leastRoles serve group lookups of users and service principals, and no more.
var leastRoles = []permission{
	{entra.UserReadBasicAllApp, "User.ReadBasic.All"},
	{entra.GroupMemberReadAllApp, "GroupMember.Read.All"},
	{entra.ApplicationReadAllApp, "Application.Read.All"},
}

// articleRoles and articleScopes are the article's three permissions.
var (
	articleRoles  = []permission{{entra.DirectoryReadAllApp, "Directory.Read.All"}}
	leastScopes   = []permission{{entra.UserRead, "User.Read"}}
	articleScopes = []permission{{entra.UserRead, "User.Read"}, {entra.DirectoryReadAll, "Directory.Read.All"}}
)

func (b *builder) roles() []permission {
	if b.ArticlePermissions {
		return articleRoles
	}
	return leastRoles
}

func (b *builder) scopes() []permission {
	if b.ArticlePermissions {
		return articleScopes
	}
	return leastScopes
}

func ids(list []permission) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.id
	}
	return out
}

func names(list []permission) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.name
	}
	return out
}

// wanted is an application as setup makes it. What needs its own id, or the
// other application's, is added by later steps.
func (b *builder) wanted(p part) entra.Application {
	app := entra.Application{
		UniqueName: b.uniqueName(p),
		Name:       b.displayName(p),
		Audience:   "AzureADMyOrg",
		Tags:       []string{Tag},
		Notes:      "Made by kubectl aad setup for the cluster " + b.Name + " in " + b.ResourceGroup + ".",
	}
	if p == client {
		app.PublicClient = true // device code without a secret
		app.RedirectURIs = []string{"http://localhost"}
		return app
	}
	app.TokenVersion = 1 // AKS's authenticator knows v1 issuers only
	app.GroupClaims = "SecurityGroup"
	app.OptionalClaims = []string{"idtyp"}
	app.Scopes = []entra.Scope{{ID: b.scopeID(), Value: scopeValue, Enabled: true,
		Description: "Sign in to the Kubernetes cluster " + b.Name}}
	app.Permissions = []entra.ResourcePermissions{{Resource: entra.MicrosoftGraph,
		Delegated: ids(b.scopes()), AppRoles: ids(b.roles())}}
	return app
}

// merge returns the application that is there with everything that is wanted,
// and whether that changes it. What an administrator added stays.
func merge(have, want entra.Application) (entra.Application, bool) {
	got := have
	got.Audience, got.PublicClient = want.Audience, want.PublicClient
	if want.TokenVersion != 0 {
		got.TokenVersion, got.GroupClaims = want.TokenVersion, want.GroupClaims
	}
	got.OptionalClaims = union(have.OptionalClaims, want.OptionalClaims)
	got.RedirectURIs = union(have.RedirectURIs, want.RedirectURIs)
	got.IdentifierURIs = union(have.IdentifierURIs, want.IdentifierURIs)
	got.Scopes = slices.Clone(have.Scopes)
	scopes := false
	for _, s := range want.Scopes {
		if !slices.ContainsFunc(have.Scopes, func(h entra.Scope) bool { return h.Value == s.Value && h.Enabled }) {
			got.Scopes = append(slices.DeleteFunc(got.Scopes, func(h entra.Scope) bool { return h.Value == s.Value }), s)
			scopes = true
		}
	}
	got.Permissions = slices.Clone(have.Permissions)
	permissions := false
	for _, p := range want.Permissions {
		var changed bool
		got.Permissions, changed = addPermissions(got.Permissions, p)
		permissions = permissions || changed
	}
	return got, scopes || permissions || got.Audience != have.Audience || got.PublicClient != have.PublicClient ||
		got.TokenVersion != have.TokenVersion || got.GroupClaims != have.GroupClaims ||
		len(got.OptionalClaims) != len(have.OptionalClaims) || len(got.RedirectURIs) != len(have.RedirectURIs) ||
		len(got.IdentifierURIs) != len(have.IdentifierURIs)
}

func addPermissions(have []entra.ResourcePermissions, want entra.ResourcePermissions) ([]entra.ResourcePermissions, bool) {
	i := slices.IndexFunc(have, func(h entra.ResourcePermissions) bool { return h.Resource == want.Resource })
	if i < 0 {
		return append(have, want), true
	}
	delegated, roles := union(have[i].Delegated, want.Delegated), union(have[i].AppRoles, want.AppRoles)
	changed := len(delegated) != len(have[i].Delegated) || len(roles) != len(have[i].AppRoles)
	have[i].Delegated, have[i].AppRoles = delegated, roles
	return have, changed
}

// union appends to have what is missing of want.
func union(have, want []string) []string {
	out := slices.Clone(have)
	for _, w := range want {
		if !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}
