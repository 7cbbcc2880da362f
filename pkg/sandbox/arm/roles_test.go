package arm_test

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// bot returns the header of ci-bot's own token, and its service principal.
func (c *cloud) bot() (who string, id entra.ObjectID) {
	c.t.Helper()
	sp, ok := c.s.Directory().Tenants()[0].ServicePrincipalByAppID(c.s.Info().Apps.CIBot)
	if !ok {
		c.t.Fatal("no ci-bot")
	}
	return "raw Bearer " + c.token("ci-bot", armScope), sp.ID
}

const (
	contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c"
	reader      = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
	userRole    = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
	uaa         = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9"
)

func assignment(role, principal, kind string) string {
	if kind != "" {
		kind = fmt.Sprintf(`,"principalType":%q`, kind)
	}
	return fmt.Sprintf(`{"properties":{"roleDefinitionId":"/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/%s","principalId":%q%s}}`, role, principal, kind)
}

func at(scope, name string) string {
	return scope + "/providers/Microsoft.Authorization/roleAssignments/" + directory.ID("test", name)
}

func TestContributor(t *testing.T) {
	now := time.Now()
	c := startWith(t, sandbox.Options{Now: func() time.Time { return now }, ReplicationDelay: time.Minute})
	rg := c.group("rg1")
	bot, id := c.bot()
	cluster := rg + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	c.want(c.do(bot, "PUT", cluster, managed(nil)), 403, "AuthorizationFailed")
	if list := c.do(bot, "GET", "/subscriptions", "").doc["value"].([]any); len(list) != 0 {
		t.Error("ci-bot sees the subscription without a role")
	}
	made := c.want(c.do("admin", "PUT", at(rg, "a"), assignment(contributor, string(id), "")), 201, "")
	if made.get("properties.principalType") != "ServicePrincipal" || made.get("properties.scope") != rg || made.get("type") != "Microsoft.Authorization/roleAssignments" {
		t.Errorf("assignment %s", made.raw)
	}
	c.want(c.do(bot, "PUT", cluster, managed(nil)), 403, "AuthorizationFailed") // not in force yet
	now = now.Add(time.Minute)
	c.finish(c.want(c.do(bot, "PUT", cluster, managed(nil)), 201, ""))
	c.want(c.do(bot, "PUT", at(rg, "b"), assignment(reader, string(id), "")), 403, "AuthorizationFailed")
	c.want(c.do(bot, "PUT", c.sub+"/resourceGroups/rg2", `{"location":"eastus"}`), 403, "AuthorizationFailed")
	if list := c.do(bot, "GET", c.sub+"/resourceGroups", "").doc["value"].([]any); len(list) != 1 {
		t.Errorf("ci-bot sees %v", list)
	}
	c.want(c.do("admin", "DELETE", at(rg, "a"), ""), 200, "")
	c.want(c.do("admin", "DELETE", at(rg, "a"), ""), 204, "")
	c.want(c.do(bot, "GET", cluster, ""), 403, "AuthorizationFailed")
}

