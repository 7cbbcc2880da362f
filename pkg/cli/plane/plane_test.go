package plane_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/unbind"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const dev = worldtest.AKS + "/namespaces/dev"

func bound(t *testing.T, w *worldtest.World, args ...string) error {
	t.Helper()
	return w.Run(t, bind.New(w.Factory), append(args, "--plane", "azure")...)
}

func unbound(t *testing.T, w *worldtest.World, args ...string) error {
	t.Helper()
	return w.Run(t, unbind.New(w.Factory), append(args, "--plane", "azure")...)
}

// A second bind is no change; unbind undoes the first exactly.
func TestThereAndBack(t *testing.T) {
	w := worldtest.Start(t)
	azure := w.OnAKS(t)
	if err := bound(t, w, "alice@contoso.com", "group:Platform Team", "--role", "writer", "-n", "dev", "--reason", "on call"); err != nil {
		t.Fatal(err)
	}
	if len(azure.List) != 2 || !strings.Contains(w.Stderr.String(), "5 minutes") || !strings.Contains(w.Stdout.String(), "alice@contoso.com gets Azure Kubernetes Service RBAC Writer in namespace dev") {
		t.Errorf("%+v\n%s%s", azure.List, w.Stdout.String(), w.Stderr.String())
	}
	a, g := azure.List[0], azure.List[1]
	if a.Scope != dev || a.Principal != worldtest.Alice.ID || a.PrincipalType != "User" || a.Description != "kubectl aad: on call" || g.PrincipalType != "Group" {
		t.Errorf("%+v", azure.List)
	}
	if err := bound(t, w, "alice@contoso.com", "--role", "Azure Kubernetes Service RBAC Writer", "-n", "dev"); err != nil || len(azure.Writes) != 2 ||
		!strings.Contains(w.Stdout.String(), "unchanged") || strings.Contains(w.Stderr.String(), "5 minutes") {
		t.Errorf("again: %v %q\n%s", err, azure.Writes, w.Stdout.String())
	}
	if err := unbound(t, w, "alice@contoso.com", "-n", "dev", "--dry-run"); err != nil || len(azure.List) != 2 || !strings.Contains(w.Stdout.String(), "would no longer have") {
		t.Errorf("dry run: %v\n%s", err, w.Stdout.String())
	}
	for _, args := range [][]string{{"alice@contoso.com", "-A"}, {"alice@contoso.com", "-n", "prod"}, {"alice@contoso.com", "-n", "dev", "--role", "reader"}} {
		if err := unbound(t, w, args...); err != nil || len(azure.List) != 2 || !strings.Contains(w.Stderr.String(), "gave nothing of that") {
			t.Errorf("%q: %v\n%s", args, err, w.Stderr.String())
		}
	}
	if err := unbound(t, w, string(worldtest.Alice.ID), "group:Platform Team", "--all"); err != nil || len(azure.List) != 0 {
		t.Errorf("all: %v %+v\n%s", err, azure.List, w.Stdout.String())
	}
}

// What others gave is left, and so is what is inherited.
func TestOthers(t *testing.T) {
	w := worldtest.Start(t)
	azure := w.OnAKS(t)
	azure.Give(dev, "reader", worldtest.Alice, "by the portal")
	azure.Give("/subscriptions/s", "writer", worldtest.Alice, azurerbac.Described(""))
	if err := bound(t, w, "alice@contoso.com", "--role", "reader", "-n", "dev"); err != nil || len(azure.Writes) > 0 || !strings.Contains(w.Stdout.String(), "unchanged (made by others)") {
		t.Errorf("%v %q\n%s", err, azure.Writes, w.Stdout.String())
	}
	err := unbound(t, w, "alice@contoso.com", "--all")
	if !strings.Contains(w.Stderr.String(), `still has Azure Kubernetes Service RBAC Writer here by the RoleAssignment`) || !strings.Contains(w.Stderr.String(), `at the subscription "s"`) {
		t.Error(w.Stderr.String())
	}
	if fault.KindOf(err) != fault.Conflict || len(azure.Writes) > 0 || !strings.Contains(strings.Join(fault.Hints(err), " "), "az role assignment delete --ids "+dev) {
		t.Errorf("%v %q %q", err, azure.Writes, fault.Hints(err))
	}
}

