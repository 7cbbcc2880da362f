package worldtest

// Discovery tells the API server's resources, and gives view, edit and
// cluster-admin a few rules.
func (w *World) Discovery() {
	resource := func(name, singular, kind string, namespaced bool, short ...string) any {
		return map[string]any{"name": name, "singularName": singular, "kind": kind, "namespaced": namespaced, "shortNames": short}
	}
	w.Server.Put("/api/v1", map[string]any{"resources": []any{
		resource("pods", "pod", "Pod", true, "po"), resource("pods/log", "", "Pod", true), resource("nodes", "node", "Node", false)}})
	w.Server.Put("/apis", map[string]any{"groups": []any{map[string]any{"name": "apps", "preferredVersion": map[string]any{"groupVersion": "apps/v1"}}}})
	w.Server.Put("/apis/apps/v1", map[string]any{"resources": []any{resource("deployments", "deployment", "Deployment", true, "deploy")}})
	for name, rule := range map[string]map[string]any{
		"view":          {"verbs": []string{"get", "list"}, "apiGroups": []string{"", "apps"}, "resources": []string{"pods", "pods/log", "deployments"}},
		"edit":          {"verbs": []string{"get", "list", "delete"}, "apiGroups": []string{"", "apps"}, "resources": []string{"pods", "deployments"}},
		"cluster-admin": {"verbs": []string{"*"}, "apiGroups": []string{"*"}, "resources": []string{"*"}},
	} {
		w.Server.Put(RBAC+"/clusterroles/"+name, map[string]any{"rules": []any{rule}})
	}
}
