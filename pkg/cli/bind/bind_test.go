package bind

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

func TestBindingTwiceWritesOnce(t *testing.T) {
	j := start(t)
	args := []string{"alice@contoso.com", "carol@fabrikam.com", "-n", "prod", "-n", "team"}
	for i := range 3 {
		if i == 2 {
			args = append(args, "--dry-run=server")
		}
		if err := j.bind(t, args...); err != nil {
			t.Fatal(err)
		}
		if len(j.cluster.Writes()) != 4 {
			t.Errorf("run %d: writes %q", i, j.cluster.Writes())
		}
	}
	if n := strings.Count(j.out.String(), "unchanged"); n != 4 {
		t.Errorf("%d unchanged in:\n%s", n, j.out.String())
	}
}

func TestDryRunsWriteNothing(t *testing.T) {
	for _, how := range []string{"client", "server"} {
		j := start(t)
		if how == "client" {
			j.cluster.Close() // not even asked
		}
		if err := j.bind(t, "alice@contoso.com", "--dry-run="+how); err != nil {
			t.Errorf("%s: %v", how, err)
		}
		if w := j.cluster.Writes(); len(w) != 0 {
			t.Errorf("%s: writes %q", how, w)
		}
	}
}

// What is refused, with the way on, and without anything written.
func TestRefused(t *testing.T) {
	denied := func(verb, resource string) func(string, kubetest.Attributes) string {
		return func(_ string, do kubetest.Attributes) string {
			if do.Verb == verb && do.Resource == resource {
				return "no"
			}
			return ""
		}
	}
	escalation := func(r *http.Request) (int, string) {
		if r.Method == http.MethodPatch {
			return 403, "attempting to grant RBAC permissions not currently held"
		}
		return 0, ""
	}
	tests := []struct {
		name, args string
		change     func(*journey)
		kind       fault.Kind
		says, hint string
	}{
		{"unknown role", "alice@contoso.com --clusterrole veiw", nil, fault.NotFound, `the cluster has no cluster role "veiw"`, "did you mean --clusterrole view?"},
		{"unknown role of a namespace", "alice@contoso.com --role deployr -n prod", nil, fault.NotFound, `namespace "prod" has no role "deployr"`, "did you mean --role deployer?"},
		{"unknown namespace", "alice@contoso.com -n prdo", nil, fault.NotFound, `no namespace "prdo"`, "did you mean -n prod?"},
		{"unknown user", "zoe@fabrikam.com", nil, fault.NotFound, "was not invited", "invite the person"},
		{"two of one name", "group:Twin", nil, fault.Ambiguous, "any of 2", "use 7a100000-0000-4000-8000-000000000007 for group \"Twin\""},
		{"may not write", "alice@contoso.com -n prod", func(j *journey) { j.cluster.Deny = denied("create", "rolebindings") }, fault.Forbidden,
			"admin@contoso.com may not create rolebindings in namespace prod", "cluster administrator"},
		{"may not give", "alice@contoso.com Dave --clusterrole cluster-admin -A", func(j *journey) {
			j.cluster.Deny, j.cluster.Refuse = denied("bind", "clusterroles"), escalation
		}, fault.Forbidden, "admin@contoso.com may not give clusterrole/cluster-admin in the whole cluster: for that one needs the verb bind on it, or all of its permissions (write clusterrolebinding/aad-cluster-admin-alice-contoso-com-", "cluster administrator"},
		{"no directory", "alice@contoso.com", func(j *journey) { j.answer(contoso{err: fault.New(fault.Forbidden, "User.ReadBasic.All is missing")}) },
			fault.Forbidden, "User.ReadBasic.All", "--object-id GUID"},
		{"not signed in", "alice@contoso.com", func(j *journey) {
			j.cluster.Refuse = func(*http.Request) (int, string) { return 401, "Unauthorized" }
		}, fault.SignIn, "does not accept", "kubectl aad doctor"},
		{"no kubeconfig", "alice@contoso.com", func(j *journey) { *j.Kube.KubeConfig = "/nowhere" }, fault.Config, "", ""},
		{"nobody", "", nil, fault.Usage, "nobody named", "kubectl aad bind"},
		{"two roles", "a --role x --clusterrole y", nil, fault.Usage, "exclude", ""},
		{"two reaches", "a -A -n x", nil, fault.Usage, "exclude", ""},
		{"a role everywhere", "a --role x -A", nil, fault.Usage, "one namespace", ""},
		{"format", "a -o xml", nil, fault.Usage, "table, wide", ""},
		{"dry run", "a --dry-run=maybe", nil, fault.Usage, "client or server", ""},
		{"subject form", "a --as-subject mail", nil, fault.Usage, "upn or objectId", ""},
		{"object id", "--object-id 7 --kind user", nil, fault.Usage, "not a GUID", ""},
		{"object id without kind", "--object-id a11ce000-0000-4000-8000-000000000001", nil, fault.Usage, "--kind", ""},
		{"an escaping name", "alice@contoso.com -n ../x", nil, fault.Usage, "not a name", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := start(t)
			if tt.change != nil {
				tt.change(j)
			}
			err := j.bind(t, strings.Fields(tt.args)...)
			if fault.KindOf(err) != tt.kind || err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error of kind %d: %v", fault.KindOf(err), err)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("hints: %s", hints)
			}
			if w := j.cluster.Writes(); len(w) != 0 || j.out.Len() > 0 {
				t.Errorf("writes %q, output %q", w, j.out.String())
			}
		})
	}
}

// The permissions of the role themselves are enough to give it, without bind.
func TestWhoHoldsTheRoleMayGiveIt(t *testing.T) {
	j := start(t)
	j.cluster.Deny = func(_ string, do kubetest.Attributes) string {
		if do.Verb == "bind" {
			return "no"
		}
		return ""
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod"); err != nil || len(j.cluster.Writes()) != 1 {
		t.Errorf("%v, writes %q", err, j.cluster.Writes())
	}
}

func TestAPersonIsAsked(t *testing.T) {
	j := start(t)
	j.InTTY, j.ErrTTY = true, true
	j.In = strings.NewReader("9\n2\n2\n2\n") // edit, the whole cluster, the second twin
	if err := j.bind(t, "group:Twin"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(j.out.String(), `Group "7a200000-0000-4000-8000-000000000008"`) || !strings.Contains(j.out.String(), " created: clusterrole/edit in the whole cluster") {
		t.Errorf("output:\n%s", j.out.String())
	}
}

func TestAFailureHalfwayShowsWhatWasDone(t *testing.T) {
	j := start(t)
	var patches atomic.Int64
	j.cluster.Refuse = func(r *http.Request) (int, string) {
		if r.Method == http.MethodPatch && patches.Add(1) == 2 {
			return 500, "etcd is gone"
		}
		return 0, ""
	}
	err := j.bind(t, "alice@contoso.com", "-n", "prod", "-n", "team", "-o", "name")
	if fault.KindOf(err) != fault.Network || strings.Count(j.out.String(), "\n") != 1 {
		t.Errorf("%v, output %q", err, j.out.String())
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "-n", "team"); err != nil ||
		!slices.Equal([]int{1, 1}, []int{strings.Count(j.out.String(), "unchanged"), strings.Count(j.out.String(), "created")}) {
		t.Errorf("the next run: %v\n%s", err, j.out.String())
	}
}
