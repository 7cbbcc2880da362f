package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func TestMemberships(t *testing.T) {
	c := start(t, sandbox.Options{})
	member := func(who, path, body string) []any {
		t.Helper()
		list, ok := c.want(200, "", who, "POST", path, body).doc["value"].([]any)
		if !ok {
			t.Fatalf("%s has no list", path)
		}
		return list
	}
	for who, want := range map[string][2]int{"alice": {2, 3}, "bob": {250, 251}, "carol": {1, 1}} {
		path := "/users/" + c.id(who) + "/getMemberGroups"
		secure, all := member("alice", path, `{"securityEnabledOnly":true}`), member(who, "/me/getMemberGroups", `{"securityEnabledOnly":false}`)
		if len(secure) != want[0] || len(all) != want[1] {
			t.Errorf("%s is in %d security groups of %d, want %v", who, len(secure), len(all), want)
		}
	}
	mine := c.want(200, "", "admin", "GET", "/me/transitiveMemberOf", "")
	if mine.names() != "Global Administrator" || mine.rows()[0]["@odata.type"] != "#microsoft.graph.directoryRole" {
		t.Errorf("admin: %s", mine.raw)
	}
	groups := c.want(200, "", "alice", "GET", "/me/transitiveMemberOf/graph.group?$select=id,displayName", "")
	if sorted(groups.names()) != "all-staff, platform-oncall, platform-team" {
		t.Errorf("alice: %q", groups.names())
	}
	team := "/groups/" + c.id("platform-team")
	direct, nested := c.want(200, "", "alice", "GET", team+"/members", ""), c.want(200, "", "alice", "GET", team+"/transitiveMembers", "")
	if direct.names() != "platform-oncall" || sorted(nested.names()) != "Alice Adler, platform-oncall" || direct.rows()[0]["@odata.type"] != "#microsoft.graph.group" {
		t.Errorf("members %s, %s", direct.raw, nested.raw)
	}
	users := c.want(200, "", "alice", "GET", team+"/transitiveMembers/microsoft.graph.user?$select=userPrincipalName", "")
	if rows := users.rows(); len(rows) != 1 || rows[0]["userPrincipalName"] != "alice@contoso.com" {
		t.Errorf("users: %s", users.raw)
	}
}

func TestGroups(t *testing.T) {
	c := start(t, sandbox.Options{})
	base := c.s.Info().Endpoints.Graph + "/v1.0/"
	body := func(members ...string) string {
		for i, m := range members {
			members[i] = base + "directoryObjects/" + m
		}
		list, _ := json.Marshal(members)
		return fmt.Sprintf(`{"@odata.type":"#microsoft.graph.group","displayName":"aks-admins","mailEnabled":false,"mailNickname":"aks","securityEnabled":true,"members@odata.bind":%s,"owners@odata.bind":[%q]}`,
			list, base+"users('"+c.id("admin")+"')")
	}
	made := c.want(201, "", "admin", "POST", "/groups", body(c.id("alice"), c.id("carol")))
	if list, ok := made.get("groupTypes").([]any); !ok || len(list) != 0 || made.get("securityEnabled") != true || made.get("membershipRule") != nil {
		t.Errorf("group %s", made.raw)
	}
	path := "/groups/" + made.text("id")
	if got := c.want(200, "", "alice", "GET", path+"/members", ""); sorted(got.names()) != "Alice Adler, Carol Fischer" {
		t.Errorf("members %q", got.names())
	}
	if got := c.want(200, "", "alice", "GET", "/groups?$filter=displayName eq 'AKS-admins'", ""); got.names() != "aks-admins" {
		t.Errorf("by name: %s", got.raw)
	}
	c.table([]row{
		{"admin", "POST", "/groups", body(unknown), 404, "Request_ResourceNotFound"},
		{"admin", "POST", "/groups", body(strings.Split(strings.Repeat(c.id("alice")+" ", 20)+c.id("bob"), " ")...), 400, "Request_BadRequest"},
		{"admin", "POST", "/groups", `{"displayName":"x"}`, 400, "Request_BadRequest"},
		{"admin", "POST", "/groups", `{"displayName":"x","mailEnabled":true,"mailNickname":"x","securityEnabled":true}`, 400, "Request_BadRequest"},
		{"admin", "POST", "/groups", `{"displayName":"x","mailEnabled":false,"mailNickname":"x","securityEnabled":true,"members@odata.bind":"x"}`, 400, "Request_BadRequest"},
		{"admin", "DELETE", path, "", 204, ""},
		{"admin", "GET", path, "", 404, "Request_ResourceNotFound"},
	})
}

func TestObjects(t *testing.T) {
	c := start(t, sandbox.Options{})
	for name, kind := range map[string]string{"alice": "user", "auditors": "group"} {
		if got := c.want(200, "", "bob", "GET", "/directoryObjects/"+c.id(name), ""); got.text("@odata.type") != "#microsoft.graph."+kind {
			t.Errorf("%s: %s", name, got.raw)
		}
	}
	c.want(404, "Request_ResourceNotFound", "bob", "GET", "/directoryObjects/"+unknown, "")
	bot := c.servicePrincipal(c.s.Info().Apps.CIBot)
	ids := func(types string, list ...string) string {
		raw, _ := json.Marshal(list)
		return fmt.Sprintf(`{"ids":%s,"types":%s}`, raw, types)
	}
	for types, want := range map[string]string{`null`: "Alice Adler, auditors, ci-bot", `["group","user"]`: "Alice Adler, auditors", `["servicePrincipal"]`: "ci-bot"} {
		got := c.want(200, "", "bob", "POST", "/directoryObjects/getByIds", ids(types, c.id("alice"), unknown, bot, c.id("auditors"), bot))
		if sorted(got.names()) != want {
			t.Errorf("%s: %q, want %q", types, got.names(), want)
		}
	}
	many := make([]string, 1001)
	for i := range many {
		many[i] = directory.ID("x", fmt.Sprint(i))
	}
	if a := c.want(400, "Request_BadRequest", "bob", "POST", "/directoryObjects/microsoft.graph.getByIds", ids(`null`, many...)); !strings.Contains(a.raw, "cannot exceed '1000'") {
		t.Errorf("too many: %s", a.raw)
	}
	c.want(200, "", "bob", "POST", "/directoryObjects/getByIds", ids(`null`, many[:1000]...))
	c.want(400, "Request_BadRequest", "bob", "POST", "/directoryObjects/getByIds", ids(`null`, "x"))

	tenant := c.want(200, "", "bob", "GET", "/organization?$select=id,displayName,verifiedDomains", "").rows()[0]
	if tenant["id"] != string(c.home.ID) || !strings.Contains(fmt.Sprint(tenant["verifiedDomains"]), "isInitial:true name:contoso.onmicrosoft.com") {
		t.Errorf("organization %v", tenant)
	}
	c.want(200, "", "bob", "GET", "/organization/"+string(c.home.ID), "")
}
