package bind

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const theirs = rbacPath + "/clusterrolebindings/theirs"

// foreign makes a binding that somebody else made.
func (j *journey) foreign(role string, users ...string) {
	var subjects []any
	for _, u := range users {
		subjects = append(subjects, map[string]any{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": u})
	}
	j.cluster.Put(theirs, map[string]any{"metadata": map[string]any{"name": "theirs"},
		"roleRef": map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}, "subjects": subjects})
}

func TestAdopt(t *testing.T) {
	ask := []string{"alice@contoso.com", "--clusterrole", "view", "-A", "--name", "theirs"}
	j := start(t)
	j.foreign("view", "alice@contoso.com") // in the wrong case: it lets nobody in
	if err := j.bind(t, ask...); fault.KindOf(err) != fault.Conflict || len(j.cluster.Writes()) != 0 {
		t.Fatalf("without the flag: %v, writes %q", err, j.cluster.Writes())
	}
	if err := j.bind(t, append(ask, "--adopt")...); err != nil || !strings.Contains(j.out.String(), "configured") {
		t.Fatalf("%v\n%s", err, j.out.String())
	}
	o := j.cluster.Object(theirs)
	labels := o["metadata"].(map[string]any)["labels"].(map[string]any)
	if name := o["subjects"].([]any)[0].(map[string]any)["name"]; name != "Alice@contoso.com" || labels["app.kubernetes.io/managed-by"] != "kubectl-aad" {
		t.Errorf("adopted: %v", o)
	}
	if err := j.bind(t, append(ask, "--adopt")...); err != nil || !strings.Contains(j.out.String(), "unchanged") {
		t.Errorf("again: %v\n%s", err, j.out.String())
	}
	for name, arrange := range map[string]func(*journey){
		"of others too":   func(j *journey) { j.foreign("view", "Alice@contoso.com", "eve@contoso.com") },
		"of another role": func(j *journey) { j.foreign("edit", "Alice@contoso.com") },
	} {
		j := start(t)
		arrange(j)
		if err := j.bind(t, append(ask, "--adopt")...); fault.KindOf(err) != fault.Conflict || len(j.cluster.Writes()) != 0 {
			t.Errorf("%s: %v, writes %q", name, err, j.cluster.Writes())
		}
	}
	if err := j.bind(t, "alice@contoso.com", "-A", "--adopt"); fault.KindOf(err) != fault.Usage {
		t.Errorf("without a name: %v", err)
	}
}
