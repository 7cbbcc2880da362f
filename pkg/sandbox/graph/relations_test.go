package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// ref is the body of a request that links an object.
func (c *cloud) ref(id string) string {
	return fmt.Sprintf(`{"@odata.id":"%s/v1.0/directoryObjects/%s"}`, c.s.Info().Endpoints.Graph, id)
}

func TestMembersOfAGroup(t *testing.T) {
	c := start(t, sandbox.Options{})
	group := "/groups/" + c.id("auditors")
	bob, alice := c.id("bob"), c.id("alice")
	bot := c.servicePrincipal(entra.AzureCLI)
	c.table([]row{
		{"admin", "POST", group + "/members/$ref", c.ref(bob), 204, ""},
		{"admin", "POST", group + "/members/%24ref", c.ref(bot), 204, ""},
		{"admin", "POST", group + "/members/$ref", c.ref(bob), 400, "Request_BadRequest"}, // already in
		{"admin", "POST", group + "/members/$ref", c.ref(unknown), 404, "Request_ResourceNotFound"},
		{"admin", "POST", group + "/members/$ref", c.ref(c.id("auditors")), 400, "Request_BadRequest"},
		{"admin", "POST", group + "/members/$ref", `{}`, 400, "Request_BadRequest"},
		{"admin", "POST", "/groups/" + unknown + "/members/$ref", c.ref(bob), 404, "Request_ResourceNotFound"},
		{"alice", "POST", group + "/members/$ref", c.ref(alice), 403, "Authorization_RequestDenied"},
		{"carol", "POST", group + "/members/$ref", c.ref(alice), 403, "Authorization_RequestDenied"},
		{"admin", "DELETE", group + "/members/" + alice + "/$ref", "", 404, "Request_ResourceNotFound"},
		{"admin", "DELETE", group + "/members/" + bob + "/$ref", "", 204, ""},
		{"admin", "POST", group + "/owners/$ref", c.ref(alice), 204, ""},
		{"alice", "POST", group + "/members/$ref", c.ref(alice), 204, ""}, // as owner
		{"alice", "PATCH", group, `{"displayName":"reviewers","members@odata.bind":["https://graph.microsoft.com/v1.0/users/` + bob + `"]}`, 204, ""},
		{"bob", "PATCH", group, `{"displayName":"mine"}`, 403, "Authorization_RequestDenied"},
		{"alice", "PATCH", group, `{"displayName":""}`, 400, "Request_BadRequest"},
		{"alice", "PATCH", group, `{"mailEnabled":true}`, 400, "Request_BadRequest"},
	})
	names := c.want(200, "", "bob", "GET", group+"/members", "").names()
	if sorted(names) != "Alice Adler, Bob Brenner, Carol Fischer, Microsoft Azure CLI" {
		t.Errorf("members %s", names)
	}
	if got := c.want(200, "", "bob", "GET", group+"/members/microsoft.graph.servicePrincipal", "").names(); got != "Microsoft Azure CLI" {
		t.Errorf("service principals %s", got)
	}
	if got := c.want(200, "", "bob", "GET", group+"/owners", "").names(); got != "Alice Adler" {
		t.Errorf("owners %s", got)
	}
	if got := c.want(200, "", "alice", "GET", "/me/ownedObjects", "").names(); got != "reviewers" {
		t.Errorf("owned %s", got)
	}
	many := strings.Repeat(`"https://graph.microsoft.com/v1.0/users/x",`, 21)
	c.want(400, "Request_BadRequest", "admin", "PATCH", group, `{"members@odata.bind":[`+many[:len(many)-1]+`]}`)
}

