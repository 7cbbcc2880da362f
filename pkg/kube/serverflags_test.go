package kube

import (
	"slices"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

func TestServerFlags(t *testing.T) {
	s := kubetest.Start(t)
	c := connected(t, s)
	if _, err := c.ServerFlags(t.Context()); fault.KindOf(err) != fault.NotFound {
		t.Errorf("without the pod: %v", err)
	}
	pod := func(component string, argv ...string) map[string]any {
		return map[string]any{"metadata": map[string]any{"labels": map[string]any{"component": component}},
			"spec": map[string]any{"containers": []any{map[string]any{"command": argv[:1], "args": argv[1:]}}}}
	}
	s.Put("/api/v1/namespaces/kube-system/pods/etcd", pod("etcd", "etcd", "--x"))
	s.Put("/api/v1/namespaces/kube-system/pods/kube-apiserver-n1", pod("kube-apiserver", "kube-apiserver", "--oidc-issuer-url=x", "-v=2"))
	if argv, err := c.ServerFlags(t.Context()); err != nil || !slices.Equal(argv, []string{"kube-apiserver", "--oidc-issuer-url=x", "-v=2"}) {
		t.Errorf("%q, %v", argv, err)
	}
}

func TestConfigMap(t *testing.T) {
	s := kubetest.Start(t)
	s.Put("/api/v1/namespaces/kube-system/configmaps/x", map[string]any{"data": map[string]any{"k": "v"}})
	c := connected(t, s)
	if data, err := c.ConfigMap(t.Context(), "kube-system", "x"); err != nil || data["k"] != "v" {
		t.Errorf("%v, %v", data, err)
	}
	if _, err := c.ConfigMap(t.Context(), "kube-system", "y"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("none: %v", err)
	}
}

func TestRulesOfOneRole(t *testing.T) {
	s := kubetest.Start(t)
	rules := map[string]any{"rules": []any{map[string]any{"verbs": []string{"get"}, "apiGroups": []string{""}, "resources": []string{"pods"}}}}
	s.Put("/apis/rbac.authorization.k8s.io/v1/clusterroles/view", rules)
	s.Put("/apis/rbac.authorization.k8s.io/v1/namespaces/dev/roles/view", map[string]any{})
	c := connected(t, s)
	for kind, want := range map[string]int{audit.KindClusterRole: 1, audit.KindRole: 0} {
		if got, err := c.Rules(t.Context(), audit.Role{Kind: kind, Name: "view"}, "dev"); err != nil || len(got) != want {
			t.Errorf("%s: %v, %v", kind, got, err)
		}
	}
}
