package arm_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// The roles for the inside of clusters.
const (
	rbacReader       = "7f6c6a51-bcf8-42ba-9220-52d62157d7db"
	rbacWriter       = "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb"
	rbacAdmin        = "3498e952-d568-435e-9b2c-8d77e338d7f7"
	rbacClusterAdmin = "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b"
)

func azureRBAC() string {
	return managed(map[string]any{"aadProfile": map[string]any{"managed": true, "enableAzureRBAC": true, "adminGroupObjectIDs": []string{adminGroup}}})
}

// check asks as somebody whether another one may do something at a scope.
func (c *cloud) check(who, cluster, scope string, object entra.ObjectID, action string) (string, answer) {
	c.t.Helper()
	body := fmt.Sprintf(`{"Subject":{"Attributes":{"ObjectId":%q}},"Actions":[{"Id":"Microsoft.ContainerService/managedClusters/%s","IsDataAction":true}],"Resource":{"Id":%q}}`, object, action, scope)
	a := c.do(who, "POST", cluster+"/providers/Microsoft.Authorization/checkaccess", body)
	var decisions []struct{ AccessDecision string }
	if json.Unmarshal([]byte(a.raw), &decisions) != nil || len(decisions) != 1 {
		return a.code(), a
	}
	return decisions[0].AccessDecision, a
}

func TestCheckAccess(t *testing.T) {
	now := time.Now()
	c := startWith(t, sandbox.Options{Now: func() time.Time { return now }, ReplicationDelay: time.Minute})
	rg := c.group("rg1")
	cluster := rg + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	c.finish(c.want(c.do("admin", "PUT", cluster, azureRBAC()), 201, ""))
	if got := c.do("admin", "GET", cluster, ""); got.get("properties.aadProfile.enableAzureRBAC") != true {
		t.Errorf("%s", got.raw)
	}
	home := c.s.Directory().Tenants()[0]
	alice, _ := home.Person("alice")
	carol, _ := home.Person("carol")
	auditors := home.MemberOf(carol.ID)[0]
	dev := cluster + "/namespaces/dev"
	for _, tt := range []struct{ scope, name, role, principal, kind string }{
		{dev, "1", rbacReader, string(alice.ID), "User"},
		{rg, "2", rbacWriter, string(auditors), "Group"},
	} {
		c.want(c.do("admin", "PUT", at(tt.scope, tt.name), assignment(tt.role, tt.principal, tt.kind)), 201, "")
	}
	if got, _ := c.check("admin", cluster, dev, alice.ID, "pods/read"); got != "NotAllowed" {
		t.Errorf("before it counts: %s", got)
	}
	now = now.Add(time.Minute)
	for _, tt := range []struct {
		scope  string
		who    entra.ObjectID
		action string
		want   string
	}{
		{dev, alice.ID, "pods/read", "Allowed"}, {dev, alice.ID, "pods/write", "NotAllowed"}, {dev, alice.ID, "secrets/read", "NotAllowed"},
		{cluster, alice.ID, "pods/read", "NotAllowed"}, {cluster + "/namespaces/prod", alice.ID, "pods/read", "NotAllowed"},
		{dev, carol.ID, "secrets/read", "Allowed"}, {cluster, carol.ID, "apps/deployments/write", "Allowed"},
		{dev, carol.ID, "rbac.authorization.k8s.io/roles/read", "NotAllowed"},
		{rg, alice.ID, "pods/read", "BadRequest"}, {dev, "alice", "pods/read", "InvalidPrincipalId"},
	} {
		if got, a := c.check("admin", cluster, tt.scope, tt.who, tt.action); got != tt.want {
			t.Errorf("%s %s: %s, not %s: %s", tt.scope, tt.action, got, tt.want, a.raw)
		}
	}
	if got, _ := c.check("bob", cluster, dev, alice.ID, "pods/read"); got != "AuthorizationFailed" {
		t.Errorf("bob may ask: %s", got)
	}
	c.want(c.do("admin", "DELETE", at(dev, "1"), ""), 200, "")
	if got, _ := c.check("admin", cluster, dev, alice.ID, "pods/read"); got != "NotAllowed" {
		t.Errorf("after it went: %s", got)
	}
}

// The four roles for the inside of clusters, as the built-in roles reference has
// them: how many data actions, and what sets one apart from the next.
func TestRolesInside(t *testing.T) {
	c := start(t, nil)
	for role, want := range map[string][2]int{rbacReader: {31, 0}, rbacWriter: {35, 0}, rbacAdmin: {1, 4}, rbacClusterAdmin: {1, 0}} {
		doc := c.want(c.do("admin", "GET", c.sub+"/providers/Microsoft.Authorization/roleDefinitions/"+role, ""), 200, "")
		p := doc.get("properties").(map[string]any)["permissions"].([]any)[0].(map[string]any)
		data, not := p["dataActions"].([]any), p["notDataActions"].([]any)
		if len(data) != want[0] || len(not) != want[1] {
			t.Errorf("%v: %d data actions, %d not", doc.get("properties.roleName"), len(data), len(not))
		}
	}
}

// Azure RBAC comes to a cluster that runs: its API server hears of it.
func TestAzureRBACSwitchedOn(t *testing.T) {
	h := &host{gate: make(chan error, 2)}
	h.gate <- nil
	h.gate <- nil
	c := start(t, h)
	path := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	c.finish(c.want(c.do("admin", "PUT", path, managed(nil)), 201, ""))
	c.finish(c.want(c.do("admin", "PUT", path, azureRBAC()), 200, ""))
	if s := h.starts(); len(s) != 2 || s[0].AzureRBAC || !s[1].AzureRBAC || s[0].ID != s[1].ID {
		t.Errorf("%+v", s)
	}
	c.want(c.do("admin", "PUT", path, azureRBAC()), 200, "") // nothing new
	if s := h.starts(); len(s) != 2 {
		t.Errorf("%d starts", len(s))
	}
}
