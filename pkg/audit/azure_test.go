package audit

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

const (
	arm      = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c"
	aliceID  = "a11ce000-0000-4000-8000-000000000001"
	groupID  = "9100b000-0000-4000-8000-000000000003"
	nobodyID = "dead0000-0000-4000-8000-000000000009"
)

// assigned is an assignment of a role that reads pods.
func assigned(name, scope, kind, principal string, change ...func(*azurerbac.Assignment)) azurerbac.Assignment {
	reader, _ := azurerbac.Builtin("reader")
	reader.Permissions = []azurerbac.Permission{{DataActions: []string{"Microsoft.ContainerService/managedClusters/pods/read"}}}
	a := azurerbac.Assignment{ID: scope + "/providers/Microsoft.Authorization/roleAssignments/" + name, Scope: scope, Role: reader,
		Principal: entra.ObjectID(principal), PrincipalType: kind}
	for _, f := range change {
		f(&a)
	}
	return a
}

func plane() []Binding {
	return Assigned([]azurerbac.Assignment{
		assigned("ns", arm+"/namespaces/dev", "User", strings.ToUpper(aliceID)),
		assigned("sub", "/subscriptions/s", "Group", groupID),
		assigned("gone", arm, "ServicePrincipal", nobodyID, func(a *azurerbac.Assignment) { a.Description = azurerbac.Described("old") }),
		assigned("lost", "/subscriptions/s", "User", nobodyID),
		assigned("if", arm+"/namespaces/prod", "User", aliceID, func(a *azurerbac.Assignment) { a.Condition = "@Resource[x] StringEquals 'y'" }),
		assigned("partner", "/subscriptions/s", "ForeignGroup", "f0000000-0000-4000-8000-000000000009"),
		assigned("elsewhere", "/subscriptions/s/resourceGroups/other", "User", aliceID),
		assigned("owner", "/subscriptions/s", "User", aliceID, func(a *azurerbac.Assignment) { a.Role.Permissions = nil }),
	}, arm)
}

func TestAssigned(t *testing.T) {
	var got []string
	for _, b := range plane() {
		got = append(got, strings.Join([]string{string(b.Plane()), b.Reach(), b.Place(), b.Role.String(), string(b.Owner), b.Resource()}, "|"))
	}
	want := []string{
		`azure|dev|RoleAssignment "ns" at the namespace "dev"|Azure Kubernetes Service RBAC Reader|foreign|roleassignment/ns`,
		`azure|*|RoleAssignment "sub" at the subscription "s"|Azure Kubernetes Service RBAC Reader|foreign|roleassignment/sub`,
		`azure|*|RoleAssignment "gone" at the cluster "c"|Azure Kubernetes Service RBAC Reader|owned|roleassignment/gone`,
		`azure|*|RoleAssignment "lost" at the subscription "s"|Azure Kubernetes Service RBAC Reader|foreign|roleassignment/lost`,
		`azure|prod|RoleAssignment "if" at the namespace "prod"|Azure Kubernetes Service RBAC Reader|foreign|roleassignment/if`,
		`azure|*|RoleAssignment "partner" at the subscription "s"|Azure Kubernetes Service RBAC Reader|foreign|roleassignment/partner`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if (Binding{}).Plane() != PlaneKubernetes {
		t.Error("a binding of no plane")
	}
}

// Azure allows by object ids what Kubernetes does not by names, and the reverse.
func TestEitherPlaneAllows(t *testing.T) {
	view := []RoleRules{{Role: Role{KindClusterRole, "view"}, Rules: []PolicyRule{{Verbs: []string{"get"}, Groups: []string{""}, Resources: []string{"configmaps"}}}}}
	all := append(plane(), Binding{Namespace: "dev", Name: "b", Role: Role{KindClusterRole, "view"}, Subjects: []Subject{{Kind: KindUser, Name: "alice@contoso.com"}}})
	a := NewAuthorizer(all, view)
	alice := Identity{Username: "alice@contoso.com", Object: aliceID}
	for _, tt := range []struct {
		who  Identity
		do   Action
		want string // the ways, or the missing edge
	}{
		{alice, Action{Verb: "list", Resource: "pods", Namespace: "dev"}, "ns"},
		{alice, Action{Verb: "get", Resource: "configmaps", Namespace: "dev"}, "b"},
		{alice, Action{Verb: "list", Resource: "pods"}, EdgeNamespace},
		{alice, Action{Verb: "delete", Resource: "pods", Namespace: "dev"}, EdgeRule},
		{alice, Action{Verb: "list", Resource: "pods", Namespace: "prod"}, EdgeRule}, // only under a condition
		{Identity{Username: "alice@contoso.com"}, Action{Verb: "list", Resource: "pods", Namespace: "dev"}, EdgeRule},
		{Identity{Username: aliceID}, Action{Verb: "list", Resource: "pods", Namespace: "dev"}, EdgeBinding},
		{Identity{Username: "x", Groups: []string{groupID}}, Action{Verb: "watch", Resource: "pods", Namespace: "prod"}, "sub"},
	} {
		ways := a.Ways(tt.who, tt.do)
		got := ""
		for _, w := range ways {
			got += w.Binding.Name
		}
		if len(ways) == 0 {
			got = a.Gap(tt.who, tt.do, nil).Edge
		}
		if got != tt.want {
			t.Errorf("%+v %s: %q, not %q", tt.who, tt.do, got, tt.want)
		}
	}
	way := a.Ways(alice, Action{Verb: "list", Resource: "pods", Namespace: "dev"})[0]
	if way.Rule.String() != "the data action Microsoft.ContainerService/managedClusters/pods/read" {
		t.Error(way.Rule)
	}
}

// An object id is the right name in Azure, although Kubernetes wants another.
func TestAssignmentsInTheList(t *testing.T) {
	var people People
	people.Add("", nil)
	people.Add(aliceID, []entra.Principal{{ID: aliceID, Kind: entra.User, UPN: "alice@contoso.com", Name: "Alice"}})
	people.Add(groupID, []entra.Principal{{ID: groupID, Kind: entra.Group, Name: "Team"}})
	people.Add(nobodyID, nil)
	people.Add("f0000000-0000-4000-8000-000000000009", nil)
	name := func(p entra.Principal) (Subject, string, error) { return Subject{Kind: KindUser, Name: p.UPN}, "", nil }
	bindings := plane()
	notes := map[string]string{}
	for _, a := range List(bindings, people, name, false) {
		notes[a.Binding.Name] = a.Name() + " " + a.Kind() + ": " + a.Note
	}
	for binding, want := range map[string]string{
		"ns": "alice@contoso.com user: ", "sub": "Team group: ", "gone": nobodyID + " app: the directory knows nobody of that object id",
		"if": "alice@contoso.com user: under a condition, which only Azure judges",
	} {
		if notes[binding] != want {
			t.Errorf("%s: %q, not %q", binding, notes[binding], want)
		}
	}
	found := Lint(Cluster{Bindings: bindings, People: people, Name: name, Missing: func(Role, string) bool { return true }})
	if len(found) != 2 || found[0].Binding.Name != "gone" || found[1].Binding.Name != "lost" {
		t.Fatalf("%+v", found)
	}
	if got := strings.Join(found[0].Commands[0], " "); got != "aad unbind "+nobodyID+" --plane=azure --role=reader -A" {
		t.Errorf("ours: %q", got)
	}
	if f := found[1]; len(f.Commands) != 0 || !strings.Contains(f.Text, "az role assignment delete --ids /subscriptions/s/") {
		t.Errorf("others': %q, %q", f.Commands, f.Text)
	}
}
