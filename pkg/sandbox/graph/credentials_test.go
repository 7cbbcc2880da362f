package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// Azure CLI's `sp credential reset` makes secrets of the service principal.
func TestServicePrincipalSecrets(t *testing.T) {
	c := start(t, sandbox.Options{})
	app := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"server"}`)
	sp := c.want(201, "", "alice", "POST", "/servicePrincipals", fmt.Sprintf(`{"appId":%q}`, app.text("appId")))
	path := "/servicePrincipals/" + sp.text("id")
	made := c.want(200, "", "alice", "POST", path+"/addPassword", `{"passwordCredential":{"displayName":"x","endDateTime":"2099-01-01T00:00:00Z"}}`)
	client := entra.ClientID(app.text("appId"))
	if c.home.CheckSecret(client, made.text("secretText")) != directory.SecretGood {
		t.Error("the secret is worth nothing")
	}
	if got := c.want(200, "", "alice", "GET", path, ""); !strings.Contains(got.raw, made.text("keyId")) || strings.Contains(got.raw, made.text("secretText")) {
		t.Errorf("service principal %s", got.raw)
	}
	if got := c.want(200, "", "alice", "GET", "/applications/"+app.text("id"), ""); strings.Contains(got.raw, made.text("keyId")) {
		t.Error("the secret is shown with the app registration")
	}
	c.table([]row{
		{"bob", "POST", path + "/addPassword", `{}`, 403, "Authorization_RequestDenied"},
		{"alice", "POST", path + "/removePassword", fmt.Sprintf(`{"keyId":%q}`, made.text("keyId")), 204, ""},
		{"alice", "POST", path + "/removePassword", fmt.Sprintf(`{"keyId":%q}`, made.text("keyId")), 400, "Request_BadRequest"},
		{"alice", "POST", "/servicePrincipals/" + app.text("id") + "/addPassword", `{}`, 404, "Request_ResourceNotFound"},
		{"alice", "POST", "/applications/" + sp.text("id") + "/addPassword", `{}`, 404, "Request_ResourceNotFound"},
	})
	if c.home.CheckSecret(client, made.text("secretText")) != directory.SecretWrong {
		t.Error("the removed secret is still good")
	}
}

// Azure CLI's create-for-rbac asks for a secret right after the registration.
func TestSecretBeforeReplication(t *testing.T) {
	now := time.Now()
	c := start(t, sandbox.Options{ReplicationDelay: time.Second, Now: func() time.Time { return now }})
	app := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"bot"}`)
	c.want(404, "Request_ResourceNotFound", "alice", "GET", "/applications/"+app.text("id"), "")
	c.want(200, "", "alice", "POST", "/applications/"+app.text("id")+"/addPassword", `{}`)
}

func TestFederatedCredentials(t *testing.T) {
	c := start(t, sandbox.Options{})
	app := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"bot"}`)
	path := "/applications(appId='" + app.text("appId") + "')/federatedIdentityCredentials"
	body := func(name, subject string) string {
		return fmt.Sprintf(`{"name":%q,"issuer":"https://token.actions.githubusercontent.com","subject":%q,"audiences":["api://AzureADTokenExchange"]}`, name, subject)
	}
	made := c.want(201, "", "alice", "POST", path, body("GH", "repo:a/b"))
	c.table([]row{
		{"alice", "POST", path, body("GH", "repo:a/c"), 409, "Request_MultipleObjectsWithSameKeyValue"},
		{"alice", "POST", path, body("other", "repo:a/b"), 400, "InvalidFederatedIdentityCredentialValue"},
		{"alice", "POST", path, body("a b", "repo:a/c"), 400, "Request_BadRequest"},
		{"alice", "POST", path, body("x", ""), 400, "Request_BadRequest"},
		{"alice", "POST", path, strings.Replace(body("x", "y"), `["api://AzureADTokenExchange"]`, "[]", 1), 400, "Request_BadRequest"},
		{"bob", "POST", path, body("x", "y"), 403, "Authorization_RequestDenied"},
		{"alice", "GET", path + "/GH", "", 200, ""},
		{"alice", "GET", path + "/" + made.text("id"), "", 200, ""},
		{"alice", "GET", path + "/nobody", "", 404, "Request_ResourceNotFound"},
		{"alice", "PATCH", path + "/GH", `{"name":"x"}`, 400, "Request_BadRequest"},
		{"alice", "PATCH", path + "/GH", `{"subject":"repo:a/z"}`, 204, ""},
	})
	if got := c.want(200, "", "bob", "GET", path+"?$filter=subject eq 'repo:a/z'", ""); len(got.rows()) != 1 || got.rows()[0]["name"] != "GH" {
		t.Errorf("credentials %s", got.raw)
	}
	for i := range 19 {
		c.want(201, "", "alice", "POST", path, body(fmt.Sprintf("n%d", i), fmt.Sprint(i)))
	}
	c.want(400, "Request_BadRequest", "alice", "POST", path, body("twenty-first", "x"))
	c.want(204, "", "alice", "DELETE", path+"/GH", "")
	c.want(404, "Request_ResourceNotFound", "alice", "DELETE", path+"/GH", "")
}

func TestDeletedApplication(t *testing.T) {
	c := start(t, sandbox.Options{})
	app := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"server","uniqueName":"u1"}`)
	sp := c.want(201, "", "alice", "POST", "/servicePrincipals", fmt.Sprintf(`{"appId":%q}`, app.text("appId")))
	c.want(204, "", "alice", "DELETE", "/applications/"+app.text("id"), "")
	for _, kind := range []string{"application", "servicePrincipal"} {
		if got := c.want(200, "", "admin", "GET", "/directory/deleteditems/microsoft.graph."+kind, ""); got.names() != "server" {
			t.Errorf("deleted %s: %s", kind, got.raw)
		}
	}
	item := "/directory/deletedItems/" + app.text("id")
	if got := c.want(200, "", "admin", "GET", item, ""); got.get("@odata.type") != "#microsoft.graph.application" {
		t.Errorf("deleted item %s", got.raw)
	}
	other := c.want(201, "", "admin", "POST", "/applications", `{"displayName":"other","uniqueName":"u1"}`)
	c.want(409, "Request_MultipleObjectsWithSameKeyValue", "alice", "POST", item+"/restore", "")
	c.want(204, "", "admin", "DELETE", "/applications/"+other.text("id"), "")
	c.want(204, "", "admin", "DELETE", "/directory/deletedItems/"+other.text("id"), "")
	c.want(404, "Request_ResourceNotFound", "admin", "GET", "/directory/deletedItems/"+other.text("id"), "")
	c.want(200, "", "alice", "POST", item+"/restore", "") // its owner may
	c.want(200, "", "alice", "GET", "/servicePrincipals/"+sp.text("id"), "")
	c.want(400, "Request_BadRequest", "admin", "GET", "/directory/deletedItems/microsoft.graph.device", "")
}

