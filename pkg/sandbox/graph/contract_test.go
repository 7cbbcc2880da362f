package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// What answers of the real Microsoft Graph have, by the recordings that azure-cli
// keeps beside its tests of `az ad` (Azure/azure-cli, role/tests/latest/recordings):
// key and kind of value (s text, n null, b true or false, a list, o object; what
// may be two things is written as both).
const (
	// test_app_federated_credential.yaml
	recordedApplication = "id:s deletedDateTime:n appId:s applicationTemplateId:n disabledByMicrosoftStatus:n createdDateTime:s displayName:s " +
		"description:n groupMembershipClaims:n identifierUris:a isDeviceOnlyAuthSupported:n isFallbackPublicClient:n notes:n publisherDomain:s " +
		"serviceManagementReference:n signInAudience:s tags:a tokenEncryptionKeyId:n defaultRedirectUri:n certification:n optionalClaims:n addIns:a " +
		"api:o appRoles:a info:o keyCredentials:a parentalControlSettings:o passwordCredentials:a publicClient:o requiredResourceAccess:a " +
		"verifiedPublisher:o web:o spa:o"
	// test_user_scenario.yaml: all, in that order
	recordedUser = "id:s businessPhones:a displayName:s givenName:n jobTitle:n mail:n mobilePhone:n officeLocation:n preferredLanguage:n surname:n userPrincipalName:s"
	// test_group_scenario.yaml, test_user_scenario.yaml
	recordedGroup = "id:s deletedDateTime:n classification:n createdDateTime:s creationOptions:a description:ns displayName:s expirationDateTime:n " +
		"groupTypes:a isAssignableToRole:n mail:n mailEnabled:b mailNickname:s membershipRule:n membershipRuleProcessingState:n onPremisesDomainName:n " +
		"onPremisesLastSyncDateTime:n onPremisesNetBiosName:n onPremisesSamAccountName:n onPremisesSecurityIdentifier:n onPremisesSyncEnabled:n " +
		"preferredDataLocation:n preferredLanguage:n proxyAddresses:a renewedDateTime:s resourceBehaviorOptions:a resourceProvisioningOptions:a " +
		"securityEnabled:b securityIdentifier:s theme:n visibility:n onPremisesProvisioningErrors:a serviceProvisioningErrors:a"
	recordedFederated = "id:s name:s issuer:s subject:s description:sn audiences:a" // test_app_federated_credential.yaml
	recordedSecret    = "customKeyIdentifier:n displayName:sn endDateTime:s hint:s keyId:s secretText:s startDateTime:s"
	recordedPrincipal = "id:s appId:s appDisplayName:s appOwnerOrganizationId:s appRoleAssignmentRequired:b servicePrincipalNames:a servicePrincipalType:s oauth2PermissionScopes:a accountEnabled:b"
	recordedGrant     = "id:s clientId:s consentType:s principalId:n resourceId:s scope:s"
)

// missingFrom lists the keys that an answer does not have, or of another kind.
func missingFrom(doc map[string]any, recorded string) []string {
	var out []string
	for field := range strings.FieldsSeq(recorded) {
		name, kinds, _ := strings.Cut(field, ":")
		v, there := doc[name]
		kind := map[string]string{"string": "s", "bool": "b", "<nil>": "n", "[]interface {}": "a", "map[string]interface {}": "o"}[fmt.Sprintf("%T", v)]
		if !there || !strings.Contains(kinds, kind) {
			out = append(out, fmt.Sprintf("%s is %v, want %s", name, v, kinds))
		}
	}
	return out
}

func TestContract(t *testing.T) {
	c := start(t, sandbox.Options{})
	sent := map[string]answer{}
	post := func(name string, status int, path, body string) {
		sent[name] = c.want(status, "", "admin", "POST", path, body)
	}
	post("application", 201, "/applications", `{"displayName":"azure-cli-test","keyCredentials":[]}`)
	app := sent["application"]
	post("principal", 201, "/servicePrincipals", fmt.Sprintf(`{"appId":%q,"accountEnabled":true}`, app.text("appId")))
	post("secret", 200, "/applications/"+app.text("id")+"/addPassword", `{"passwordCredential":{"displayName":"x"}}`)
	post("federated", 201, "/applications/"+app.text("id")+"/federatedIdentityCredentials",
		`{"name":"Testing","issuer":"https://token.actions.githubusercontent.com/","subject":"repo:a/b:environment:Production","description":"Testing","audiences":["api://AzureADTokenExchange"]}`)
	post("grant", 201, "/oauth2PermissionGrants", fmt.Sprintf(`{"clientId":%q,"consentType":"AllPrincipals","principalId":null,"resourceId":%q,"scope":"User.Read"}`,
		sent["principal"].text("id"), c.servicePrincipal(entra.MicrosoftGraph)))
	post("group", 201, "/groups", `{"displayName":"testgroup","mailNickname":"deleteme11","description":"testgroup","mailEnabled":false,"securityEnabled":true}`)
	post("user", 201, "/users", newUser("graphusertest@contoso.com", "password-000003"))
	for name, recorded := range map[string]string{"application": recordedApplication, "principal": recordedPrincipal, "secret": recordedSecret,
		"federated": recordedFederated, "grant": recordedGrant, "group": recordedGroup, "user": recordedUser} {
		if wrong := missingFrom(sent[name].doc, recorded); len(wrong) > 0 {
			t.Errorf("%s: %s", name, strings.Join(wrong, "; "))
		}
		if ct := sent[name].header.Get("Content-Type"); ct != "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8" {
			t.Errorf("%s: Content-Type %s", name, ct)
		}
		if v := sent[name].header.Get("OData-Version"); v != "4.0" {
			t.Errorf("%s: OData-Version %q", name, v)
		}
	}
	if n := len(sent["user"].doc); n != len(strings.Fields(recordedUser))+1 { // and @odata.context
		t.Errorf("a new user is shown with %d keys: %s", n, sent["user"].raw)
	}
}
