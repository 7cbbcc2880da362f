package bindings

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

// both is a cluster with something in either plane.
func both(t *testing.T) (*worldtest.World, *worldtest.Azure) {
	w := worldtest.Start(t)
	azure := w.OnAKS(t)
	w.Bind("dev", "direct", "ClusterRole/view", "User/alice@contoso.com")
	azure.Give(worldtest.AKS+"/namespaces/dev", "reader", worldtest.Alice, azurerbac.Described("on call"))
	azure.Give("/subscriptions/s", "cluster-admin", worldtest.Platform, "")
	azure.Give("/subscriptions/s", "Owner", worldtest.Alice, "")
	return w, azure
}

func TestBothPlanesInOneList(t *testing.T) {
	w, _ := both(t)
	if err := w.Run(t, New(w.Factory)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"NAME|KIND|NAMESPACE|PLANE|ROLE|OWNER|EXPIRES|NOTE",
		"alice@contoso.com|user|dev|azure|Azure Kubernetes Service RBAC Reader|owned|-|-",
		"alice@contoso.com|user|dev|kubernetes|clusterrole/view|foreign|-|-",
		"Platform Team|group|*|azure|Azure Kubernetes Service RBAC Cluster Admin|foreign|-|-",
	}
	if got := lines(w.Stdout.String()); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	if err := w.Run(t, New(w.Factory), "-n", "prod", "--for", "alice@contoso.com"); err != nil || len(lines(w.Stdout.String())) != 2 || !strings.Contains(w.Stdout.String(), "Inner → Platform Team") {
		t.Errorf("through a group, from above: %v\n%s", err, w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "-o", "html"); err != nil || !strings.Contains(w.Stdout.String(), `at the subscription \"s\"`) || strings.Contains(w.Stdout.String(), "could not be read") {
		t.Errorf("html: %v", err)
	}
	if err := w.Run(t, New(w.Factory), "-o", "name"); err != nil || !strings.Contains(w.Stdout.String(), "roleassignment/") {
		t.Errorf("name: %v\n%s", err, w.Stdout.String())
	}
}

// A plane that cannot be read is said to be missing, everywhere.
func TestMissingPlane(t *testing.T) {
	for name, tt := range map[string]struct {
		deny  func(*worldtest.World, *worldtest.Azure)
		plane string
		rows  int
	}{
		"no right": {func(_ *worldtest.World, a *worldtest.Azure) {
			a.Err = fault.New(fault.Forbidden, "AuthorizationFailed")
		}, "azure", 1},
		"no cluster":  {func(_ *worldtest.World, a *worldtest.Azure) { a.Found.Name = "other" }, "azure", 1},
		"no bindings": {func(w *worldtest.World, _ *worldtest.Azure) { w.Server.Refuse = onlyNamespace("none") }, "kubernetes", 2},
	} {
		w, azure := both(t)
		tt.deny(w, azure)
		if err := w.Run(t, New(w.Factory), "-o", "json"); err != nil || !strings.Contains(w.Stderr.String(), "the "+tt.plane+" plane is missing here") {
			t.Errorf("%s: %v\n%s", name, err, w.Stderr.String())
		}
		var doc struct {
			Items  []struct{ Plane string }
			Unread []struct{ Plane, Reason string }
		}
		if err := json.Unmarshal(w.Stdout.Bytes(), &doc); err != nil || len(doc.Unread) != 1 || doc.Unread[0].Plane != tt.plane || doc.Unread[0].Reason == "" || len(doc.Items) != tt.rows {
			t.Errorf("%s: %v %s", name, err, w.Stdout.String())
		}
		if err := w.Run(t, New(w.Factory), "-o", "html"); err != nil || !strings.Contains(w.Stdout.String(), "The "+tt.plane+" plane could not be read") {
			t.Errorf("%s, html: %v", name, err)
		}
	}
	w, azure := both(t)
	w.Server.Refuse, azure.Err = onlyNamespace("none"), fault.New(fault.Forbidden, "AuthorizationFailed")
	if err := w.Run(t, New(w.Factory)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("no plane at all: %v", err)
	}
	w, azure = both(t)
	azure.Err = fault.New(fault.Cancelled, "cancelled")
	if err := w.Run(t, New(w.Factory)); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
}

// A cluster without Azure RBAC has one plane, and nobody is told of another.
func TestNoAzurePlane(t *testing.T) {
	w, azure := both(t)
	azure.Found.Entra.AzureRBAC = false
	if err := w.Run(t, New(w.Factory)); err != nil || strings.Contains(w.Stdout.String(), "PLANE") || w.Stderr.Len() > 0 {
		t.Errorf("%v\n%s%s", err, w.Stdout.String(), w.Stderr.String())
	}
	azure.Err, azure.Found.Name = fault.New(fault.Forbidden, "no"), "other"
	for reason, missing := range map[string]bool{"": false, "User does not have access to the resource in Azure.": true} {
		w.Server.Deny = func(who string, _ kubetest.Attributes) string {
			return map[bool]string{true: reason + " "}[who == "nobody"]
		}
		if err := w.Run(t, New(w.Factory)); err != nil || strings.Contains(w.Stderr.String(), "azure plane is missing") != missing {
			t.Errorf("by the API server's word %q: %v %s", reason, err, w.Stderr.String())
		}
	}
	w.Server.Deny = nil
	if err := w.Run(t, New(w.Factory), "--offline"); err != nil || !strings.Contains(w.Stderr.String(), "the azure plane is missing here") {
		t.Errorf("offline: %v %s", err, w.Stderr.String())
	}
}
