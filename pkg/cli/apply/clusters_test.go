package apply

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/clitest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

// config is a kubeconfig with a context for each cluster.
func config(t *testing.T, clusters map[string]*kubetest.Server) string {
	t.Helper()
	all := map[string][]any{}
	for name, c := range clusters {
		var k map[string]any
		if err := json.Unmarshal([]byte(strings.ReplaceAll(string(c.Kubeconfig()), `"test"`, `"`+name+`"`)), &k); err != nil {
			t.Fatal(err)
		}
		k["users"] = []any{map[string]any{"name": name, "user": map[string]any{"token": "test"}}}
		for _, part := range []string{"clusters", "contexts", "users"} {
			all[part] = append(all[part], k[part].([]any)...)
		}
	}
	data, err := json.Marshal(map[string]any{"apiVersion": "v1", "kind": "Config", "current-context": "a",
		"clusters": all["clusters"], "contexts": all["contexts"], "users": all["users"]})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestSeveralContexts(t *testing.T) {
	s := clitest.Start(t)
	other := clitest.NewCluster(t)
	*s.Kube.KubeConfig = config(t, map[string]*kubetest.Server{"a": s.Cluster, "b": other})
	path := file(t, "web", `contexts: [a, b]
grants:
- {principal: alice@contoso.com, roles: [view], namespaces: [prod]}
- {principal: carol@fabrikam.com, roles: [view], namespaces: [prod], contexts: [b]}
`)
	s.MustDo(t, New, "-f", path, "--yes")
	if len(s.Cluster.Writes()) != 1 || len(other.Writes()) != 2 || !strings.Contains(s.Out.String(), "context b (") {
		t.Errorf("a %q, b %q\n%s", s.Cluster.Writes(), other.Writes(), s.Out.String())
	}
	if err := s.Do(t, New, "-f", path, "-o", "yaml", "--dry-run=client"); fault.KindOf(err) != fault.Usage {
		t.Errorf("-o of two clusters: %v", err)
	}
	s.MustDo(t, New, "-f", path, "--context", "b", "-o", "name")
	if strings.Count(s.Out.String(), "\n") != 2 {
		t.Errorf("only b: %s", s.Out.String())
	}
	if err := s.Do(t, New, "-f", path, "--context", "c"); fault.KindOf(err) != fault.Usage {
		t.Errorf("another context: %v", err)
	}
}

func TestNamespaceSelector(t *testing.T) {
	s := clitest.Start(t)
	s.Cluster.Put("/api/v1/namespaces/web", map[string]any{"metadata": map[string]any{"labels": map[string]any{"team": "web"}}})
	path := file(t, "web", `grants: [{principal: alice@contoso.com, roles: [view], namespaceSelector: team=web}]`)
	s.MustDo(t, New, "-f", path, "--yes")
	if w := s.Cluster.Writes(); len(w) != 1 || !strings.Contains(w[0], "/namespaces/web/") {
		t.Errorf("writes %q", w)
	}
	if err := s.Do(t, New, "-f", path, "--dry-run=client"); fault.KindOf(err) != fault.Usage {
		t.Errorf("without the cluster: %v", err)
	}
}

func TestAnInterruptedApplyGoesOn(t *testing.T) {
	s := clitest.Start(t)
	var patches atomic.Int64
	s.Cluster.Refuse = func(r *http.Request) (int, string) {
		if r.Method == http.MethodPatch && r.URL.Query().Get("dryRun") == "" && patches.Add(1) == 2 {
			return 500, "gone"
		}
		return 0, ""
	}
	path := file(t, "web", two)
	if err := s.Do(t, New, "-f", path, "--yes"); fault.KindOf(err) != fault.Network {
		t.Fatalf("error %v", err)
	}
	s.MustDo(t, New, "-f", path, "--yes")
	if len(s.Cluster.Writes()) != 3 {
		t.Errorf("writes %q", s.Cluster.Writes())
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name, body string
		args       []string
		change     func(*clitest.Stage)
		kind       fault.Kind
		says       string
	}{
		{"no such role", `grants: [{principal: alice@contoso.com, roles: [veiw, role/x], namespaces: [prod]}]`, nil, nil, fault.NotFound, `no cluster role "veiw"`},
		{"no such namespace", `grants: [{principal: alice@contoso.com, roles: [view], namespaces: [prdo]}]`, nil, nil, fault.NotFound, `no namespace "prdo"`},
		{"nobody", `grants: [{principal: zoe@contoso.com, roles: [view], namespaces: [prod]}, {principal: yan@contoso.com, roles: [view], namespaces: [prod]}]`, nil, nil, fault.NotFound, "yan@contoso.com"},
		{"twins", `grants: [{principal: "group:Twin", roles: [view], namespaces: [prod]}]`, nil, nil, fault.Ambiguous, "any of 2"},
		{"may not give", one, nil, func(s *clitest.Stage) {
			s.Cluster.Refuse = func(r *http.Request) (int, string) {
				if r.Method == http.MethodPatch {
					return 403, "attempting to grant RBAC permissions not currently held"
				}
				return 0, ""
			}
		}, fault.Forbidden, "not currently held"},
		{"format", one, []string{"-o", "xml"}, nil, fault.Usage, "format"},
		{"dry run", one, []string{"--dry-run=maybe"}, nil, fault.Usage, "client or server"},
		{"a mistake in it", "grant: []\n", nil, nil, fault.Usage, "line 4: field grant not found"},
	}
	for _, tt := range tests {
		s := clitest.Start(t)
		if tt.change != nil {
			tt.change(s)
		}
		err := s.Do(t, New, append(tt.args, "-f", file(t, "web", tt.body), "--yes")...)
		if err == nil || fault.KindOf(err) != tt.kind || !strings.Contains(err.Error(), tt.says) || len(s.Cluster.Writes()) != 0 {
			t.Errorf("%s: %v, writes %q", tt.name, err, s.Cluster.Writes())
		}
	}
	s := clitest.Start(t)
	if err := s.Do(t, New); fault.KindOf(err) != fault.Usage {
		t.Errorf("no file: %v", err)
	}
	if err := s.Do(t, New, "-f", "/nowhere"); fault.KindOf(err) != fault.Usage {
		t.Errorf("no such file: %v", err)
	}
}

// Who may list the bindings of one namespace alone can apply to it.
func TestANamespaceAdministrator(t *testing.T) {
	s := clitest.Start(t)
	s.Cluster.Refuse = func(r *http.Request) (int, string) {
		if r.URL.Path == clitest.RBAC+"/rolebindings" || strings.HasPrefix(r.URL.Path, clitest.RBAC+"/clusterrolebindings") {
			return 403, "no"
		}
		return 0, ""
	}
	s.MustDo(t, New, "-f", file(t, "web", one), "--yes", "--prune")
	if len(s.Cluster.Writes()) != 1 || !strings.Contains(s.Err.String(), "only those that are declared are looked at") {
		t.Errorf("writes %q, %s", s.Cluster.Writes(), s.Err.String())
	}
}