func TestAssignments(t *testing.T) {
	c := start(t, sandbox.Options{})
	graph := c.servicePrincipal(entra.MicrosoftGraph)
	bot, _ := c.home.ServicePrincipalByAppID(c.s.Info().Apps.CIBot)
	body := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, bot.ID, graph, entra.DirectoryReadAllApp)
	path := fmt.Sprintf("/servicePrincipals/%s/appRoleAssignments", bot.ID)
	made := c.want(201, "", "admin", "POST", path, body)
	c.want(400, "Request_BadRequest", "admin", "POST", "/users/"+c.id("alice")+"/appRoleAssignments", body)
	c.want(200, "", "alice", "GET", path+"/"+made.text("id"), "")
	c.want(403, "Authorization_RequestDenied", "alice", "DELETE", path+"/"+made.text("id"), "")
	c.want(204, "", "admin", "DELETE", "/servicePrincipals/"+graph+"/appRoleAssignedTo/"+made.text("id"), "")
	c.want(404, "Request_ResourceNotFound", "admin", "DELETE", path+"/"+made.text("id"), "")
	assign := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, c.id("platform-team"), bot.ID, directory.DefaultRole)
	if got := c.want(201, "", "admin", "POST", "/groups/"+c.id("platform-team")+"/appRoleAssignments", assign); got.text("principalType") != "Group" {
		t.Errorf("assignment of a group %s", got.raw)
	}
	grants := c.want(200, "", "alice", "GET", "/servicePrincipals/"+c.servicePrincipal(entra.AKSServer)+"/oauth2PermissionGrants", "")
	if len(grants.rows()) != 1 {
		t.Fatalf("grants %s", grants.raw)
	}
	id := fmt.Sprint(grants.rows()[0]["id"])
	c.want(200, "", "alice", "GET", "/oauth2PermissionGrants/"+id, "")
	c.want(204, "", "admin", "DELETE", "/oAuth2PermissionGrants/"+id, "") // as Azure CLI writes it
	c.want(404, "Request_ResourceNotFound", "alice", "GET", "/oauth2PermissionGrants/"+id, "")
}

func TestDomains(t *testing.T) {
	c := start(t, sandbox.Options{})
	list := c.want(200, "", "alice", "GET", "/domains", "").rows()
	if len(list) != 2 || list[0]["id"] != "contoso.com" || list[0]["isDefault"] != true || list[1]["isInitial"] != true {
		t.Errorf("domains %v", list)
	}
	c.want(200, "", "alice", "GET", "/domains/CONTOSO.com", "")
	c.want(404, "Request_ResourceNotFound", "alice", "GET", "/domains/example.org", "")
	c.want(403, "Authorization_RequestDenied", "carol", "GET", "/domains", "")
}
