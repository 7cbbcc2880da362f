package rbac

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

const base = "/apis/rbac.authorization.k8s.io/v1"

func store(t *testing.T, s *kubetest.Server) *Store {
	t.Helper()
	c, err := kube.FromKubeconfig(s.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	return New(c)
}

// planned is alice's view in namespace dev, or with "" everywhere.
func planned(t *testing.T, namespace, reason string) binding.Binding {
	t.Helper()
	g := binding.Grant{
		Principal: entra.Principal{ID: "3fa85f64-5717-4562-b3fc-2c963f66afa6", Kind: entra.User, Name: "Alice", UPN: "alice@contoso.com"},
		Role:      binding.Role{Kind: binding.KindClusterRole, Name: "view"},
		Reason:    reason,
	}
	if namespace != "" {
		g.Reach.Namespaces = []string{namespace}
	}
	plan, err := binding.Planner{Now: time.Now}.Plan([]binding.Grant{g})
	if err != nil {
		t.Fatal(err)
	}
	return plan[0].Binding
}

func TestApplyTwiceChangesNothing(t *testing.T) {
	for _, namespace := range []string{"dev", ""} {
		s := kubetest.Start(t, "/api/v1/namespaces/dev")
		st, want := store(t, s), planned(t, namespace, "on call")
		for i, step := range []struct {
			want    binding.Outcome
			dryRun  bool
			reason  string
			written int
		}{
			{binding.Created, true, "on call", 0}, {binding.Created, false, "on call", 1}, {binding.Unchanged, false, "on call", 1},
			{binding.Configured, true, "new reason", 1}, {binding.Configured, false, "new reason", 2}, {binding.Unchanged, false, "new reason", 2},
		} {
			_, got, err := binding.Apply(t.Context(), st, planned(t, namespace, step.reason), step.dryRun)
			if err != nil || got != step.want || len(s.Writes()) != step.written {
				t.Fatalf("namespace %q, step %d: %s, %v, writes %q", namespace, i, got, err, s.Writes())
			}
		}
		got, err := st.Get(t.Context(), namespace, want.Name)
		if err != nil || !got.Owned || got.Role != want.Role || !slices.Equal(got.Subjects, want.Subjects) || got.Annotations[binding.AnnotationReason] != "new reason" {
			t.Errorf("stored %+v, %v", got, err)
		}
	}
}

func TestForeignBindingsStayAsTheyAre(t *testing.T) {
	want := planned(t, "dev", "")
	path := base + "/namespaces/dev/rolebindings/" + want.Name
	s := kubetest.Start(t, "/api/v1/namespaces/dev")
	s.Put(path, map[string]any{"roleRef": map[string]any{"kind": "ClusterRole", "name": "admin"}})
	st := store(t, s)
	if _, _, err := binding.Apply(t.Context(), st, want, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("one that was there: %v", err)
	}
	// One that appears between reading and writing.
	if _, err := st.Apply(t.Context(), want, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("one that came in between: %v", err)
	}
	// One that changed between reading and writing.
	want.ResourceVersion = "0"
	if _, err := st.Apply(t.Context(), want, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("one that changed in between: %v", err)
	}
	if len(s.Writes()) != 0 {
		t.Errorf("writes %q", s.Writes())
	}
}

func TestManyAtOnce(t *testing.T) {
	s := kubetest.Start(t, "/api/v1/namespaces/dev")
	st := store(t, s)
	want := planned(t, "dev", "")
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if _, _, err := binding.Apply(t.Context(), st, want, false); err != nil && fault.KindOf(err) != fault.Conflict {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if _, got, err := binding.Apply(t.Context(), st, want, false); err != nil || got != binding.Unchanged {
		t.Errorf("afterwards: %s, %v", got, err)
	}
}

func TestListAndDelete(t *testing.T) {
	s := kubetest.Start(t, "/api/v1/namespaces/dev", "/api/v1/namespaces/prod")
	for i := range 700 {
		s.Put(fmt.Sprintf("%s/namespaces/dev/rolebindings/b%03d", base, i), map[string]any{
			"roleRef":  map[string]any{"kind": "Role", "name": "r"},
			"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": "x", "namespace": "dev"}},
		})
	}
	st := store(t, s)
	for _, namespace := range []string{"prod", ""} {
		if _, err := st.Apply(t.Context(), planned(t, namespace, ""), false); err != nil {
			t.Fatal(err)
		}
	}
	for namespace, n := range map[string]int{"dev": 700, "prod": 1, "": 702} {
		list, err := st.List(t.Context(), namespace)
		if err != nil || len(list) != n {
			t.Errorf("namespace %q: %d bindings, %v", namespace, len(list), err)
		}
		for _, b := range list {
			if b.Owned != (b.Namespace != "dev") {
				t.Errorf("owned: %+v", b)
			}
		}
	}
	ours, err := st.List(t.Context(), "prod")
	if err != nil {
		t.Fatal(err)
	}
	stale := ours[0]
	stale.ResourceVersion = "1"
	if err := st.Delete(t.Context(), stale, false); fault.KindOf(err) != fault.Conflict {
		t.Errorf("delete of one that changed: %v", err)
	}
	if err := st.Delete(t.Context(), ours[0], true); err != nil || s.Object("/"+strings.Join(path(ours[0]), "/")) == nil {
		t.Errorf("a dry run: %v", err)
	}
	if err := st.Delete(t.Context(), ours[0], false); err != nil {
		t.Error(err)
	}
	if err := st.Delete(t.Context(), ours[0], false); fault.KindOf(err) != fault.NotFound {
		t.Errorf("delete of one that is gone: %v", err)
	}
}
