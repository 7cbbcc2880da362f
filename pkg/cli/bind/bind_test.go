package bind

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

var update = flag.Bool("update", false, "write the golden files anew")

const rbacPath = "/apis/rbac.authorization.k8s.io/v1"

var people = []entra.Principal{
	{ID: "a11ce000-0000-4000-8000-000000000001", Kind: entra.User, Name: "Alice Example", UPN: "Alice@contoso.com"},
	{ID: "ca401000-0000-4000-8000-000000000002", Kind: entra.User, Name: "Carol", Mail: "carol@fabrikam.com", External: true,
		UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"},
	{ID: "9100b000-0000-4000-8000-000000000003", Kind: entra.Group, Name: "Platform Team", SecurityEnabled: true},
	{ID: "c1b07000-0000-4000-8000-000000000004", Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: "c1b07000-0000-4000-8000-00000000000c"},
	{ID: "dabe0000-0000-4000-8000-000000000005", Kind: entra.User, Name: "Dave", UPN: "dave@contoso.com", Disabled: true},
	{ID: "e0110000-0000-4000-8000-000000000006", Kind: entra.Group, Name: "\x1b[2J\x1b]0;owned\a\u202eEvil\nTeam"},
	{ID: "7a100000-0000-4000-8000-000000000007", Kind: entra.Group, Name: "Twin", SecurityEnabled: true},
	{ID: "7a200000-0000-4000-8000-000000000008", Kind: entra.Group, Name: "Twin", SecurityEnabled: true},
}

// contoso finds people as the directory does, as far as names and ids go.
type contoso struct {
	factory.Directory
	err error
}

func (c contoso) Find(_ context.Context, ref directory.Ref) (found []entra.Principal, err error) {
	for _, p := range people {
		for _, s := range []string{p.Name, p.UPN, p.Mail, string(p.ID)} {
			if strings.EqualFold(s, ref.Text) {
				found = append(found, p)
			}
		}
	}
	return found, c.err
}

func (contoso) Organization(context.Context) (entra.Organization, error) {
	return entra.Organization{Name: "Contoso", Domains: []string{"contoso.com"}}, nil
}

// journey is one administrator at one cluster.
type journey struct {
	*factory.Factory
	cluster  *kubetest.Server
	out, err bytes.Buffer
}

func start(t *testing.T) *journey {
	t.Helper()
	j := &journey{cluster: kubetest.Start(t, "/api/v1/namespaces/team", "/api/v1/namespaces/prod",
		rbacPath+"/clusterroles/view", rbacPath+"/clusterroles/edit", rbacPath+"/clusterroles/cluster-admin",
		rbacPath+"/namespaces/prod/roles/deployer")}
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, j.cluster.Kubeconfig(), 0o600); err != nil {
		t.Fatal(err)
	}
	j.Factory = &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader(""), Out: &j.out, Err: &j.err, Width: 80},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		SignIn: func(context.Context, *factory.Factory) (token.Source, error) {
			return func(context.Context, string) (token.Token, error) {
				return token.Token{}, errors.New("no token in tests")
			}, nil
		},
	}
	j.Kube = genericclioptions.NewConfigFlags(false)
	*j.Kube.KubeConfig = config
	j.answer(contoso{})
	return j
}

func (j *journey) answer(d factory.Directory) {
	j.Keepers.Directory = func(entra.Cloud, http.RoundTripper, token.Source) (factory.Directory, error) { return d, nil }
}

func (j *journey) bind(t *testing.T, args ...string) error {
	t.Helper()
	j.out.Reset()
	j.err.Reset()
	cmd := New(j.Factory)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(t.Context())
}

func TestOutput(t *testing.T) {
	tests := map[string][]string{
		"member":         {"alice@contoso.com"},
		"guest":          {"carol@fabrikam.com", "--clusterrole", "edit", "-n", "prod", "-n", "team"},
		"group":          {"group:Platform Team", "--clusterrole", "cluster-admin", "-A", "--reason", "on \x1b[31mcall"},
		"application":    {"sp:ci-bot", "--role", "deployer", "-n", "prod"},
		"several":        {"alice@contoso.com", "user:Dave", "Platform Team", "-n", "prod", "-o", "table"},
		"hostile":        {"e0110000-0000-4000-8000-000000000006", "-n", "prod", "-o", "wide"},
		"yaml":           {"carol@fabrikam.com", "-n", "prod", "--dry-run=client", "-o", "yaml", "--reason", "yes"},
		"json":           {"alice@contoso.com", "group:Platform Team", "-A", "--dry-run=server", "-o", "json"},
		"name":           {"alice@contoso.com", "-A", "-o", "name"},
		"unasked":        {"dave@contoso.com", "--dry-run"},
		"as-subject":     {"carol@fabrikam.com", "-n", "prod", "--as-subject", "upn"},
		"object-id":      {"--object-id", "CA401000-0000-4000-8000-000000000002", "--kind", "user", "-n", "prod"},
		"object-id-name": {"Alice@contoso.com", "--object-id", "a11ce000-0000-4000-8000-000000000001", "--kind", "user", "-n", "prod"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			j := start(t)
			if err := j.bind(t, args...); err != nil {
				t.Fatal(err)
			}
			got := "$ kubectl aad bind " + strings.Join(quoted(args), " ") + "\n" + j.out.String() + "--- stderr\n" + j.err.String()
			golden(t, name, got)
			if strings.ContainsAny(j.out.String()+j.err.String(), "\x1b\a\u202e") {
				t.Errorf("terminal controls in %q", got)
			}
		})
	}
}

func quoted(args []string) []string {
	var words []string
	for _, a := range args {
		words = append(words, quote(a))
	}
	return words
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

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
		}, fault.Forbidden, "admin@contoso.com may not give clusterrole/cluster-admin in the whole cluster", "cluster administrator"},
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
	patches := 0
	j.cluster.Refuse = func(r *http.Request) (int, string) {
		if r.Method == http.MethodPatch {
			if patches++; patches == 2 {
				return 500, "etcd is gone"
			}
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
