package arm

import "testing"

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"/SUBSCRIPTIONS/x/resourcegroups/":  "/subscriptions/x/resourceGroups",
		"/subscriptions/x/ResourceGroups/Y": "/subscriptions/x/resourceGroups/Y",
		"/subscriptions/TENANTS/resourcegroups/Providers/providers/microsoft.containerservice/managedclusters/ManagedClusters/listclusterusercredential": "/subscriptions/TENANTS/resourceGroups/Providers/providers/Microsoft.ContainerService/managedClusters/ManagedClusters/listClusterUserCredential",
		"/subscriptions/x/providers/Microsoft.ContainerService/locations/eastus/OPERATIONS/operations":                                                   "/subscriptions/x/providers/Microsoft.ContainerService/locations/eastus/operations/operations",
		"/other/Path": "/other/Path",
	} {
		if got := canonical(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

func TestRoles(t *testing.T) {
	role := func(id string) *role {
		r, ok := definition("/subscriptions/x/providers/Microsoft.Authorization/roleDefinitions/" + id)
		if !ok {
			t.Fatalf("no role %s", id)
		}
		return r
	}
	owner, user, contributor := role(ownerRole), role(clusterUserRole), role("b24988ac-6180-42a0-ab88-20f7382dd24c")
	for action, want := range map[string][3]bool{ // owner, cluster user, contributor
		clusters + "/read":  {true, true, true},
		clusters + "/write": {true, false, true},
		"microsoft.containerservice/managedclusters/listclusterusercredential/action": {true, true, true},
		clusters + "/listClusterAdminCredential/action":                               {true, false, true},
		resources + "/resourceGroups/read":                                            {true, false, true},
		authorization + "/roleAssignments/write":                                      {true, false, false},
		authorization + "/roleAssignments/read":                                       {true, false, true},
	} {
		if got := [3]bool{owner.allows(action), user.allows(action), contributor.allows(action)}; got != want {
			t.Errorf("%s: %v, want %v", action, got, want)
		}
	}
	if !wild("a/*/read", "a/b/c/read") || wild("a/*/read", "a/read") || wild("*/read", "x/reader") {
		t.Error("a star stands for any text, and for nothing else")
	}
}
