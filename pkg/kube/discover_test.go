package kube

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

func TestFindResource(t *testing.T) {
	s := kubetest.Start(t)
	s.Put("/api/v1", map[string]any{"resources": []any{
		map[string]any{"name": "pods", "singularName": "pod", "kind": "Pod", "namespaced": true, "shortNames": []string{"po"}},
		map[string]any{"name": "events", "kind": "Event", "namespaced": true}}})
	s.Put("/apis", map[string]any{"groups": []any{
		map[string]any{"name": "events.k8s.io", "preferredVersion": map[string]any{"groupVersion": "events.k8s.io/v1"}},
		map[string]any{"name": "down.example", "preferredVersion": map[string]any{"groupVersion": "down.example/v1"}},
		map[string]any{"name": "rbac.authorization.k8s.io", "preferredVersion": map[string]any{"groupVersion": "rbac.authorization.k8s.io/v1"}}}})
	s.Put("/apis/events.k8s.io/v1", map[string]any{"resources": []any{map[string]any{"name": "events", "kind": "Event", "namespaced": true}}})
	s.Put("/apis/rbac.authorization.k8s.io/v1", map[string]any{"resources": []any{map[string]any{"name": "clusterroles", "singularName": "clusterrole", "kind": "ClusterRole"}}})
	c := connected(t, s)
	for word, want := range map[string]Named{
		"pods": {"", "pods", true}, "po": {"", "pods", true}, "Pod": {"", "pods", true}, "events": {"", "events", true},
		"events.events.k8s.io": {"events.k8s.io", "events", true}, "clusterrole": {"rbac.authorization.k8s.io", "clusterroles", false},
	} {
		if got, err := c.FindResource(t.Context(), word); err != nil || got != want {
			t.Errorf("%s: %+v, %v", word, got, err)
		}
	}
	_, err := c.FindResource(t.Context(), "pdos")
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(strings.Join(fault.Hints(err), ""), "did you mean pods?") {
		t.Errorf("%v %q", err, fault.Hints(err))
	}
	if _, err := c.FindResource(t.Context(), "x.down.example"); err == nil {
		t.Error("found in a group that is down")
	}
}

func TestRoleRules(t *testing.T) {
	s := kubetest.Start(t)
	const path = "/apis/rbac.authorization.k8s.io/v1"
	for i := range 600 {
		s.Put(fmt.Sprintf("%s/clusterroles/c-%d", path, i), map[string]any{"rules": []any{map[string]any{"verbs": []string{"get"}, "apiGroups": []string{""}, "resources": []string{"pods"}}}})
	}
	s.Put(path+"/namespaces/dev/roles/r", map[string]any{})
	s.Put(path+"/namespaces/prod/roles/r", map[string]any{})
	c := connected(t, s)
	all, err := c.RoleRules(t.Context(), "")
	if err != nil || len(all) != 602 || !all[0].Rules[0].Allows(audit.Action{Verb: "get", Resource: "pods"}) {
		t.Fatalf("%d, %v", len(all), err)
	}
	some, err := c.RoleRules(t.Context(), "dev")
	if err != nil || len(some) != 601 || some[600].Namespace != "dev" || some[600].Role != (audit.Role{Kind: audit.KindRole, Name: "r"}) {
		t.Errorf("%d, %v", len(some), err)
	}
}