func TestDefaults(t *testing.T) {
	w := worldtest.Start(t)
	azure := w.OnAKS(t)
	w.Server.Put("/api/v1/namespaces/team", map[string]any{})
	if err := bound(t, w, "ci-bot", "-o", "json"); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Kind  string
		Items []struct{ Name, Role, Scope, Namespace, Status string }
	}
	if err := json.Unmarshal(w.Stdout.Bytes(), &doc); err != nil || doc.Kind != "RoleAssignmentList" || len(doc.Items) != 1 ||
		doc.Items[0].Namespace != "team" || doc.Items[0].Role != "Azure Kubernetes Service RBAC Reader" || doc.Items[0].Status != "created" {
		t.Errorf("%v %s", err, w.Stdout.String())
	}
	if a := azure.List[0]; a.PrincipalType != "ServicePrincipal" || doc.Items[0].Name != a.Name() {
		t.Errorf("%+v", a)
	}
	if !strings.Contains(w.Stderr.String(), "no role named: giving reader") || !strings.Contains(w.Stderr.String(), "taking the context's, team") {
		t.Error(w.Stderr.String())
	}
}

func TestRefused(t *testing.T) {
	w := worldtest.Start(t)
	azure := w.OnAKS(t)
	for _, tt := range []struct {
		args string
		kind fault.Kind
	}{
		{"alice@contoso.com --for 8h", fault.Usage}, {"alice@contoso.com --clusterrole view", fault.Usage},
		{"alice@contoso.com --replace", fault.Usage}, {"alice@contoso.com --name x", fault.Usage},
		{"alice@contoso.com --max-members 3", fault.Usage}, {"alice@contoso.com --as-subject upn", fault.Usage},
		{"alice@contoso.com --namespace-selector a=b", fault.Usage},
		{"--object-id a11ce000-0000-4000-8000-000000000001 --kind user", fault.Usage},
		{"alice@contoso.com --role Owner -A", fault.Usage}, {"alice@contoso.com --role view -A", fault.NotFound},
		{"nobody@contoso.com -n dev", fault.NotFound}, {"alice@contoso.com -n typo", fault.NotFound},
		{"alice@contoso.com -n dev/../x", fault.Usage},
	} {
		if err := bound(t, w, strings.Fields(tt.args)...); fault.KindOf(err) != tt.kind || err == nil || len(azure.Writes) > 0 {
			t.Errorf("%s: %v", tt.args, err)
		}
	}
	if err := w.Run(t, bind.New(w.Factory), "alice@contoso.com", "--plane", "aws"); fault.KindOf(err) != fault.Usage {
		t.Errorf("another plane: %v", err)
	}
	if err := unbound(t, w, "alice@contoso.com", "--clusterrole", "view"); fault.KindOf(err) != fault.Usage {
		t.Errorf("unbind: %v", err)
	}
	w.In = strings.NewReader("principal,role\nalice@contoso.com,view\n")
	if err := bound(t, w, "-"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "role and namespace") {
		t.Errorf("a list with roles: %v", err)
	}
	azure.Found.Entra.AzureRBAC = false
	if err := bound(t, w, "alice@contoso.com"); fault.KindOf(err) != fault.Config || !strings.Contains(strings.Join(fault.Hints(err), " "), "--enable-azure-rbac") {
		t.Errorf("off: %v", err)
	}
	azure.Found.Name = "another"
	if err := bound(t, w, "alice@contoso.com"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("not seen: %v", err)
	}
}

// A failure halfway shows what was done.
func TestHalfway(t *testing.T) {
	w := worldtest.Start(t)
	azure := w.OnAKS(t)
	azure.Full = 1
	err := bound(t, w, "alice@contoso.com", "ci-bot", "--role", "reader", "-A")
	if fault.KindOf(err) != fault.Conflict || strings.Count(w.Stdout.String(), "created") != 1 {
		t.Errorf("%v\n%s", err, w.Stdout.String())
	}
	azure.Full = 0
	if err := bound(t, w, "alice@contoso.com", "ci-bot", "--role", "reader", "-A"); err != nil || len(azure.Writes) != 2 {
		t.Errorf("going on: %v %q", err, azure.Writes)
	}
}
