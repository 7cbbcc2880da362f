package arm

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Assignments are made once, read with their roles from wherever they count, and
// taken away.
func TestAssignments(t *testing.T) {
	s := start(t)
	ctx, c := t.Context(), as(t, s, "admin")
	sub := s.Info().Subscription
	if err := c.CreateResourceGroup(ctx, sub, aks.ResourceGroup{Name: "rg", Location: "eastus"}); err != nil {
		t.Fatal(err)
	}
	made, err := c.CreateCluster(ctx, aks.ClusterSpec{Subscription: sub, ResourceGroup: "rg", Name: "c", Location: "eastus",
		Entra: aks.EntraProfile{Managed: true, AzureRBAC: true, Tenant: s.Info().Tenants[0].ID}})
	if err != nil || !made.Entra.AzureRBAC {
		t.Fatalf("%+v %v", made.Entra, err)
	}
	reader, err := c.RoleNamed(ctx, made.ID, "Azure Kubernetes Service RBAC Reader")
	if err != nil || reader.Short() != "reader" || !reader.Inside() {
		t.Fatalf("%+v %v", reader, err)
	}
	if _, ok := reader.Allows(azurerbac.DataAction(azurerbac.Attributes{Verb: "list", Resource: "pods"})); !ok {
		t.Error("the reader reads no pods")
	}
	if _, err := c.RoleNamed(ctx, made.ID, "it's none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no role: %v", err)
	}
	erin := s.Info().Users[5]
	dev := azurerbac.NamespaceScope(made.ID, "dev")
	want := azurerbac.Assignment{Scope: dev, Role: reader, Principal: erin.ObjectID, PrincipalType: azurerbac.TypeUser, Description: azurerbac.Described("why not")}
	for _, first := range []bool{true, true} { // Azure takes the same request twice
		if made, err := c.Assign(ctx, want); err != nil || made != first {
			t.Errorf("assign: %v %v", made, err)
		}
	}
	find := func(scope string, below bool) (found []azurerbac.Assignment) {
		t.Helper()
		list, err := c.Assignments(ctx, scope, below)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range list {
			if a.Role.Inside() {
				found = append(found, a)
			}
		}
		return found
	}
	for _, tt := range []struct {
		scope string
		below bool
		n     int
	}{{dev, false, 1}, {made.ID, true, 1}, {made.ID, false, 0}, {azurerbac.NamespaceScope(made.ID, "prod"), false, 0}} {
		if found := find(tt.scope, tt.below); len(found) != tt.n {
			t.Errorf("%s %v: %+v", tt.scope, tt.below, found)
		}
	}
	got := find(dev, false)[0]
	if !got.Same(want) || !got.Owned() || got.Reason() != "why not" || got.PrincipalType != "User" || got.Role.Name != reader.Name || !strings.HasSuffix(got.ID, want.Name()) {
		t.Errorf("%+v", got)
	}
	if _, err := as(t, s, "alice").Assignments(ctx, made.ID, true); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("alice reads: %v", err)
	}
	if _, err := as(t, s, "alice").Assign(ctx, want); fault.KindOf(err) != fault.Forbidden || !strings.Contains(strings.Join(fault.Hints(err), ""), administrator) {
		t.Errorf("alice assigns: %v", err)
	}
	for range 2 { // one that is gone is no error
		if err := c.Unassign(ctx, got.ID); err != nil {
			t.Error(err)
		}
	}
	if found := find(dev, false); len(found) != 0 {
		t.Errorf("after: %+v", found)
	}
}

// The same assignment under another name is no failure, and a role definition
// that went is no reason to show nothing.
func TestAssignmentsOnTheWire(t *testing.T) {
	s := newServer(t, func(_ int, r seen, w http.ResponseWriter) {
		switch {
		case r.method == http.MethodPut:
			w.WriteHeader(http.StatusConflict)
			fmt.Fprint(w, `{"error":{"code":"RoleAssignmentExists","message":"The role assignment already exists."}}`)
		case strings.Contains(r.path, "/roleDefinitions/"):
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"error":{"code":"RoleDefinitionDoesNotExist","message":"gone"}}`)
		default:
			fmt.Fprintf(w, `{"value":[{"id":"%[1]s/a","properties":{"scope":"%[1]s","principalId":"ABC","roleDefinitionId":"/x/roleDefinitions/R"}},{"id":"/b"}]}`, clusterPath)
		}
	})
	c := s.client(t)
	role := azurerbac.Role{ID: "/x/R", Name: "R"}
	made, err := c.Assign(t.Context(), azurerbac.Assignment{Scope: clusterPath, Role: role, Principal: "abc", PrincipalType: azurerbac.TypeGroup, Description: "d"})
	if err != nil || made {
		t.Errorf("%v %v", made, err)
	}
	var body struct{ Properties map[string]string }
	if err := json.Unmarshal([]byte(s.seen[0].body), &body); err != nil || body.Properties["principalType"] != "Group" || body.Properties["roleDefinitionId"] != "/x/R" {
		t.Errorf("%v %s", err, s.seen[0].body)
	}
	list, err := c.Assignments(t.Context(), clusterPath, false)
	if err != nil || len(list) != 1 || list[0].Principal != entra.ObjectID("abc") || list[0].Role.Name != "r" || list[0].Role.Inside() {
		t.Errorf("%+v %v", list, err)
	}
}
