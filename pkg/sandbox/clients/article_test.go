package clients_test

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The article, step by step, in the spelling of Azure CLI since Microsoft Graph.
func TestAzureCLI(t *testing.T) {
	r := newRig(t)
	a := &azure{rig: r, path: r.program("az", "azure-cli")}
	a.signIn(func(_, code string) {
		if err := a.sandbox.SignIn(a.Context(), "admin", code); err != nil {
			a.Fatal(err)
		}
	})
	server, secret := a.serverApp()
	a.permissions(server)
	client := a.clientApp(server)
	a.cluster(server, secret, client)
	a.managed()
	a.serviceAccount(server, secret)
	a.wasAsked("login.microsoftonline.com", "graph.microsoft.com", "management.azure.com", "main.iam.ad.ext.azure.com")
}

// serverApp is the article's "Create Azure AD server component".
func (a *azure) serverApp() (server, secret string) {
	server = a.run("ad", "app", "create", "--display-name", "myaksServer", "--query", "appId", "-o", "tsv")
	a.refused("verified domain", "ad", "app", "update", "--id", server, "--identifier-uris", "https://myaksServer")
	a.run("ad", "app", "update", "--id", server, "--identifier-uris", "api://"+server)
	a.run("ad", "app", "update", "--id", server, "--set", "groupMembershipClaims=All")
	a.want("", "ad", "app", "show", "--id", server, "--query", "api.oauth2PermissionScopes[0].id", "-o", "tsv") // Graph makes none
	a.run("ad", "app", "update", "--id", server, "--set", fmt.Sprintf(`api={"requestedAccessTokenVersion":1,"oauth2PermissionScopes":[{"id":%q,`+
		`"value":"user_impersonation","type":"User","isEnabled":true,"adminConsentDisplayName":"Access","adminConsentDescription":"Access",`+
		`"userConsentDisplayName":"Access","userConsentDescription":"Access"}]}`, uuid()))
	a.run("ad", "sp", "create", "--id", server)
	secret = a.run("ad", "sp", "credential", "reset", "--id", server, "--display-name", "AKSPassword", "--query", "password", "-o", "tsv")
	if secret == "" {
		a.Error("no secret")
	}
	a.want("AKSPassword", "ad", "sp", "credential", "list", "--id", server, "--query", "[].displayName", "-o", "tsv")
	return server, secret
}

// permissions declares what the server app needs of Graph, and consents to it.
func (a *azure) permissions(server string) {
	const graph = "00000003-0000-0000-c000-000000000000"
	a.run("ad", "app", "permission", "add", "--id", server, "--api", graph, "--api-permissions",
		"e1fe6dd8-ba31-4d61-89e7-88639da4683d=Scope", "06da0dbc-49e2-44d2-8312-53f166ab848a=Scope", "7ab1d382-f21e-4acd-a863-ba3e13f7da61=Role")
	a.run("ad", "app", "permission", "grant", "--id", server, "--api", graph, "--scope", "User.Read Directory.Read.All")
	a.run("ad", "app", "permission", "admin-consent", "--id", server)
	a.want("3", "ad", "app", "permission", "list", "--id", server, "--query", "length([0].resourceAccess)", "-o", "tsv")
	scopes := strings.Fields(a.run("ad", "app", "permission", "list-grants", "--id", server, "--query", "[].scope", "-o", "tsv"))
	if got := strings.Join(scopes, " "); !strings.Contains(got, "User.Read") || !strings.Contains(got, "Directory.Read.All") {
		a.Errorf("granted: %q", got)
	}
	object := a.run("ad", "sp", "show", "--id", server, "--query", "id", "-o", "tsv")
	a.want("7ab1d382-f21e-4acd-a863-ba3e13f7da61", "rest", "--url",
		"https://graph.microsoft.com/v1.0/servicePrincipals/"+object+"/appRoleAssignments", "--query", "value[].appRoleId", "-o", "tsv")
}

// clientApp is the article's "Create Azure AD client component".
func (a *azure) clientApp(server string) string {
	client := a.run("ad", "app", "create", "--display-name", "myaksClient", "--is-fallback-public-client",
		"--public-client-redirect-uris", "https://myaksClient", "--query", "appId", "-o", "tsv")
	a.run("ad", "sp", "create", "--id", client)
	scope := a.run("ad", "app", "show", "--id", server, "--query", "api.oauth2PermissionScopes[0].id", "-o", "tsv")
	a.run("ad", "app", "permission", "add", "--id", client, "--api", server, "--api-permissions", scope+"=Scope")
	if _, err := a.sandbox.Token("alice", client, "api://"+server); err == nil {
		a.Error("a token before anybody consented")
	}
	a.run("ad", "app", "permission", "grant", "--id", client, "--api", server, "--scope", "user_impersonation")
	if _, err := a.sandbox.Token("alice", client, "api://"+server); err != nil {
		a.Errorf("no token after consent: %v", err)
	}
	return client
}

