package worldtest

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// AKS is the ARM id of the world's cluster, once it has one.
const AKS = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c"

// Azure is ARM in memory.
type Azure struct {
	factory.Azure
	Found  aks.Cluster
	Roles  []azurerbac.Role
	List   []azurerbac.Assignment
	Err    error // of every question about role assignments
	Full   int   // above 0: no more assignments than these
	Writes []string
}

// OnAKS makes the world's cluster one of AKS' own integration with Azure RBAC.
func (w *World) OnAKS(t testing.TB) *Azure {
	t.Helper()
	a := &Azure{Found: aks.Cluster{ID: AKS, Subscription: "s", ResourceGroup: "rg", Name: "c", Entra: &aks.EntraProfile{Managed: true, AzureRBAC: true}}}
	for short, p := range map[string]azurerbac.Permission{
		"reader":        {DataActions: []string{"Microsoft.ContainerService/managedClusters/pods/read"}},
		"writer":        {DataActions: []string{"Microsoft.ContainerService/managedClusters/pods/*"}},
		"cluster-admin": {DataActions: []string{"Microsoft.ContainerService/managedClusters/*"}},
	} {
		r, _ := azurerbac.Builtin(short)
		r.Permissions = []azurerbac.Permission{p}
		a.Roles = append(a.Roles, r)
	}
	a.Roles = append(a.Roles, azurerbac.Role{ID: "/x/8e3af657-a8ff-443c-a75c-2fe8c4bcb635", Name: "Owner"})
	w.Keepers.Azure = func(entra.Cloud, http.RoundTripper, token.Source) (factory.Azure, error) { return a, nil }
	config, err := os.ReadFile(*w.Kube.KubeConfig)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.ReplaceAll(string(config), `"user":"test"`, `"user":"clusterUser_rg_c"`)
	text = strings.ReplaceAll(text, `"name":"test","user":{`, `"name":"clusterUser_rg_c","user":{`)
	if err := os.WriteFile(*w.Kube.KubeConfig, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return a
}

// Give stores an assignment at a scope below the cluster's subscription.
func (a *Azure) Give(scope, role string, p entra.Principal, description string) {
	r, _ := a.RoleNamed(context.Background(), "", role)
	one := azurerbac.Assignment{Scope: scope, Role: r, Principal: p.ID, PrincipalType: azurerbac.TypeOf(p.Kind), Description: description}
	one.ID = scope + "/providers/Microsoft.Authorization/roleAssignments/" + one.Name()
	a.List = append(a.List, one)
}

// Subscriptions implements aks.Lister.
func (a *Azure) Subscriptions(context.Context) ([]aks.Subscription, error) {
	return []aks.Subscription{{ID: "s"}}, nil
}

// Clusters implements aks.Lister.
func (a *Azure) Clusters(context.Context, string) ([]aks.Cluster, error) {
	return []aks.Cluster{a.Found}, nil
}

// Assignments implements factory.RoleAssignments.
func (a *Azure) Assignments(_ context.Context, scope string, below bool) (list []azurerbac.Assignment, err error) {
	for _, one := range a.List {
		if strings.HasPrefix(scope+"/", one.Scope+"/") || below && strings.HasPrefix(one.Scope, scope+"/") {
			list = append(list, one)
		}
	}
	return list, a.Err
}

// RoleNamed implements factory.RoleAssignments.
func (a *Azure) RoleNamed(_ context.Context, _, name string) (azurerbac.Role, error) {
	for _, r := range a.Roles {
		if r.Name == name || r.Short() == name {
			return r, a.Err
		}
	}
	return azurerbac.Role{}, fault.Newf(fault.NotFound, "no role definition %q", name)
}

// Assign implements factory.RoleAssignments.
func (a *Azure) Assign(_ context.Context, one azurerbac.Assignment) (bool, error) {
	switch {
	case a.Err != nil:
		return false, a.Err
	case a.Full > 0 && len(a.List) >= a.Full:
		return false, fault.New(fault.Conflict, "RoleAssignmentLimitExceeded")
	}
	a.Writes = append(a.Writes, "put "+one.Name())
	one.ID = one.Scope + "/providers/Microsoft.Authorization/roleAssignments/" + one.Name()
	a.List = append(a.List, one)
	return true, nil
}

// Unassign implements factory.RoleAssignments.
func (a *Azure) Unassign(_ context.Context, id string) error {
	a.Writes = append(a.Writes, "delete "+id[strings.LastIndexByte(id, '/')+1:])
	for i, one := range a.List {
		if one.ID == id {
			a.List = append(a.List[:i:i], a.List[i+1:]...)
			break
		}
	}
	return a.Err
}