// A role at a cluster, given to a group, shows its members that cluster alone.
func TestRoleByGroup(t *testing.T) {
	c := start(t, nil)
	rg := c.group("rg1")
	path := rg + "/providers/Microsoft.ContainerService/managedClusters/"
	for _, name := range []string{"aks1", "aks2"} {
		c.finish(c.want(c.do("admin", "PUT", path+name, managed(nil)), 201, ""))
	}
	home := c.s.Directory().Tenants()[0]
	carol, _ := home.Person("carol")
	auditors := home.MemberOf(carol.ID)[0]
	c.want(c.do("carol", "GET", c.sub+"/providers/Microsoft.ContainerService/managedClusters", ""), 403, "AuthorizationFailed")
	c.want(c.do("admin", "PUT", at(path+"aks1", "g"), assignment(userRole, string(auditors), "Group")), 201, "")
	list := c.want(c.do("carol", "GET", c.sub+"/providers/Microsoft.ContainerService/managedClusters", ""), 200, "").doc["value"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["name"] != "aks1" {
		t.Errorf("carol sees %v", list)
	}
	c.want(c.do("carol", "POST", path+"aks1/listClusterUserCredential", ""), 200, "")
	c.want(c.do("carol", "POST", path+"aks2/listClusterUserCredential", ""), 403, "AuthorizationFailed")
}

func TestAssignmentRules(t *testing.T) {
	now := time.Now()
	c := startWith(t, sandbox.Options{Now: func() time.Time { return now }, ReplicationDelay: time.Minute})
	home := c.s.Directory().Tenants()[0]
	erin, _ := home.Person("erin")
	id := string(erin.ID)
	fresh, err := home.CreateGroup(directory.Group{DisplayName: "fresh", SecurityEnabled: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		who, name, body string
		status          int
		code            string
	}{
		{"admin", "1", assignment(reader, string(fresh.ID), ""), 400, "PrincipalNotFound"},
		{"admin", "1", assignment(reader, string(fresh.ID), "Group"), 201, ""}, // told what it is
		{"admin", "2", assignment(reader, adminGroup, "Group"), 400, "PrincipalNotFound"},
		{"admin", "2", assignment(reader, id, "Group"), 400, "UnmatchedPrincipalType"},
		{"admin", "2", assignment(adminGroup, id, ""), 400, "RoleDefinitionDoesNotExist"},
		{"admin", "2", assignment(reader, "erin", ""), 400, "InvalidPrincipalId"},
		{"alice", "2", assignment(reader, id, ""), 403, "AuthorizationFailed"},
		{"admin", "2", assignment(reader, id, ""), 201, ""},
		{"admin", "2", assignment(reader, id, "User"), 200, ""},
		{"admin", "3", assignment(reader, id, ""), 409, "RoleAssignmentExists"},
		{"admin", "2", assignment(uaa, id, ""), 409, "RoleAssignmentUpdateNotPermitted"},
	} {
		if a := c.do(tt.who, "PUT", at(c.sub, tt.name), tt.body); a.status != tt.status || a.code() != tt.code {
			t.Errorf("%s %s: %d %s, want %d %s: %s", tt.name, tt.body, a.status, a.code(), tt.status, tt.code, a.raw)
		}
	}
	c.want(c.do("admin", "PUT", c.sub+"/providers/Microsoft.Authorization/roleAssignments/x", assignment(reader, id, "")), 400, "InvalidRoleAssignmentId")
	c.want(c.do("admin", "PUT", at(c.sub+"/resourceGroups/none", "1"), assignment(reader, id, "")), 404, "ResourceGroupNotFound")
	c.want(c.do("admin", "GET", at(c.sub, "nobody"), ""), 404, "RoleAssignmentNotFound")
	now = now.Add(time.Minute)
	rg := c.group("rg1")
	c.want(c.do("admin", "PUT", at(rg, "4"), assignment(uaa, id, "")), 201, "")
	for query, n := range map[string]int{
		"":                                       6, // three from the start
		"principalId eq '" + id + "'":            2,
		"atScope()":                              5,
		"atScope() and assignedTo('" + id + "')": 1,
	} {
		list := c.do("admin", "GET", c.sub+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter="+url.QueryEscape(query), "")
		if rows, _ := list.doc["value"].([]any); len(rows) != n {
			t.Errorf("%q: %d assignments, want %d: %s", query, len(rows), n, list.raw)
		}
	}
	c.want(c.do("admin", "GET", c.sub+"/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01&$filter=x", ""), 400, "UnsupportedFilter")
}

func TestDefinitions(t *testing.T) {
	c := start(t, nil)
	path := c.sub + "/providers/Microsoft.Authorization/roleDefinitions"
	list := c.want(c.do("alice", "GET", path+"?api-version=2022-04-01&$filter=roleName%20eq%20'Contributor'", ""), 200, "").doc["value"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["name"] != contributor {
		t.Errorf("definitions %v", list)
	}
	if r := c.want(c.do("alice", "GET", path+"/"+reader, ""), 200, ""); r.get("properties.roleName") != "Reader" || r.get("properties.type") != "BuiltInRole" {
		t.Errorf("reader %s", r.raw)
	}
	c.want(c.do("alice", "GET", path+"/"+adminGroup, ""), 404, "RoleDefinitionDoesNotExist")
	c.want(c.do("erin", "GET", path, ""), 403, "AuthorizationFailed")
}