// cluster is the article's "Deploy the cluster" and "Access cluster".
func (a *azure) cluster(server, secret, client string) {
	a.run("group", "create", "--name", "myResourceGroup", "--location", "EastUS")
	tenant := a.run("account", "show", "--query", "tenantId", "-o", "tsv")
	name := []string{"-g", "myResourceGroup", "-n", "myaks"}
	create := append([]string{"aks", "create", "--node-count", "1", "--generate-ssh-keys", "--query", "provisioningState", "-o", "tsv"}, name...)
	got, errs, err := a.try(append(create, "--aad-server-app-id", server, "--aad-server-app-secret", secret, "--aad-client-app-id", client, "--aad-tenant-id", tenant)...)
	switch {
	case strings.Contains(errs, "unrecognized arguments: --aad-server-app-id"): // gone since November 2024: ARM is asked directly
		a.legacyByREST(server, secret, client, tenant)
	case err != nil || got != "Succeeded":
		a.Fatalf("az aks create: %q %v\n%s", got, err, tail([]byte(errs)))
	}
	a.want(server+" "+client, append([]string{"aks", "show", "--query", "join(' ', aadProfile.[serverAppId,clientAppId])", "-o", "tsv"}, name...)...)
	file := filepath.Join(a.home, "kubeconfig")
	a.run(append([]string{"aks", "get-credentials", "--admin", "-f", file}, name...)...)
	a.run(append([]string{"aks", "get-credentials", "-f", file}, name...)...)
	kubeconfig, err := os.ReadFile(file)
	if err != nil {
		a.Fatal(err)
	}
	for _, part := range []string{"clusterAdmin_myResourceGroup_myaks", "clusterUser_myResourceGroup_myaks", "client-certificate-data", server} {
		if !strings.Contains(string(kubeconfig), part) {
			a.Errorf("the kubeconfig has no %q", part)
		}
	}
	a.want("admin@contoso.com", "ad", "signed-in-user", "show", "--query", "userPrincipalName", "-o", "tsv")
}

func (a *azure) legacyByREST(server, secret, client, tenant string) {
	a.Helper()
	a.run("rest", "--method", "put", "--url", "https://management.azure.com/subscriptions/"+a.sandbox.Info().Subscription+
		"/resourceGroups/myResourceGroup/providers/Microsoft.ContainerService/managedClusters/myaks?api-version=2022-11-01", "--body",
		fmt.Sprintf(`{"location":"eastus","identity":{"type":"SystemAssigned"},"properties":{"dnsPrefix":"myaks","enableRBAC":true,`+
			`"agentPoolProfiles":[{"name":"nodepool1","count":1,"vmSize":"Standard_DS2_v2","mode":"System"}],`+
			`"aadProfile":{"serverAppID":%q,"serverAppSecret":%q,"clientAppID":%q,"tenantID":%q}}}`, server, secret, client, tenant))
	a.run("aks", "wait", "-g", "myResourceGroup", "-n", "myaks", "--created", "--interval", "1", "--timeout", "60")
}

// managed is what one does today, and the undoing of it.
func (a *azure) managed() {
	alice := a.run("ad", "user", "show", "--id", "alice@contoso.com", "--query", "id", "-o", "tsv")
	group := a.run("ad", "group", "create", "--display-name", "team", "--mail-nickname", "team", "--query", "id", "-o", "tsv")
	a.run("ad", "group", "member", "add", "--group", group, "--member-id", alice)
	a.want("true", "ad", "group", "member", "check", "--group", group, "--member-id", alice, "--query", "value", "-o", "tsv")
	name := []string{"-g", "myResourceGroup", "-n", "managed"}
	a.run(append([]string{"aks", "create", "--node-count", "1", "--generate-ssh-keys", "--enable-aad", "--aad-admin-group-object-ids", group}, name...)...)
	a.want(group, append([]string{"aks", "show", "--query", "aadProfile.adminGroupObjectIDs[0] || aadProfile.adminGroupObjectIds[0]", "-o", "tsv"}, name...)...)
	a.run(append([]string{"aks", "stop"}, name...)...)
	a.run(append([]string{"aks", "start"}, name...)...)
	a.run(append([]string{"aks", "delete", "--yes"}, name...)...)
	a.want("myaks", "aks", "list", "--query", "[].name", "-o", "tsv")
	a.run("group", "delete", "-n", "myResourceGroup", "--yes")
	a.want("false", "group", "exists", "-n", "myResourceGroup")
}

// serviceAccount signs in as the server app with the secret that was shown
// once. Debian's `az role` falls over its own libraries: the role goes by rest.
func (a *azure) serviceAccount(server, secret string) {
	const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	info := a.sandbox.Info()
	tenant, subscription := string(info.Tenants[0].ID), "/subscriptions/"+info.Subscription
	object := a.run("ad", "sp", "show", "--id", server, "--query", "id", "-o", "tsv")
	login := []string{"login", "--service-principal", "-u", server, "--tenant", tenant, "--query", "[].id", "-o", "tsv"}
	a.refused("AADSTS7000215", append(login, "-p", "wrong")...)
	a.refused("No subscriptions found", append(login, "-p", secret)...)
	a.run("rest", "--method", "put", "--url", "https://management.azure.com"+subscription+
		"/providers/Microsoft.Authorization/roleAssignments/"+uuid()+"?api-version=2022-04-01", "--body",
		fmt.Sprintf(`{"properties":{"principalId":%q,"principalType":"ServicePrincipal","roleDefinitionId":%q}}`,
			object, subscription+"/providers/Microsoft.Authorization/roleDefinitions/"+reader))
	a.run("logout")
	a.want(info.Subscription, append(login, "-p", secret)...)
	a.refused("AuthorizationFailed", "group", "create", "-n", "no", "-l", "eastus")
	a.want("Alice Adler", "ad", "user", "show", "--id", "alice@contoso.com", "--query", "displayName", "-o", "tsv") // by the consent above
	a.refused("Insufficient privileges", "ad", "group", "create", "--display-name", "no", "--mail-nickname", "no")
}

func uuid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // it never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
