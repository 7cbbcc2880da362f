package arm_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Where the roles below were read.
const (
	privilegedPage = "MicrosoftDocs/azure-docs articles/role-based-access-control/built-in-roles/privileged.md@0b8729ea (2026-07-01)"
	generalPage    = "MicrosoftDocs/azure-docs articles/role-based-access-control/built-in-roles/general.md@03e5750a (2026-02-23)"
	containersPage = "MicrosoftDocs/azure-docs articles/role-based-access-control/built-in-roles/containers.md@0088bfa7"
)

// roleFact is a built-in role: its id, and what it allows outside of a cluster
// ("-" before what it does not).
type roleFact struct{ name, id, source, actions string }

const inside = "Microsoft.ContainerService/managedClusters/"

func roleFacts() []roleFact {
	read := "Microsoft.Authorization/*/read Microsoft.Resources/subscriptions/operationresults/read Microsoft.Resources/subscriptions/read Microsoft.Resources/subscriptions/resourceGroups/read"
	user := inside + "listClusterUserCredential/action"
	return []roleFact{
		{"Owner", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", privilegedPage, "*"},
		{"Contributor", "b24988ac-6180-42a0-ab88-20f7382dd24c", privilegedPage, "* -Microsoft.Authorization/*/Delete -Microsoft.Authorization/*/Write -Microsoft.Authorization/elevateAccess/Action " +
			"-Microsoft.Blueprint/blueprintAssignments/write -Microsoft.Blueprint/blueprintAssignments/delete -Microsoft.Compute/galleries/share/action -Microsoft.Purview/consents/write " +
			"-Microsoft.Purview/consents/delete -Microsoft.Resources/deploymentStacks/manageDenySetting/action -Microsoft.Subscription/cancel/action -Microsoft.Subscription/enable/action"},
		{"Reader", "acdd72a7-3385-48ef-bd42-f606fba81ae7", generalPage, "*/read"},
		{"User Access Administrator", "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", privilegedPage, "*/read Microsoft.Authorization/* Microsoft.Support/*"},
		{"Role Based Access Control Administrator", "f58310d9-a9f6-439a-9e8d-f62e7b41a168", privilegedPage,
			"Microsoft.Authorization/roleAssignments/write Microsoft.Authorization/roleAssignments/delete */read Microsoft.Support/*"},
		{"Azure Kubernetes Service Contributor Role", "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8", containersPage, "Microsoft.Authorization/*/read Microsoft.ContainerService/locations/* " + inside + "* " +
			"Microsoft.ContainerService/managedclustersnapshots/* Microsoft.ContainerService/snapshots/* Microsoft.Insights/alertRules/* Microsoft.Resources/deployments/* Microsoft.Resources/subscriptions/resourceGroups/read"},
		{"Azure Kubernetes Service Cluster Admin Role", "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", containersPage,
			inside + "listClusterAdminCredential/action " + inside + "accessProfiles/listCredential/action " + inside + "read " + inside + "runcommand/action"},
		{"Azure Kubernetes Service Cluster User Role", "4abbcc35-e782-43d8-92c5-2d3f1bd2253f", containersPage, user + " " + inside + "read"},
		{"Azure Kubernetes Service RBAC Admin", "3498e952-d568-435e-9b2c-8d77e338d7f7", containersPage, read + " " + user},
		{"Azure Kubernetes Service RBAC Cluster Admin", "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", containersPage, read + " " + user},
		{"Azure Kubernetes Service RBAC Reader", "7f6c6a51-bcf8-42ba-9220-52d62157d7db", containersPage, read},
		{"Azure Kubernetes Service RBAC Writer", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb", containersPage, read},
	}
}

func TestContractOfRoles(t *testing.T) {
	c := start(t, nil)
	for _, f := range roleFacts() {
		t.Run(f.name, func(t *testing.T) {
			a := c.want(c.do("admin", "GET", c.sub+"/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&$filter="+url.QueryEscape("roleName eq '"+f.name+"'"), ""), 200, "")
			list, _ := a.doc["value"].([]any)
			if len(list) != 1 {
				t.Fatalf("%s (%s)", a.raw, f.source)
			}
			d := answer{doc: list[0].(map[string]any)}
			permission := answer{doc: d.get("properties.permissions").([]any)[0].(map[string]any)}
			var got []string
			for sign, key := range map[string]string{"": "actions", "-": "notActions"} {
				for _, action := range permission.get(key).([]any) {
					got = append(got, sign+fmt.Sprint(action))
				}
			}
			want := strings.Fields(f.actions)
			slices.Sort(got)
			slices.Sort(want)
			if d.get("name") != f.id || !slices.Equal(got, want) {
				t.Errorf("%v allows\n%v, want %s\n%v (%s)", d.get("name"), got, f.id, want, f.source)
			}
		})
	}
}
