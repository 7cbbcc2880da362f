package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// Where the facts below were read; an @ is a commit. Answers are those that
// people quote in public issues.
const (
	ownerTape    = "Azure/azure-cli role/tests/latest/recordings/test_app_owner.yaml@77521575 (recorded 2025-02-20)"
	batchPage    = "microsoftgraph/microsoft-graph-docs-contrib concepts/json-batching.md@028b8e35 (2025-02-21)"
	upsertPage   = "microsoftgraph/microsoft-graph-docs-contrib api-reference/v1.0/api/application-upsert.md@028b8e35 (2024-08-22)"
	getByIDsPage = "microsoftgraph/microsoft-graph-docs-contrib api-reference/v1.0/api/directoryobject-getbyids.md@007852ac; the text: kubeguard/guard#132"
	searchPage   = "microsoftgraph/microsoft-graph-docs-contrib concepts/aad-advanced-queries.md (answer of 2021-05-27)"
	clausesCase  = "an answer of 2019-12-20 in a public script; the limit: Microsoft Graph's known issue 13635"
	methodCase   = "microsoftgraph/microsoft-graph-docs#7444 (2020-03-20); its body: concepts/json-batching.md@028b8e35"
	backingCase  = "kubernetes-retired/kubernetes-anywhere#251 (2016, property and reason); Graph's form is in tests of public clients"
	enabledCase  = "OfficeDev/microsoft-365-agents-toolkit#9420 (answer of 2023-07-07)"
	twiceCase    = "microsoftgraph/microsoft-graph-docs#21667 (answer of 2023-06-15)"
	slashCase    = "hashicorp/terraform-provider-azuread#928 (2022-11-16)"
	hostCase     = "Azure/azure-powershell#16097 (since October 2021)"
	fedNameCase  = "Azure/azure-dev#1482 (answer of 2023-02-02)"
	fedSameCase  = "Azure/azure-workload-identity#434 (answer of 2022-05-03)"
	grantCase    = "hashicorp/terraform-provider-azuread#690 (answer of 2021-12-05)"
	audienceCase = "microsoftgraph/microsoft-graph-docs#16208 (answer of 2022-03-17)"
	compactCase  = "microsoftgraph/msgraph-training-dotnet#31 (answer of 2021-07-23)"
	memberCase   = "manicminer/hamilton odata/errors.go, and scripts that wait for this text; no whole answer was found"
	removedCase  = "a captured answer in the tests of a public client: the code is the general one"
	batchCase    = "a product's release notes that quote the exception of Microsoft's Graph client"
	upnCase      = "KelvinTegelaar/CIPP (code, reason, property); whether always 400 was not found"
)

// fact is a request, and what the real service answers: status, code, part of
// the message, and the property and reason in details, if there are any.
type fact struct {
	name, source, who, method, path, body string
	status                                int
	code, message, detail                 string
}

// things are what the requests need.
type things struct{ app, appID, group, principal, client string }

