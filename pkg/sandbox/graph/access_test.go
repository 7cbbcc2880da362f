package graph_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestTokens(t *testing.T) {
	c := start(t, sandbox.Options{})
	mine := c.token("alice")
	arm, err := c.s.Token("alice", string(entra.AzureCLI), "https://management.core.windows.net/")
	if err != nil {
		t.Fatal(err)
	}
	c.table([]row{
		{"", "GET", "/me", "", 401, "InvalidAuthenticationToken"},
		{"raw Basic eDp5", "GET", "/me", "", 401, "InvalidAuthenticationToken"},
		{"raw Bearer nonsense", "GET", "/me", "", 401, "InvalidAuthenticationToken"},
		{"raw Bearer " + arm, "GET", "/me", "", 401, "InvalidAuthenticationToken"},
		{"raw Bearer " + mine[:len(mine)-8] + "AAAAAAAA", "GET", "/me", "", 401, "InvalidAuthenticationToken"},
		{"", "POST", "/$batch", `{}`, 401, "InvalidAuthenticationToken"},
		{"alice", "GET", "/me", "", 200, ""},
		{"alice", "GET", "/drives", "", 404, "ResourceNotFound"},
		{"alice", "PUT", "/me", "", 405, "Request_BadRequest"},
	})
	defer c.with("client-request-id", unknown)()
	a := c.do("raw Bearer "+arm, "GET", "/me", "")
	if !strings.Contains(a.text("error.message"), "Invalid audience") || a.text("error.innerError.client-request-id") != unknown ||
		a.text("error.innerError.request-id") == "" || a.text("error.innerError.date") == "" || a.header.Get("WWW-Authenticate") == "" {
		t.Errorf("401: %s %v", a.raw, a.header)
	}
}

func TestExpiredToken(t *testing.T) {
	now := time.Now()
	c := start(t, sandbox.Options{Now: func() time.Time { return now }})
	c.want(200, "", "alice", "GET", "/me", "")
	now = now.Add(2 * time.Hour)
	if a := c.want(401, "InvalidAuthenticationToken", "alice", "GET", "/me", ""); !strings.Contains(a.raw, "expired") {
		t.Errorf("message %q", a.text("error.message"))
	}
}

func TestPrivileges(t *testing.T) {
	c := start(t, sandbox.Options{})
	app := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"alice's"}`).text("id")
	grant := fmt.Sprintf(`{"clientId":%q,"consentType":"AllPrincipals","resourceId":%q,"scope":"User.Read"}`,
		c.servicePrincipal(entra.AKSClient), c.servicePrincipal(entra.MicrosoftGraph))
	role := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, c.servicePrincipal(entra.AKSClient),
		c.servicePrincipal(entra.MicrosoftGraph), entra.DirectoryReadAllApp)
	graphSP := "/servicePrincipals/" + c.servicePrincipal(entra.MicrosoftGraph)
	group := `{"displayName":"g","mailEnabled":false,"mailNickname":"g","securityEnabled":true}`
	denied := func(who, method, path, body string) row {
		return row{who, method, path, body, 403, "Authorization_RequestDenied"}
	}
	c.table([]row{
		{"alice", "GET", "/users", "", 200, ""},
		{"alice", "GET", "/groups", "", 200, ""},
		{"alice", "GET", "/servicePrincipals", "", 200, ""},
		{"alice", "POST", "/users/" + c.id("bob") + "/getMemberGroups", `{"securityEnabledOnly":true}`, 200, ""},
		{"alice", "PATCH", "/applications/" + app, `{"notes":"mine"}`, 204, ""},
		{"alice", "POST", "/applications/" + app + "/addPassword", `{}`, 200, ""},
		denied("bob", "PATCH", "/applications/"+app, `{"notes":"mine"}`),
		denied("bob", "DELETE", "/applications/"+app, ""),
		denied("bob", "POST", "/applications/"+app+"/addPassword", `{}`),
		denied("alice", "POST", "/oauth2PermissionGrants", grant),
		denied("alice", "POST", graphSP+"/appRoleAssignedTo", role),
		denied("alice", "POST", "/groups", group),
		denied("alice", "DELETE", "/groups/"+c.id("auditors"), ""),
		denied("carol", "GET", "/users", ""),
		denied("carol", "GET", "/groups", ""),
		denied("carol", "GET", "/users/alice@contoso.com", ""),
		denied("carol", "GET", "/users/nobody@contoso.com", ""),
		denied("carol", "GET", "/directoryObjects/"+c.id("alice"), ""),
		denied("carol", "POST", "/applications", `{"displayName":"x"}`),
		{"carol", "GET", "/me", "", 200, ""},
		{"carol", "GET", "/users/" + c.id("carol"), "", 200, ""},
		{"carol", "POST", "/me/getMemberGroups", `{}`, 200, ""},
		{"carol", "GET", "/organization", "", 200, ""},
		{"admin", "POST", "/oauth2PermissionGrants", grant, 201, ""},
		{"admin", "POST", graphSP + "/appRoleAssignedTo", role, 201, ""},
		{"admin", "POST", "/groups", group, 201, ""},
		{"admin", "PATCH", "/applications/" + app, `{"notes":"the admin's"}`, 204, ""},
	})
}

// An application may do what its app roles allow, and nothing in a person's name.
func TestApplicationPermissions(t *testing.T) {
	c := start(t, sandbox.Options{})
	bot := c.servicePrincipal(c.s.Info().Apps.CIBot)
	asBot := func(roles ...string) string {
		for _, role := range roles {
			c.want(201, "", "admin", "POST", "/servicePrincipals(appId='"+string(entra.MicrosoftGraph)+"')/appRoleAssignedTo",
				fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, bot, c.servicePrincipal(entra.MicrosoftGraph), role))
		}
		token, err := c.s.Token("ci-bot", "", "https://graph.microsoft.com")
		if err != nil {
			t.Fatal(err)
		}
		return "raw Bearer " + token
	}
	groups, members := "/users/"+c.id("bob")+"/getMemberGroups", "/servicePrincipals/"+bot+"/getMemberGroups"
	nobody := asBot()
	c.table([]row{
		{nobody, "GET", "/users/" + c.id("bob"), "", 403, "Authorization_RequestDenied"},
		{nobody, "POST", groups, "{}", 403, "Authorization_RequestDenied"},
		{nobody, "GET", "/me", "", 400, "BadRequest"},
	})
	least := asBot(entra.GroupMemberReadAllApp, entra.UserReadBasicAllApp)
	c.table([]row{
		{least, "POST", groups, "{}", 200, ""},
		{least, "POST", members, "{}", 403, "Authorization_RequestDenied"},
		{least, "GET", "/directoryObjects/" + bot, "", 403, "Authorization_RequestDenied"},
		{least, "POST", "/applications", `{"displayName":"x"}`, 403, "Authorization_RequestDenied"},
	})
	all := asBot(entra.DirectoryReadAllApp)
	c.table([]row{
		{all, "POST", members, "{}", 200, ""},
		{all, "GET", "/users", "", 200, ""},
		{all, "GET", "/directoryObjects/" + bot, "", 200, ""},
		{all, "GET", "/organization", "", 200, ""},
		{all, "POST", "/applications", `{"displayName":"x"}`, 403, "Authorization_RequestDenied"},
	})
}
