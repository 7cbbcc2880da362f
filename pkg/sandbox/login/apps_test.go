package login_test

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// apps registers the article's two applications with consent between them.
type apps struct {
	server, client *directory.Application
	secret         string
}

func (r *rig) apps(change func(server, client *directory.Application)) apps {
	r.Helper()
	yes, security := true, "SecurityGroup"
	server := directory.Application{DisplayName: "server", GroupMembershipClaims: &security, API: directory.API{
		OAuth2PermissionScopes: []directory.PermissionScope{{ID: directory.ID("test scope"), Value: "user_impersonation", IsEnabled: true}}}}
	client := directory.Application{DisplayName: "client", IsFallbackPublicClient: &yes,
		PublicClient: directory.Redirects{RedirectURIs: []string{"http://localhost"}}}
	if change != nil {
		change(&server, &client)
	}
	var out apps
	var err error
	if out.server, err = r.contoso.CreateApplication(server); err != nil {
		r.Fatal(err)
	}
	if out.client, err = r.contoso.CreateApplication(client); err != nil {
		r.Fatal(err)
	}
	var ids []entra.ObjectID
	for _, a := range []*directory.Application{out.server, out.client} {
		sp, err := r.contoso.CreateServicePrincipal(directory.ServicePrincipal{AppID: a.AppID, AccountEnabled: true})
		if err != nil {
			r.Fatal(err)
		}
		ids = append(ids, sp.ID)
	}
	if _, err := r.contoso.CreateGrant(directory.ScopeGrant{ClientID: ids[1], ResourceID: ids[0], ConsentType: "AllPrincipals", Scope: "user_impersonation"}); err != nil {
		r.Fatal(err)
	}
	s, err := r.contoso.AddSecret(out.server.ID, directory.PasswordCredential{})
	if err != nil {
		r.Fatal(err)
	}
	out.secret = *s.SecretText
	return out
}

// declare lists a resource in what an application says to need.
func (r *rig) declare(app entra.ObjectID, resource entra.ClientID) {
	r.Helper()
	if _, err := r.contoso.UpdateApplication(app, func(a *directory.Application) error {
		a.RequiredResourceAccess = append(a.RequiredResourceAccess, directory.RequiredResourceAccess{ResourceAppID: resource})
		return nil
	}); err != nil {
		r.Fatal(err)
	}
}
