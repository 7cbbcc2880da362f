package arm_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// Where the facts below were read; an @ is a commit.
const (
	aksTape     = "Azure/azure-cli acs/tests/latest/recordings/test_aks_stop_and_start.yaml@0033cb0e (recorded 2023-12-08)"
	aksBody     = "an answer of AKS to a PUT, 2025-06-30: cloud-barista/cb-tumblebug#2037"
	poolNames   = "an answer of AKS, 2022-11-02: Azure/AKS#3300"
	pendingCase = "an answer of AKS, 2022-04-11: Azure/azure-workload-identity#417; its status by Azure/terraform-azurerm-avm-ptn-aks-production#25"
	stopCase    = "an answer of AKS, 2021-12-12: MicrosoftDocs/azure-docs#85161; its status was not found"
	etagPage    = "MicrosoftDocs/azure-aks-docs articles/aks/use-etags.md@fb060abe (2024-06-10)"
	limitsPage  = "MicrosoftDocs/azure-aks-docs articles/aks/quotas-skus-regions.md@fb060abe (2026-08-03)"
	localPage   = "MicrosoftDocs/azure-aks-docs articles/aks/local-accounts.md@fb060abe"
	resetCase   = "an answer of AKS, 2020-08-13: hashicorp/terraform-provider-azurerm#7325"
	versionCase = "answers of ARM: Azure/azure-cli#28674 (2024, api-version that is not known, from the gateway), #6614"
	subCase     = "an answer of ARM to a subscription that is none, api-version 2026-05-01"
	rbacPage    = "MicrosoftDocs/azure-docs articles/role-based-access-control/troubleshooting.md@012ad308 (2023-09-20)"
	roleCase    = "an answer of ARM, 2023-12-26: Azure-Samples/azure-search-openai-demo#1091"
)

// fact is a request, and what the real service answers: status, code, part of
// the message, and who of the two says it.
type fact struct {
	name, source, method, path, body, header string
	status                                   int
	code, message                            string
	gateway                                  bool // ARM, not AKS
}

