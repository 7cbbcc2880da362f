package rbac

import (
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

func TestWitness(t *testing.T) {
	s := kubetest.Start(t)
	s.Deny = func(who string, do kubetest.Attributes) string {
		if who != "alice" || do.Namespace != "dev" {
			return "no binding"
		}
		return ""
	}
	s.Put("/apis/rbac.authorization.k8s.io/v1/clusterroles/view", map[string]any{"rules": []any{map[string]any{
		"verbs": []string{"list"}, "apiGroups": []string{"apps"}, "resources": []string{"deployments"}}}})
	s.Put("/apis/rbac.authorization.k8s.io/v1/namespaces/dev/roles/empty", map[string]any{})
	c, err := kube.FromKubeconfig(s.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	w := NewWitness(c)
	view := binding.Role{Kind: binding.KindClusterRole, Name: "view"}
	for namespace, allowed := range map[string]bool{"dev": true, "prod": false} {
		v, err := w.May(t.Context(), naming.Identity{Username: "alice", Groups: []string{"g"}, Extra: map[string][]string{"oid": {"1"}}}, view, namespace)
		if err != nil || v.Allowed != allowed || v.Asked != "list deployments.apps in namespace "+namespace || !allowed && v.Reason != "no binding" {
			t.Errorf("%s: %+v, %v", namespace, v, err)
		}
	}
	if asked := s.Reviews(); len(asked) != 2 || asked[0].Groups[0] != "g" || asked[0].Extra["oid"][0] != "1" || asked[0].Do.Group != "apps" {
		t.Errorf("asked %+v", asked)
	}
	for role, kind := range map[string]fault.Kind{"empty": fault.Incomplete, "gone": fault.NotFound} {
		if _, err := w.May(t.Context(), naming.Identity{Username: "alice"}, binding.Role{Kind: binding.KindRole, Name: role}, "dev"); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", role, err)
		}
	}
}