func facts(c *cloud, x things) []fact {
	application, arm := "/applications/"+x.app, c.armToken()
	scopes := func(list ...string) string {
		return `{"api":{"oauth2PermissionScopes":[` + strings.Join(list, ",") + `]}}`
	}
	role := `{"id":%q,"value":"r","displayName":"r","description":"r","isEnabled":true,"allowedMemberTypes":["User"]}`
	uri := func(s string) string { return `{"identifierUris":["` + s + `"]}` }
	federated := `{"name":%q,"issuer":"https://i.example","subject":%q,"audiences":["api://AzureADTokenExchange"]}`
	many, _ := json.Marshal(map[string]any{"ids": make([]string, 1001)})
	clauses := strings.Repeat("displayName eq 'x' or ", 15) + "displayName eq 'x'"
	return []fact{
		{"no user", ownerTape, "admin", "GET", "/users/example@example.com", "", 404, "Request_ResourceNotFound", "Resource 'example@example.com' does not exist or one of its queried reference-property objects are not present.", ""},
		{"no privileges", batchPage, "alice", "DELETE", "/groups/" + x.group, "", 403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", ""},
		{"method", methodCase, "admin", "PATCH", "/servicePrincipals/" + x.principal + "/appRoleAssignedTo", "{}", 405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.", ""},
		{"audience", audienceCase, "raw Bearer " + arm, "GET", "/me", "", 401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", ""},
		{"no token", compactCase, "raw Bearer x", "GET", "/me", "", 401, "InvalidAuthenticationToken", "CompactToken parsing failed with error code: 80049217", ""},
		{"clauses", clausesCase, "admin", "GET", "/users?$filter=" + clauses, "", 400, "Request_UnsupportedQuery", "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15.", ""},
		{"search", searchPage, "admin", "GET", `/applications?$search="displayName:x"`, "", 400, "Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'", ""},
		{"ids", getByIDsPage, "admin", "POST", "/directoryObjects/getByIds", string(many), 400, "Request_BadRequest", "Number of included identifiers cannot exceed '1000'.", ""},
		{"batch", batchCase, "admin", "POST", "/$batch", `{"requests":[` + strings.Repeat(`{"id":"1","method":"GET","url":"/me"},`, 20) + `{"id":"2","method":"GET","url":"/me"}]}`, 400, "MaximumValueExceeded", "Number of batch request steps exceeds the maximum value of 20.", ""},
		{"upsert of none", upsertPage, "admin", "PATCH", "/applications(uniqueName='none')", `{"displayName":"x"}`, 404, "Request_ResourceNotFound", "", ""},

		{"no application", backingCase, "admin", "POST", "/servicePrincipals", `{"appId":"` + unknown + `"}`, 400, "Request_BadRequest", "does not reference a valid application object.", "appId NoBackingApplicationObject"},
		{"application twice", backingCase, "admin", "POST", "/servicePrincipals", `{"appId":"` + x.appID + `"}`, 409, "Request_MultipleObjectsWithSameKeyValue", "is already in use.", ""},
		{"enabled scope", enabledCase, "admin", "PATCH", application, scopes(), 400, "CannotDeleteOrUpdateEnabledEntitlement", "Permission (scope or role) cannot be deleted or updated unless disabled first.", ""},
		{"role like a scope", twiceCase, "admin", "PATCH", application, `{"appRoles":[` + fmt.Sprintf(role, unknown) + "," + fmt.Sprintf(role, unknown) + `]}`, 400, "DuplicateValue", "Request contains a property with duplicate values.", "appRoles DuplicateValue"},
		{"slash", slashCase, "admin", "PATCH", application, uri("https://contoso.com/"), 400, "IdentifierUrisEndsWithSlash", "Application alias 'https://contoso.com/' value is invalid.", ""},
		{"host", hostCase, "admin", "PATCH", application, uri("https://myaksServer"), 400, "HostNameNotOnVerifiedDomain", "Values of identifierUris property must use a verified domain of the organization or its subdomain: 'https://myaksServer'", ""},
		{"federated name", fedNameCase, "admin", "POST", application + "/federatedIdentityCredentials", fmt.Sprintf(federated, "main", "other"), 409, "Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential with name main already exists.", ""},
		{"federated subject", fedSameCase, "admin", "POST", application + "/federatedIdentityCredentials", fmt.Sprintf(federated, "other", "s"), 400, "InvalidFederatedIdentityCredentialValue", "The combination of issuer and subject must be unique for the application.", ""},
		{"grant twice", grantCase, "admin", "POST", "/oauth2PermissionGrants", x.grant(), 409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.", ""},
		{"member twice", memberCase, "admin", "POST", "/groups/" + x.group + "/members/$ref", x.ref(), 400, "Request_BadRequest", "One or more added object references already exist for the following modified properties: 'members'.", ""},
		{"secret that is none", removedCase, "admin", "POST", application + "/removePassword", `{"keyId":"` + unknown + `"}`, 400, "Request_BadRequest", "No credentials found to be removed.", ""},
		{"user twice", upnCase, "admin", "POST", "/users", newUser("alice@contoso.com", "password-000003"), 400, "Request_BadRequest", "Another object with the same value for property userPrincipalName already exists.", "userPrincipalName ObjectConflict"},
	}
}

func (x things) grant() string {
	return fmt.Sprintf(`{"clientId":%q,"consentType":"AllPrincipals","resourceId":%q,"scope":"User.Read"}`, x.client, x.principal)
}

func (x things) ref() string {
	return `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/` + x.client + `"}`
}

func (c *cloud) armToken() string {
	c.t.Helper()
	token, err := c.s.Token("admin", string(entra.AzureCLI), "https://management.core.windows.net/")
	if err != nil {
		c.t.Fatal(err)
	}
	return token
}

// prepare makes what the facts speak of.
func prepare(c *cloud) things {
	app := c.want(201, "", "admin", "POST", "/applications", `{"displayName":"x","api":{"oauth2PermissionScopes":[{"id":"`+scopeID+
		`","value":"v","type":"User","isEnabled":true,"adminConsentDisplayName":"x","adminConsentDescription":"x"}]}}`)
	sp := c.want(201, "", "admin", "POST", "/servicePrincipals", `{"appId":"`+app.text("appId")+`"}`)
	group := c.want(201, "", "admin", "POST", "/groups", `{"displayName":"g","mailNickname":"g","mailEnabled":false,"securityEnabled":true}`)
	x := things{app.text("id"), app.text("appId"), group.text("id"), c.servicePrincipal(entra.MicrosoftGraph), sp.text("id")}
	c.want(201, "", "admin", "POST", "/oauth2PermissionGrants", x.grant())
	c.want(204, "", "admin", "POST", "/groups/"+x.group+"/members/$ref", x.ref())
	c.want(201, "", "admin", "POST", "/applications/"+x.app+"/federatedIdentityCredentials", `{"name":"main","issuer":"https://i.example","subject":"s","audiences":["api://AzureADTokenExchange"]}`)
	return x
}

const scopeID = "11111111-2222-4333-8444-555555555555"

func TestContractOfRefusals(t *testing.T) {
	c := start(t, sandbox.Options{})
	for _, f := range facts(c, prepare(c)) {
		t.Run(f.name, func(t *testing.T) {
			a := c.do(f.who, f.method, f.path, f.body)
			if a.status != f.status || a.code() != f.code || !strings.Contains(a.text("error.message"), f.message) {
				t.Errorf("%d %s, want %d %s %q (%s)", a.status, a.raw, f.status, f.code, f.message, f.source)
			}
			if got := a.detail(); got != f.detail {
				t.Errorf("details %q, want %q (%s)", got, f.detail, f.source)
			}
			a.checkShape(t)
		})
	}
}

// detail is the property and the reason of an error with details.
func (a answer) detail() string {
	list, _ := a.get("error.details").([]any)
	if len(list) == 0 {
		return ""
	}
	return fmt.Sprint(walk(list[0], []string{"target"}), " ", walk(list[0], []string{"code"}))
}

// checkShape compares keys and headers of a refusal with recorded ones.
func (a answer) checkShape(t *testing.T) {
	t.Helper()
	if wrong := missingFrom(a.doc["error"].(map[string]any), "code:s message:s innerError:o"); len(wrong) > 0 {
		t.Errorf("error: %v (%s)", wrong, ownerTape)
	}
	if wrong := missingFrom(a.get("error.innerError").(map[string]any), "date:s request-id:s client-request-id:s"); len(wrong) > 0 {
		t.Errorf("innerError: %v (%s)", wrong, ownerTape)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-cache", "Strict-Transport-Security": "max-age=31536000", "x-ms-resource-unit": "1"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q (%s)", name, got, want, ownerTape)
		}
	}
	if id := a.header.Get("request-id"); !entra.IsGUID(id) || id != a.text("error.innerError.request-id") {
		t.Errorf("request-id %q (%s)", id, ownerTape)
	}
}