func refusals(rg, sub, carol string) []fact {
	c := rg + "/providers/Microsoft.ContainerService/managedClusters/"
	badPool := managed(map[string]any{"agentPoolProfiles": []any{map[string]any{"name": "UPSANW"}}})
	return []fact{
		{"no cluster", aksTape, "GET", c + "none", "", "", 404, "ResourceNotFound", "The Resource 'Microsoft.ContainerService/managedClusters/none' under resource group 'rg1' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", true},
		{"no subscription", subCase, "GET", "/subscriptions/" + adminGroup + "/resourceGroups", "", "", 404, "SubscriptionNotFound", "The subscription '" + adminGroup + "' could not be found.", true},
		{"version", versionCase, "GET", c + "aks1?api-version=x", "", "", 400, "InvalidApiVersionParameter", "The api-version 'x' is invalid. The supported versions are '", true},
		{"no version", versionCase, "GET", c + "aks1?x=1", "", "", 400, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.", true},
		{"role twice", roleCase, "PUT", at(rg, "2"), assignment(reader, carol, "User"), "", 409, "RoleAssignmentExists", "The role assignment already exists.", true},
		{"role for nobody", rbacPage, "PUT", at(rg, "3"), assignment(reader, directory.ID("nobody"), ""), "", 400, "PrincipalNotFound", "does not exist in the directory", true},
		{"role changed", rbacPage, "PUT", at(sub, "1"), assignment(reader, carol, "User"), "", 409, "RoleAssignmentUpdateNotPermitted", "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.", true},

		{"parameter", aksBody, "PUT", c + "new", managed(map[string]any{"dnsPrefix": "-"}), "", 400, "InvalidParameter", "The value of parameter dnsPrefix is invalid.", false},
		{"pool name", poolNames, "PUT", c + "new", badPool, "", 400, "InvalidParameter", "The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules", false},
		{"not managed by apps", resetCase, "POST", c + "aks1/resetAADProfile", `{"serverAppID":"` + carol + `"}`, "", 400, "BadRequest", "Operation 'resetAADProfile' is not allowed for managed AAD enabled cluster.", false},
		{"local account", localPage, "POST", c + "strict/listClusterAdminCredential", "", "", 400, "BadRequest", "Getting static credential is not allowed because this cluster is set to disable local accounts.", false},
		{"runs already", stopCase, "POST", c + "aks1/start", "", "", 409, "OperationNotAllowed", "managed cluster is in Provisioning State(Succeeded) and Power State(Running), starting cannot be performed", false},
		{"busy", pendingCase, "PUT", c + "busy", managed(nil), "", 409, "OperationNotAllowed", "Operation is not allowed: Another operation (Creating) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details", false},

		{"tag of none", etagPage, "PUT", c + "new", managed(nil), "If-Match: *", 412, "PreConditionFailed", "", false},
		{"other tag", etagPage, "PUT", c + "aks1", managed(nil), "If-Match: xyz", 412, "PreConditionFailed", "", false},
		{"must be new", etagPage, "PUT", c + "aks1", managed(nil), "If-None-Match: *", 412, "PreConditionFailed", "", false},
		{"none but all", etagPage, "PUT", c + "aks1", managed(nil), "If-None-Match: xyz", 400, "BadRequest", "", false},
		{"other tag to change", etagPage, "PATCH", c + "aks1", `{"tags":{}}`, "If-Match: xyz", 412, "PreConditionFailed", "", false},
		{"change of none", etagPage, "PATCH", c + "new", `{"tags":{}}`, "If-Match: xyz", 404, "ResourceNotFound", "", true},
		{"other tag to delete", etagPage, "DELETE", c + "aks1", "", "If-Match: xyz", 412, "PreConditionFailed", "", false},
	}
}

func TestContractOfRefusals(t *testing.T) {
	h := &host{gate: make(chan error, 2)}
	c := start(t, h)
	rg := c.group("rg1")
	carol, _ := c.s.Directory().Tenants()[0].Person("carol")
	c.want(c.do("admin", "PUT", at(rg, "1"), assignment(reader, string(carol.ID), "User")), 201, "")
	clusters := rg + "/providers/Microsoft.ContainerService/managedClusters/"
	h.gate <- nil
	h.gate <- nil
	c.finish(c.want(c.do("admin", "PUT", clusters+"aks1", managed(nil)), 201, ""))
	c.finish(c.want(c.do("admin", "PUT", clusters+"strict", managed(map[string]any{"disableLocalAccounts": true})), 201, ""))
	c.want(c.do("admin", "PUT", clusters+"busy", managed(nil)), 201, "")
	for _, f := range refusals(rg, c.sub, string(carol.ID)) {
		t.Run(f.name, func(t *testing.T) { c.witness(t, f) })
	}
}

// witness sends a fact's request. AKS's errors have other keys than ARM's.
func (c *cloud) witness(t *testing.T, f fact) {
	c.header = f.header
	a := c.do("admin", f.method, f.path, f.body)
	if a.status != f.status || a.code() != f.code || !strings.Contains(fmt.Sprint(a.get("error.message"), a.get("message")), f.message) {
		t.Errorf("%d %s, want %d %s %q (%s)", a.status, a.raw, f.status, f.code, f.message, f.source)
	}
	keys := missingFrom(a, "code:s details:n message:s subcode:s")
	if f.gateway {
		keys = missingFrom(a, "error.code:s error.message:s")
	}
	cause := a.header.Get("x-ms-failure-cause")
	if len(keys) > 0 || (cause == "gateway") != f.gateway {
		t.Errorf("x-ms-failure-cause %q: %v (%s, %s)", cause, keys, aksTape, aksBody)
	}
	for name, want := range map[string]string{"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1", "X-Content-Type-Options": "nosniff",
		"Strict-Transport-Security": "max-age=31536000; includeSubDomains"} {
		if got := a.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q (%s)", name, got, want, aksTape)
		}
	}
}
