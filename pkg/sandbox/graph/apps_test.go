package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestApplicationKeys(t *testing.T) {
	c := start(t, sandbox.Options{})
	a := c.want(201, "", "admin", "POST", "/applications", `{"displayName":"server","keyCredentials":[],"signInAudience":"AzureADMyOrg"}`)
	if a.header.Get("Retry-After") != "1" {
		t.Error("201 without Retry-After")
	}
	for _, key := range []string{"groupMembershipClaims", "isFallbackPublicClient", "optionalClaims", "api.acceptMappedClaims",
		"api.requestedAccessTokenVersion", "uniqueName", "deletedDateTime", "serviceManagementReference", "web.homePageUrl"} {
		parent := a.doc
		path := strings.Split(key, ".")
		if len(path) == 2 {
			parent, _ = a.doc[path[0]].(map[string]any)
		}
		if v, there := parent[path[len(path)-1]]; !there || v != nil {
			t.Errorf("%s is %v, there: %v; want null", key, v, there)
		}
	}
	// no default scope, and lists that are empty and not null
	for _, key := range []string{"requiredResourceAccess", "identifierUris", "passwordCredentials", "keyCredentials", "appRoles", "tags", "addIns",
		"api.oauth2PermissionScopes", "api.preAuthorizedApplications", "api.knownClientApplications",
		"publicClient.redirectUris", "web.redirectUris", "spa.redirectUris"} {
		if list, ok := a.get(key).([]any); !ok || len(list) != 0 {
			t.Errorf("%s is %v, want []", key, a.get(key))
		}
	}
	if a.get("signInAudience") != "AzureADMyOrg" || a.get("publisherDomain") != "contoso.com" || !entra.IsGUID(a.text("appId")) || a.text("appId") == a.text("id") {
		t.Errorf("application %s", a.raw)
	}
	for _, by := range []string{"/" + a.text("id"), "(appId='" + a.text("appId") + "')", "(appId=%27" + a.text("appId") + "%27)", "%28appId%3D%27" + a.text("appId") + "%27%29"} {
		if got := c.want(200, "", "alice", "GET", "/applications"+by, ""); got.text("id") != a.text("id") {
			t.Errorf("%s: %s", by, got.raw)
		}
	}
	got := c.want(200, "", "alice", "GET", "/applications/"+a.text("id")+"?$select=id,appId", "")
	if len(got.doc) != 3 || got.text("appId") != a.text("appId") {
		t.Errorf("$select: %s", got.raw)
	}
	for filter, want := range map[string]string{
		"appId eq '" + a.text("appId") + "'":              "server",
		"startswith(displayName,'SER')":                   "server",
		"startswith(displayName,'server') or appId eq ''": "server",
		"displayName eq 'serve'":                          "",
		"identifierUris/any(u:u eq 'api://x')":            "",
	} {
		if got := c.want(200, "", "alice", "GET", "/applications?$filter="+filter, ""); got.names() != want {
			t.Errorf("%s: %q, want %q", filter, got.names(), want)
		}
	}
	c.table([]row{
		{"alice", "GET", "/applications/" + unknown, "", 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/applications(appId='" + unknown + "')", "", 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/applications(uniqueName='none')", "", 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/applications(color='red')", "", 400, "BadRequest"},
		{"alice", "GET", "/applications?$select=color", "", 400, "BadRequest"},
		{"alice", "GET", "/applications?$filter=notes eq 'x'", "", 400, "Request_UnsupportedQuery"},
		{"admin", "DELETE", "/applications/" + a.text("id"), "", 204, ""},
		{"admin", "GET", "/applications/" + a.text("id"), "", 404, "Request_ResourceNotFound"},
		{"admin", "DELETE", "/applications/" + a.text("id"), "", 404, "Request_ResourceNotFound"},
	})
}

func TestApplicationUpsert(t *testing.T) {
	c := start(t, sandbox.Options{})
	const path = "/applications(uniqueName='kubectl-aad/sub%20x/aks1''s server')"
	c.want(404, "Request_ResourceNotFound", "alice", "PATCH", path, `{"displayName":"server"}`)
	defer c.with("Prefer", "create-if-missing, return=representation")()
	made := c.want(201, "", "alice", "PATCH", path, `{"displayName":"server"}`)
	if made.text("uniqueName") != "kubectl-aad/sub x/aks1's server" {
		t.Errorf("uniqueName %q", made.text("uniqueName"))
	}
	again := c.want(200, "", "alice", "PATCH", path, `{"displayName":"renamed"}`)
	if again.text("id") != made.text("id") || again.text("displayName") != "renamed" {
		t.Errorf("second PATCH: %s", again.raw)
	}
	if got := c.want(200, "", "alice", "GET", path, ""); got.text("id") != made.text("id") {
		t.Errorf("GET: %s", got.raw)
	}
	c.want(400, "Request_BadRequest", "alice", "PATCH", path, `{"uniqueName":"other"}`)
}

func TestApplicationRules(t *testing.T) {
	c := start(t, sandbox.Options{})
	a := c.want(201, "", "alice", "POST", "/applications", `{"displayName":"server"}`)
	path, tenant, id := "/applications/"+a.text("id"), string(c.home.ID), a.text("appId")
	uri := func(u string) string { return fmt.Sprintf(`{"identifierUris":[%q]}`, u) }
	scope := func(enabled bool, value string) string {
		return fmt.Sprintf(`{"api":{"oauth2PermissionScopes":[{"id":%q,"value":%q,"type":"User","isEnabled":%v,"adminConsentDisplayName":"x","adminConsentDescription":"x"}]}}`, unknown, value, enabled)
	}
	authorize := fmt.Sprintf(`{"api":{"preAuthorizedApplications":[{"appId":%q,"delegatedPermissionIds":[%q]}]}}`, entra.AKSClient, unknown)
	patch := func(body string, status int, code string) row { return row{"alice", "PATCH", path, body, status, code} }
	c.table([]row{
		patch(uri("https://myaksServer"), 400, "HostNameNotOnVerifiedDomain"),
		patch(uri("https://evilcontoso.com/x"), 400, "HostNameNotOnVerifiedDomain"),
		patch(uri("api://myaksServer"), 400, "HostNameNotOnVerifiedDomain"),
		patch(uri("http://contoso.com"), 400, "HostNameNotOnVerifiedDomain"),
		patch(uri("api://"+id+"/"), 400, "IdentifierUrisEndsWithSlash"),
		patch(uri("nonsense"), 400, "Request_BadRequest"),
		patch(uri("api://"+tenant+"/"+id), 204, ""),
		patch(uri("api://"+tenant+"/aks"), 204, ""),
		patch(uri("api://aks/"+id), 204, ""),
		patch(uri("https://contoso.onmicrosoft.com/aks"), 204, ""),
		patch(uri("https://aks.contoso.com"), 204, ""),
		patch(uri("api://"+id), 204, ""),
		patch(`{"api":{"requestedAccessTokenVersion":3}}`, 400, "Request_BadRequest"),
		patch(`{"groupMembershipClaims":"Some"}`, 400, "Request_BadRequest"),
		patch(`{"groupMembershipClaims":"SecurityGroup, ApplicationGroup"}`, 204, ""),
		patch(`{"signInAudience":"Everybody"}`, 400, "Request_BadRequest"),
		patch(`{"displayName":""}`, 400, "Request_BadRequest"),
		patch(`{"displayName":7}`, 400, "Request_BadRequest"),
		patch(`{"appId":"x"}`, 400, "Request_BadRequest"),
		patch(`{"color":"red"}`, 400, "Request_BadRequest"),
		patch(`{"samlMetadataUrl":"https://x"}`, 400, "Request_BadRequest"),
		patch(`{"passwordCredentials":[{"displayName":"x"}]}`, 400, "Request_BadRequest"),
		patch(`{`, 400, "BadRequest"),
		patch(`{"requiredResourceAccess":[{"resourceAppId":"x","resourceAccess":[{"id":"y","type":"Scope"}]}]}`, 400, "Request_BadRequest"),
		patch(authorize, 400, "InvalidValue"), // the scope is not there yet
		patch(scope(true, ""), 400, "Request_BadRequest"),
		patch(scope(true, "user_impersonation"), 204, ""),
		patch(`{"api":{"oauth2PermissionScopes":[]}}`, 400, "CannotDeleteOrUpdateEnabledEntitlement"),
		patch(scope(true, "renamed"), 400, "CannotDeleteOrUpdateEnabledEntitlement"),
		patch(authorize, 204, ""),
		patch(`{"api":{"requestedAccessTokenVersion":1}}`, 204, ""),
	})
	got := c.want(200, "", "alice", "GET", path, "")
	if list, _ := got.get("api.oauth2PermissionScopes").([]any); len(list) != 1 { // kept by the PATCHes that did not name it
		t.Errorf("scopes %v", list)
	}
	c.table([]row{
		patch(scope(false, "user_impersonation"), 204, ""),
		patch(`{"api":{"oauth2PermissionScopes":[],"preAuthorizedApplications":[]}}`, 204, ""),
		{"alice", "POST", "/applications", uri("api://" + id), 400, "Request_BadRequest"}, // no name
		{"alice", "POST", "/applications", `{"displayName":"x","identifierUris":["https://aks.contoso.com"]}`, 201, ""},
		{"alice", "PATCH", path, uri("https://aks.contoso.com"), 409, "Request_MultipleObjectsWithSameKeyValue"},
	})
}

func TestSecrets(t *testing.T) {
	c := start(t, sandbox.Options{})
	path := "/applications/" + c.want(201, "", "alice", "POST", "/applications", `{"displayName":"server"}`).text("id")
	made := c.want(200, "", "alice", "POST", path+"/addPassword", `{"passwordCredential":{"displayName":"aks1","endDateTime":"2099-01-02T03:04:05Z"}}`)
	text := made.text("secretText")
	if len(text) < 16 || !strings.HasPrefix(text, made.text("hint")) || made.text("displayName") != "aks1" || made.text("endDateTime") != "2099-01-02T03:04:05Z" {
		t.Errorf("secret: keys %v", made.get("hint"))
	}
	got := c.want(200, "", "alice", "GET", path, "")
	if strings.Contains(got.raw, text) || !strings.Contains(got.raw, made.text("keyId")) {
		t.Error("the secret is shown twice, or not at all")
	}
	back, _ := json.Marshal(map[string]any{"passwordCredentials": got.get("passwordCredentials")})
	c.table([]row{
		{"alice", "PATCH", path, string(back), 204, ""},
		{"alice", "POST", path + "/addPassword", `{"passwordCredential":{"endDateTime":"2001-01-02T03:04:05Z"}}`, 400, "Request_BadRequest"},
		{"alice", "POST", path + "/removePassword", `{"keyId":"` + unknown + `"}`, 400, "Request_BadRequest"},
		{"alice", "POST", path + "/removePassword", `{"keyId":"` + made.text("keyId") + `"}`, 204, ""},
		{"alice", "POST", "/applications/" + unknown + "/addPassword", `{}`, 404, "Request_ResourceNotFound"},
		{"alice", "POST", path + "/microsoft.graph.addPassword", `{}`, 200, ""},
		{"alice", "PATCH", path, `{"passwordCredentials":[]}`, 204, ""},
	})
	if list, _ := c.want(200, "", "alice", "GET", path, "").get("passwordCredentials").([]any); len(list) != 0 {
		t.Errorf("secrets left: %d", len(list))
	}
}