func TestMemberQuestions(t *testing.T) {
	c := start(t, sandbox.Options{})
	oncall, team, staff, other := c.id("platform-oncall"), c.id("platform-team"), c.id("all-staff"), c.id("auditors")
	ask := fmt.Sprintf(`{"groupIds":[%q,%q,%q]}`, team, other, strings.ToUpper(staff))
	for _, path := range []string{"/me", "/users/alice@contoso.com", "/directoryObjects/" + c.id("alice")} {
		got := c.want(200, "", "alice", "POST", path+"/checkMemberGroups", ask)
		if list, _ := got.get("value").([]any); fmt.Sprint(list) != fmt.Sprint([]any{team, strings.ToUpper(staff)}) {
			t.Errorf("%s: %s", path, got.raw)
		}
	}
	if got := c.want(200, "", "alice", "POST", "/groups/"+oncall+"/getMemberGroups", `{"securityEnabledOnly":false}`); !strings.Contains(got.raw, team) || strings.Contains(got.raw, oncall) {
		t.Errorf("groups of a group: %s", got.raw)
	}
	if got := c.want(200, "", "admin", "POST", "/me/getMemberObjects", `{}`); len(got.get("value").([]any)) != 1 {
		t.Errorf("the admin's role is not among %s", got.raw)
	}
	if got := c.want(200, "", "alice", "GET", "/me/memberOf?$orderby=displayName desc", ""); got.names() != "platform-oncall, all-staff" {
		t.Errorf("direct groups: %s", got.names())
	}
	ids := strings.Repeat(`"`+team+`",`, 21)
	c.table([]row{
		{"alice", "POST", "/me/checkMemberGroups", `{"groupIds":[` + ids[:len(ids)-1] + `]}`, 400, "Request_BadRequest"},
		{"alice", "POST", "/me/checkMemberGroups", `{"groupIds":["team"]}`, 400, "Request_BadRequest"},
		{"alice", "POST", "/groups/" + oncall + "/getMemberGroups", `{"securityEnabledOnly":true}`, 400, "Request_BadRequest"},
		{"alice", "POST", "/directoryObjects/" + unknown + "/checkMemberGroups", ask, 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/groups/" + team + "/transitiveMembers/$count", "", 400, "Request_UnsupportedQuery"},
	})
	defer c.with("ConsistencyLevel", "eventual")()
	for path, want := range map[string]string{
		"/groups/" + team + "/transitiveMembers/$count":                      "2",
		"/groups/" + team + "/transitiveMembers/microsoft.graph.user/$count": "1",
		"/users/$count": "6",
		"/users/$count?$filter=startswith(displayName,'a')": "2",
	} {
		if got := c.text("alice", path); got != want {
			t.Errorf("%s: %q, want %s", path, got, want)
		}
	}
}

func TestQueryOptions(t *testing.T) {
	c := start(t, sandbox.Options{})
	if got := c.want(200, "", "alice", "GET", "/users?$orderby=displayName desc&$top=2", "").names(); got != "Erin Engel, Dave Diaz" {
		t.Errorf("sorted: %s", got)
	}
	team := c.want(200, "", "alice", "GET", "/groups/"+c.id("platform-team")+"?$select=displayName&$expand=members($select=displayName)", "")
	if !strings.Contains(team.raw, `"members":[{"@odata.type":"#microsoft.graph.group","displayName":"platform-oncall"}]`) {
		t.Errorf("expanded: %s", team.raw)
	}
	c.table([]row{
		{"alice", "GET", "/users?$search=\"displayName:al\"", "", 400, "Request_UnsupportedQuery"}, // without the header
		{"alice", "GET", "/users?$orderby=displayName&$filter=accountEnabled eq true", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$expand=color", "", 400, "BadRequest"},
		{"alice", "GET", "/users?$skip=1", "", 400, "Request_UnsupportedQuery"},
	})
	defer c.with("ConsistencyLevel", "eventual")()
	for query, want := range map[string]string{
		`$search="displayName:adl"`:                                                 "Alice Adler",
		`$search="mail:bob@" OR "displayName:erin"`:                                 "Bob Brenner, Erin Engel",
		`$search="displayName:a"&$filter=accountEnabled eq true&$count=true`:        "Adele Admin, Alice Adler",
		`$orderby=displayName&$filter=startswith(mail,'dave')&$count=true`:          "Dave Diaz",
		`$search="displayName:adm ade"&$orderby=displayName&$select=id,displayName`: "Adele Admin",
	} {
		if got := c.want(200, "", "alice", "GET", "/users?"+strings.ReplaceAll(query, `"`, "%22"), ""); got.names() != want {
			t.Errorf("%s: %q, want %q", query, got.names(), want)
		}
	}
	c.want(400, "Request_UnsupportedQuery", "alice", "GET", `/users?$search=%22color:x%22`, "")
}
