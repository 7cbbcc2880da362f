package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestServicePrincipals(t *testing.T) {
	c := start(t, sandbox.Options{})
	app := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"server"}`)
	c.want(204, "", "alice", "PATCH", "/applications/"+app.text("id"), `{"identifierUris":["api://`+app.text("appId")+`"]}`)
	body := fmt.Sprintf(`{"appId":%q,"accountEnabled":true}`, app.text("appId"))
	c.want(403, "Authorization_RequestDenied", "bob", "POST", "/servicePrincipals", body)
	sp := c.want(201, "", "alice", "POST", "/servicePrincipals", body)
	if sp.text("appDisplayName") != "server" || sp.text("appOwnerOrganizationId") != string(c.home.ID) || sp.text("servicePrincipalType") != "Application" ||
		sp.get("appRoleAssignmentRequired") != false || fmt.Sprint(sp.get("servicePrincipalNames")) != fmt.Sprintf("[%s api://%[1]s]", app.text("appId")) {
		t.Errorf("service principal %s", sp.raw)
	}
	path := "/servicePrincipals/" + sp.text("id")
	for _, filter := range []string{"servicePrincipalNames/any(c:c eq '" + app.text("appId") + "')",
		"servicePrincipalNames/any(c:c eq 'api%3A%2F%2F" + app.text("appId") + "')", "appId eq '" + app.text("appId") + "'"} {
		if got := c.want(200, "", "alice", "GET", "/servicePrincipals?$filter="+filter, ""); got.names() != "server" {
			t.Errorf("%s: %q", filter, got.names())
		}
	}
	c.table([]row{
		{"alice", "POST", "/servicePrincipals", body, 409, "Request_MultipleObjectsWithSameKeyValue"},
		{"admin", "POST", "/servicePrincipals", `{"appId":"` + unknown + `"}`, 400, "Request_BadRequest"},
		{"admin", "POST", "/servicePrincipals", `{}`, 400, "Request_BadRequest"},
		{"alice", "GET", "/servicePrincipals(appId='" + string(entra.AKSServer) + "')", "", 200, ""},
		{"alice", "GET", "/servicePrincipals(appId='" + unknown + "')", "", 404, "Request_ResourceNotFound"},
		{"alice", "PATCH", path, `{"appRoleAssignmentRequired":true,"tags":["HideApp"]}`, 204, ""},
		{"alice", "PATCH", path, `{"appId":"` + unknown + `"}`, 400, "Request_BadRequest"},
		{"bob", "PATCH", path, `{"tags":[]}`, 403, "Authorization_RequestDenied"},
		{"alice", "POST", path + "/getMemberGroups", `{}`, 200, ""},
	})
	if got := c.want(200, "", "alice", "GET", path, ""); got.get("appRoleAssignmentRequired") != true || got.get("accountEnabled") != true {
		t.Errorf("after PATCH: %s", got.raw)
	}
	c.want(204, "", "alice", "DELETE", path, "")
	c.want(404, "Request_ResourceNotFound", "alice", "GET", path, "")
}

func TestConsent(t *testing.T) {
	c := start(t, sandbox.Options{})
	client, graph := c.servicePrincipal(c.s.Info().Apps.CIBot), c.servicePrincipal(entra.MicrosoftGraph)
	grant := fmt.Sprintf(`{"clientId":%q,"consentType":"AllPrincipals","principalId":null,"resourceId":%q,"scope":"User.Read"}`, client, graph)
	made := c.want(201, "", "admin", "POST", "/oauth2PermissionGrants", grant)
	list := "/oauth2PermissionGrants?$filter=clientId eq '" + client + "'"
	path := "/oauth2PermissionGrants/" + made.text("id")
	c.table([]row{
		{"admin", "POST", "/oauth2PermissionGrants", grant, 409, "Request_MultipleObjectsWithSameKeyValue"},
		{"admin", "POST", "/oauth2PermissionGrants", strings.Replace(grant, client, unknown, 1), 404, "Request_ResourceNotFound"},
		{"admin", "POST", "/oauth2PermissionGrants", strings.Replace(grant, "AllPrincipals", "Principal", 1), 400, "Request_BadRequest"},
		{"admin", "PATCH", path, `{"scope":"User.Read GroupMember.Read.All"}`, 204, ""},
		{"admin", "PATCH", path, `{"clientId":"x"}`, 400, "Request_BadRequest"},
		{"admin", "PATCH", "/oauth2PermissionGrants/none", `{"scope":"User.Read"}`, 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/oauth2PermissionGrants?$filter=scope eq 'x'", "", 400, "Request_UnsupportedQuery"},
	})
	rows := c.want(200, "", "alice", "GET", list, "").rows()
	if len(rows) != 1 || rows[0]["scope"] != "User.Read GroupMember.Read.All" || rows[0]["principalId"] != nil {
		t.Errorf("grants %v", rows)
	}
	c.want(204, "", "admin", "DELETE", path, "")
	if rows := c.want(200, "", "alice", "GET", list, "").rows(); len(rows) != 0 {
		t.Errorf("grants left %v", rows)
	}

	assign := "/servicePrincipals/" + graph + "/appRoleAssignedTo"
	role := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, client, graph, entra.DirectoryReadAllApp)
	given := c.want(201, "", "admin", "POST", assign, role)
	if given.text("principalType") != "ServicePrincipal" || given.text("resourceDisplayName") != "Microsoft Graph" {
		t.Errorf("assignment %s", given.raw)
	}
	again := c.want(400, "Request_BadRequest", "admin", "POST", assign, role)
	if again.text("error.message") != "Permission being assigned already exists on the object" {
		t.Errorf("again: %s", again.raw)
	}
	c.table([]row{
		{"admin", "POST", assign, strings.Replace(role, client, unknown, 1), 400, "Request_BadRequest"},
		{"admin", "POST", assign, strings.Replace(role, entra.DirectoryReadAllApp, unknown, 1), 400, "Request_BadRequest"},
		{"admin", "POST", "/servicePrincipals/" + client + "/appRoleAssignedTo", role, 400, "Request_BadRequest"},
	})
	for _, list := range []string{"/servicePrincipals/" + client + "/appRoleAssignments", assign + "?$filter=principalId eq '" + client + "'"} {
		if rows := c.want(200, "", "alice", "GET", list, "").rows(); len(rows) != 1 || rows[0]["appRoleId"] != entra.DirectoryReadAllApp {
			t.Errorf("%s: %v", list, rows)
		}
	}
}
