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
	for action, want := range map[string][2]bool{ // owner, cluster user
		clusters + "/read":  {true, true},
		clusters + "/write": {true, false},
		"microsoft.containerservice/managedclusters/listclusterusercredential/action": {true, true},
		clusters + "/listClusterAdminCredential/action":                               {true, false},
		resources + "/resourceGroups/read":                                            {true, false},
	} {
		if owner.allows(action) != want[0] || clusterUser.allows(action) != want[1] {
			t.Errorf("%s: %v %v, want %v", action, owner.allows(action), clusterUser.allows(action), want)
		}
	}
}
