package cani

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func bothPlanes(t *testing.T) (*worldtest.World, *worldtest.Azure) {
	w := start(t)
	azure := w.OnAKS(t)
	azure.Give(worldtest.AKS+"/namespaces/team", "reader", worldtest.Inner, "")
	return w, azure
}

// Either plane allows.
func TestEitherPlane(t *testing.T) {
	w, _ := bothPlanes(t)
	for _, tt := range []struct{ args, want string }{
		{"list pods -n team --for alice@contoso.com", "yes (in group Inner (111e4000-"},
		{"list pods -n dev --for alice@contoso.com", `yes (RoleBinding "direct"`},
		{"delete pods -n team --for alice@contoso.com", "no (the roles held here (Azure Kubernetes Service RBAC Reader)"},
		{"list pods -n other --for ci-bot", "no (no binding that counts there names"},
	} {
		err := w.Run(t, New(w.Factory), strings.Fields(tt.args)...)
		if got := w.Stdout.String(); !strings.HasPrefix(got, tt.want) || strings.HasPrefix(got, "yes") != (err == nil) {
			t.Errorf("%s: %s(%v)", tt.args, got, err)
		}
	}
	if !strings.Contains(w.Stdout.String(), "no role assignment of Azure does") {
		t.Error(w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "list", "pods", "-n", "team", "--for", "alice@contoso.com", "-o", "json"); err != nil {
		t.Fatal(err)
	}
	var a Answer
	if err := json.Unmarshal(w.Stdout.Bytes(), &a); err != nil || a.Plane != "azure" || len(a.Path) != 5 || !strings.Contains(a.Path[0], string(worldtest.Alice.ID)+" to Azure") ||
		!strings.Contains(a.Path[4], "managedClusters/pods/read") {
		t.Errorf("%v %+v", err, a)
	}
}

// Without the Azure plane, and without the API server's word, there is no "no".
func TestNoIsNotKnown(t *testing.T) {
	w, azure := bothPlanes(t)
	azure.Err = fault.New(fault.Forbidden, "AuthorizationFailed")
	err := w.Run(t, New(w.Factory), "list", "pods", "-n", "team", "--for", "alice@contoso.com")
	if fault.ExitCode(err) != 3 || !strings.HasPrefix(w.Stdout.String(), "unknown (the azure plane could not be read)") {
		t.Errorf("%v %s", err, w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "list", "pods", "-n", "dev", "--for", "alice@contoso.com"); err != nil || !strings.HasPrefix(w.Stdout.String(), "yes") {
		t.Errorf("Kubernetes allows: %v %s", err, w.Stdout.String())
	}
	err = w.Run(t, New(w.Factory), "list", "pods", "-n", "team", "--for", "alice@contoso.com", "-o", "wide")
	if out := w.Stdout.String(); fault.ExitCode(err) != 3 || strings.Contains(out, "may not list") || !strings.Contains(out, "the azure plane is missing here: AuthorizationFailed") {
		t.Errorf("%v %s", err, out)
	}
	w.Server.Refuse = nil // the API server says yes, which is the last word
	if err := w.Run(t, New(w.Factory), "list", "pods", "-n", "team", "--for", "alice@contoso.com"); err != nil || !strings.Contains(w.Stdout.String(), "knows the azure plane too") {
		t.Errorf("%v %s", err, w.Stdout.String())
	}
}

// Who may read no binding sees what role assignments give.
func TestOnlyAzureReadable(t *testing.T) {
	w, azure := bothPlanes(t)
	w.Server.Refuse = func(r *http.Request) (int, string) {
		if strings.HasPrefix(r.URL.Path, worldtest.RBAC) {
			return http.StatusForbidden, "no"
		}
		return noReviews(r)
	}
	if err := w.Run(t, New(w.Factory), "list", "pods", "-n", "team", "--for", "alice@contoso.com"); err != nil || !strings.HasPrefix(w.Stdout.String(), "yes (in group Inner") {
		t.Errorf("%v %s", err, w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "delete", "pods", "-n", "team", "--for", "alice@contoso.com"); fault.ExitCode(err) != 3 || !strings.HasPrefix(w.Stdout.String(), "unknown (the kubernetes plane") {
		t.Errorf("%v %s", err, w.Stdout.String())
	}
	w.Server.Refuse = func(r *http.Request) (int, string) { // bindings, but not the roles
		if strings.HasPrefix(r.URL.Path, worldtest.RBAC) && strings.HasSuffix(r.URL.Path, "roles") {
			return http.StatusForbidden, "no"
		}
		return noReviews(r)
	}
	if err := w.Run(t, New(w.Factory), "list", "pods", "-n", "dev", "--for", "alice@contoso.com"); fault.ExitCode(err) != 3 || !strings.HasPrefix(w.Stdout.String(), "unknown (the kubernetes plane") {
		t.Errorf("without roles: %v %s", err, w.Stdout.String())
	}
	w.Server.Refuse = func(r *http.Request) (int, string) {
		if strings.HasPrefix(r.URL.Path, worldtest.RBAC) {
			return http.StatusForbidden, "no"
		}
		return noReviews(r)
	}
	azure.Err = fault.New(fault.Forbidden, "AuthorizationFailed")
	if err := w.Run(t, New(w.Factory), "list", "pods", "-n", "team", "--for", "alice@contoso.com"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("no plane: %v", err)
	}
}
