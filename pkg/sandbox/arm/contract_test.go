package arm_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// What answers of the real ARM have: path and kind of value (s text, n null, b
// true or false, a list, o object, d number). Groups, definitions and assignments
// are by a recording that azure-cli keeps beside its tests (role:
// test_role_assignment_create_using_principal_type.yaml), the cluster is by the
// documented types of the SDK.
const (
	recordedGroup      = "id:s name:s location:s properties.provisioningState:s"
	recordedDefinition = "id:s name:s type:s properties.roleName:s properties.type:s properties.description:s properties.assignableScopes:a " +
		"properties.permissions:a properties.createdOn:s properties.updatedOn:s properties.createdBy:n properties.updatedBy:n"
	recordedAssignment = "id:s name:s type:s properties.roleDefinitionId:s properties.principalId:s properties.principalType:s properties.scope:s " +
		"properties.createdOn:s properties.updatedOn:s properties.createdBy:s properties.updatedBy:s"
	recordedCluster = "id:s name:s type:s location:s identity.principalId:s identity.tenantId:s identity.type:s sku.name:s sku.tier:s " +
		"properties.provisioningState:s properties.powerState.code:s properties.kubernetesVersion:s properties.currentKubernetesVersion:s " +
		"properties.dnsPrefix:s properties.fqdn:s properties.azurePortalFQDN:s properties.agentPoolProfiles:a properties.nodeResourceGroup:s " +
		"properties.enableRBAC:b properties.disableLocalAccounts:b properties.maxAgentPools:d properties.networkProfile:o " +
		"properties.servicePrincipalProfile.clientId:s properties.aadProfile.managed:b properties.aadProfile.adminGroupObjectIDs:a " +
		"properties.aadProfile.adminUsers:n properties.aadProfile.enableAzureRBAC:b properties.aadProfile.tenantID:s " +
		"properties.identityProfile.kubeletidentity.objectId:s"
)

func missingFrom(a answer, recorded string) []string {
	var out []string
	for field := range strings.FieldsSeq(recorded) {
		name, want, _ := strings.Cut(field, ":")
		v := a.get(name)
		kind := map[string]string{"string": "s", "bool": "b", "<nil>": "n", "[]interface {}": "a", "map[string]interface {}": "o", "float64": "d"}[fmt.Sprintf("%T", v)]
		if kind != want {
			out = append(out, fmt.Sprintf("%s is %v, want %s", name, v, want))
		}
	}
	return out
}

func TestContract(t *testing.T) {
	c := start(t, nil)
	rg := c.group("rg1")
	carol, _ := c.s.Directory().Tenants()[0].Person("carol")
	cluster := rg + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	put := c.want(c.do("admin", "PUT", cluster, managed(nil)), 201, "")
	if op := put.header.Get("Azure-AsyncOperation"); !strings.Contains(op, "/providers/Microsoft.ContainerService/locations/eastus/operations/") {
		t.Errorf("Azure-AsyncOperation %q", op)
	}
	op := c.finish(put)
	if missing := missingFrom(op, "name:s status:s startTime:s endTime:s"); len(missing) > 0 {
		t.Errorf("operation: %v", missing)
	}
	definitions := c.do("admin", "GET", rg+"/providers/Microsoft.Authorization/roleDefinitions?api-version=2018-01-01-preview&$filter="+url.QueryEscape("roleName eq 'reader'"), "")
	list, _ := definitions.doc["value"].([]any)
	if len(list) != 1 {
		t.Fatalf("definitions %s", definitions.raw)
	}
	for name, tt := range map[string]struct {
		got      answer
		recorded string
	}{
		"group":      {c.do("admin", "PUT", rg, `{"location":"eastus"}`), recordedGroup},
		"definition": {answer{doc: list[0].(map[string]any)}, recordedDefinition},
		"assignment": {c.do("admin", "PUT", at(rg, "1"), assignment(reader, string(carol.ID), "User")), recordedAssignment},
		"cluster":    {c.do("admin", "GET", cluster, ""), recordedCluster},
	} {
		if missing := missingFrom(tt.got, tt.recorded); len(missing) > 0 {
			t.Errorf("%s: %s", name, strings.Join(missing, "; "))
		}
	}
	if id := list[0].(map[string]any)["name"]; id != reader || !entra.IsGUID(reader) {
		t.Errorf("reader is %v", id)
	}
	all := c.want(c.do("admin", "GET", c.sub+"/resources?api-version=2021-04-01&$filter="+url.QueryEscape("resourceGroup eq 'RG1' and resourceType eq 'Microsoft.ContainerService/managedClusters'"), ""), 200, "")
	if rows, _ := all.doc["value"].([]any); len(rows) != 1 || strings.Contains(all.raw, "properties") {
		t.Errorf("resources %s", all.raw)
	}
	none := c.want(c.do("admin", "GET", c.sub+"/resources?api-version=2021-04-01&$filter="+url.QueryEscape("resourceGroup eq 'rg2'"), ""), 200, "")
	if rows, _ := none.doc["value"].([]any); len(rows) != 0 {
		t.Errorf("resources of another group %s", none.raw)
	}
}
