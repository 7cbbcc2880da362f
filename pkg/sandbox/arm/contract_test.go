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
// are by a recording that azure-cli keeps beside its tests (roleTape), clusters,
// pools and operations by another (aksTape), the aadProfile by the SDK's types.
const (
	recordedGroup      = "id:s name:s type:s location:s properties.provisioningState:s"
	recordedDefinition = "id:s name:s type:s properties.roleName:s properties.type:s properties.description:s properties.assignableScopes:a " +
		"properties.permissions:a properties.createdOn:s properties.updatedOn:s properties.createdBy:n properties.updatedBy:n"
	recordedAssignment = "id:s name:s type:s properties.roleDefinitionId:s properties.principalId:s properties.principalType:s properties.scope:s " +
		"properties.createdOn:s properties.updatedOn:s properties.createdBy:s properties.updatedBy:s"
	recordedCluster = "id:s name:s type:s location:s identity.principalId:s identity.tenantId:s identity.type:s sku.name:s sku.tier:s " +
		"properties.provisioningState:s properties.powerState.code:s properties.kubernetesVersion:s properties.currentKubernetesVersion:s " +
		"properties.dnsPrefix:s properties.fqdn:s properties.azurePortalFQDN:s properties.agentPoolProfiles:a properties.nodeResourceGroup:s " +
		"properties.enableRBAC:b properties.disableLocalAccounts:b properties.maxAgentPools:d properties.networkProfile:o properties.supportPlan:s " +
		"properties.servicePrincipalProfile.clientId:s properties.aadProfile.managed:b properties.aadProfile.adminGroupObjectIDs:a " +
		"properties.aadProfile.adminUsers:n properties.aadProfile.enableAzureRBAC:b properties.aadProfile.tenantID:s " +
		"properties.identityProfile.kubeletidentity.objectId:s properties.resourceUID:s eTag:s"
	recordedPool = "name:s count:d vmSize:s osDiskSizeGB:d osDiskType:s kubeletDiskType:s maxPods:d type:s enableAutoScaling:b provisioningState:s " +
		"powerState.code:s orchestratorVersion:s currentOrchestratorVersion:s enableNodePublicIP:b mode:s enableEncryptionAtHost:b enableUltraSSD:b " +
		"osType:s osSKU:s upgradeSettings:o enableFIPS:b eTag:s"
	recordedOperation = "name:s status:s startTime:s endTime:s"
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
	definitions := c.do("admin", "GET", rg+"/providers/Microsoft.Authorization/roleDefinitions?api-version=2018-01-01-preview&$filter="+url.QueryEscape("roleName eq 'reader'"), "")
	list, _ := definitions.doc["value"].([]any)
	if len(list) != 1 {
		t.Fatalf("definitions %s", definitions.raw)
	}
	got := c.do("admin", "GET", cluster, "")
	pools, _ := got.get("properties.agentPoolProfiles").([]any)
	if len(pools) != 1 {
		t.Fatalf("pools %s", got.raw)
	}
	for name, tt := range map[string]struct {
		got      answer
		recorded string
	}{
		"group":      {c.do("admin", "PUT", rg, `{"location":"eastus"}`), recordedGroup},
		"definition": {answer{doc: list[0].(map[string]any)}, recordedDefinition},
		"assignment": {c.do("admin", "PUT", at(rg, "1"), assignment(reader, string(carol.ID), "User")), recordedAssignment},
		"cluster":    {got, recordedCluster},
		"pool":       {answer{doc: pools[0].(map[string]any)}, recordedPool},
		"operation":  {op, recordedOperation},
	} {
		if missing := missingFrom(tt.got, tt.recorded); len(missing) > 0 {
			t.Errorf("%s: %s", name, strings.Join(missing, "; "))
		}
	}
	if id := list[0].(map[string]any)["name"]; id != reader || !entra.IsGUID(reader) {
		t.Errorf("reader is %v", id)
	}
}

func TestResources(t *testing.T) {
	c := start(t, nil)
	c.finish(c.want(c.do("admin", "PUT", c.group("rg1")+"/providers/Microsoft.ContainerService/managedClusters/aks1", managed(nil)), 201, ""))
	all := c.want(c.do("admin", "GET", c.sub+"/resources?api-version=2021-04-01&$filter="+url.QueryEscape("resourceGroup eq 'RG1' and resourceType eq 'Microsoft.ContainerService/managedClusters'"), ""), 200, "")
	if rows, _ := all.doc["value"].([]any); len(rows) != 1 || strings.Contains(all.raw, "properties") {
		t.Errorf("resources %s", all.raw)
	}
	none := c.want(c.do("admin", "GET", c.sub+"/resources?api-version=2021-04-01&$filter="+url.QueryEscape("resourceGroup eq 'rg2'"), ""), 200, "")
	if rows, _ := none.doc["value"].([]any); len(rows) != 0 {
		t.Errorf("resources of another group %s", none.raw)
	}
}
