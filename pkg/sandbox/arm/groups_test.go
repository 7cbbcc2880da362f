package arm_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestRefusals(t *testing.T) {
	c := start(t, nil)
	rg := c.group("rg1")
	cluster := rg + "/providers/Microsoft.ContainerService/managedClusters/"
	graph, mine := c.token("admin", "https://graph.microsoft.com"), c.token("admin", armScope)
	foreign := c.foreignToken()
	for _, tt := range []struct {
		who, method, path, body string
		status                  int
		code                    string
	}{
		{"admin", "GET", "/tenants?x=1", "", 400, "MissingApiVersionParameter"},
		{"admin", "GET", "/tenants?api-version=latest", "", 400, "InvalidApiVersionParameter"},
		{"", "GET", "/tenants", "", 401, "AuthenticationFailed"},
		{"raw Basic eDp5", "GET", "/tenants", "", 401, "AuthenticationFailed"},
		{"raw Bearer nonsense", "GET", "/tenants", "", 401, "InvalidAuthenticationToken"},
		{"raw Bearer " + graph, "GET", "/tenants", "", 401, "InvalidAuthenticationTokenAudience"},
		{"raw Bearer " + mine[:len(mine)-8] + "AAAAAAAA", "GET", "/tenants", "", 401, "InvalidAuthenticationToken"},
		{"raw Bearer " + foreign, "GET", c.sub, "", 401, "InvalidAuthenticationTokenTenant"},
		{"admin", "GET", "/subscriptions/nonsense", "", 400, "InvalidSubscriptionId"},
		{"admin", "GET", "/subscriptions/" + adminGroup, "", 404, "SubscriptionNotFound"},
		{"erin", "GET", c.sub, "", 403, "AuthorizationFailed"},
		{"alice", "PUT", c.sub + "/resourceGroups/new", `{"location":"eastus"}`, 403, "AuthorizationFailed"},
		{"alice", "PUT", cluster + "x", managed(nil), 403, "AuthorizationFailed"},
		{"alice", "POST", cluster + "x/listClusterAdminCredential", "", 403, "AuthorizationFailed"},
		{"alice", "GET", cluster + "x", "", 404, "ResourceNotFound"},
		{"admin", "GET", "/subscriptions/x/providers/Microsoft.Compute/virtualMachines", "", 404, "NotFound"},
		{"admin", "GET", c.sub + "/resourceGroups/none", "", 404, "ResourceGroupNotFound"},
		{"admin", "PUT", c.sub + "/resourceGroups/a%20b", `{"location":"eastus"}`, 400, "InvalidResourceGroup"},
		{"admin", "PUT", c.sub + "/resourceGroups/dot.", `{"location":"eastus"}`, 400, "InvalidResourceGroup"},
		{"admin", "PUT", c.sub + "/resourceGroups/new", `{}`, 400, "LocationRequired"},
		{"admin", "PUT", c.sub + "/resourceGroups/new", `{"location":"../x"}`, 400, "LocationNotAvailableForResourceGroup"},
		{"admin", "PUT", c.sub + "/resourceGroups/new", `{`, 400, "InvalidRequestContent"},
		{"admin", "PUT", rg, `{"location":"westus"}`, 409, "InvalidResourceGroupLocation"},
		{"admin", "PUT", c.sub + "/resourceGroups/none/providers/Microsoft.ContainerService/managedClusters/x", managed(nil), 404, "ResourceGroupNotFound"},
		{"admin", "PUT", cluster + "-x", managed(nil), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", `{"properties":{}}`, 400, "LocationRequired"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"dnsPrefix": ""}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"agentPoolProfiles": nil}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"aadProfile": "yes"}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"aadProfile": map[string]any{"managed": true, "enableAzureRBAC": true, "tenantID": string(c.s.Info().Tenants[1].ID)}}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"aadProfile": map[string]any{"enableAzureRBAC": true, "clientAppID": adminGroup, "serverAppID": adminGroup, "serverAppSecret": "s"}}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"aadProfile": map[string]any{"managed": true, "adminGroupObjectIDs": []string{"platform-team"}}}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(map[string]any{"aadProfile": map[string]any{"managed": true, "tenantID": adminGroup}}), 400, "InvalidParameter"},
		{"admin", "PUT", cluster + "x", managed(legacy("")), 400, "InvalidParameter"},
		{"admin", "DELETE", cluster + "x", "", 204, ""},
		{"admin", "POST", cluster + "x/listClusterUserCredential", "", 404, "ResourceNotFound"},
		{"admin", "GET", c.sub + "/providers/Microsoft.ContainerService/locations/eastus/operations/x", "", 404, "OperationNotFound"},
	} {
		if a := c.do(tt.who, tt.method, tt.path, tt.body); a.status != tt.status || a.code() != tt.code {
			t.Errorf("%s %s %s: %d %s, want %d %s: %s", tt.who, tt.method, tt.path, a.status, a.code(), tt.status, tt.code, a.raw)
		}
	}
	if a := c.do("", "GET", "/tenants", ""); !strings.Contains(a.header.Get("WWW-Authenticate"), "authorization_uri=") {
		t.Error("401 without WWW-Authenticate")
	}
	if a := c.do("alice", "POST", cluster+"x/listClusterAdminCredential", ""); !strings.Contains(a.raw, "'alice@contoso.com'") ||
		!strings.Contains(a.raw, "'Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action'") || !strings.Contains(a.raw, "managedClusters/x'") {
		t.Errorf("the refusal does not say who, what and where: %s", a.raw)
	}
}

func TestExpiredToken(t *testing.T) {
	now := time.Now()
	c := startWith(t, sandbox.Options{Now: func() time.Time { return now }})
	c.want(c.do("alice", "GET", "/tenants", ""), 200, "")
	now = now.Add(2 * time.Hour)
	c.want(c.do("alice", "GET", "/tenants", ""), 401, "ExpiredAuthenticationToken")
}

func TestTenantsAndGroups(t *testing.T) {
	c := start(t, nil)
	for who, n := range map[string]int{"alice": 1, "carol": 2} { // carol is a guest: her home and here
		if list := c.want(c.do(who, "GET", "/tenants", ""), 200, "").doc["value"].([]any); len(list) != n {
			t.Errorf("%s sees %d tenants, want %d", who, len(list), n)
		}
	}
	for who, n := range map[string]int{"admin": 1, "alice": 1, "erin": 0, "carol": 0} {
		if list := c.want(c.do(who, "GET", "/subscriptions", ""), 200, "").doc["value"].([]any); len(list) != n {
			t.Errorf("%s sees %d subscriptions, want %d", who, len(list), n)
		}
	}
	sub := c.want(c.do("admin", "GET", c.sub, ""), 200, "")
	if sub.get("tenantId") != string(c.s.Info().Tenants[0].ID) || sub.get("state") != "Enabled" {
		t.Errorf("subscription %s", sub.raw)
	}
	path := c.group("My.Group_(1)")
	if a := c.do("admin", "HEAD", path, ""); a.status != 204 {
		t.Errorf("HEAD of a group: %d", a.status)
	}
	if a := c.do("admin", "HEAD", c.sub+"/resourceGroups/none", ""); a.status != 404 {
		t.Errorf("HEAD of no group: %d", a.status)
	}
	again := c.want(c.do("admin", "PUT", strings.ToUpper(path), `{"location":"East US","tags":{"a":"b"}}`), 200, "")
	if again.get("name") != "My.Group_(1)" || again.get("tags.a") != "b" || again.get("properties.provisioningState") != "Succeeded" {
		t.Errorf("group %s", again.raw)
	}
	changed := c.want(c.do("admin", "PATCH", path, `{"tags":{"c":"d"}}`), 200, "")
	if changed.get("tags.c") != "d" || changed.get("tags.a") != nil || changed.get("location") != "eastus" {
		t.Errorf("changed group %s", changed.raw)
	}
	c.want(c.do("alice", "PATCH", path, `{"tags":{}}`), 403, "AuthorizationFailed")
	c.want(c.do("admin", "PATCH", path+"x", `{"tags":{}}`), 404, "ResourceGroupNotFound")
	if list := c.want(c.do("admin", "GET", c.sub+"/resourcegroups/", ""), 200, "").doc["value"].([]any); len(list) != 1 {
		t.Errorf("groups %v", list)
	}
	deleted := c.want(c.do("admin", "DELETE", path, ""), 202, "")
	if deleted.header.Get("Retry-After") != "1" {
		t.Error("202 without Retry-After")
	}
	c.vanish(deleted)
	c.want(c.do("admin", "GET", path, ""), 404, "ResourceGroupNotFound")
}
