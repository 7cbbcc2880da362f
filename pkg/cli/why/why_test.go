package why

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

func start(t *testing.T) *worldtest.World {
	w := worldtest.Start(t)
	w.Discovery()
	w.Server.Deny = func(who string, do kubetest.Attributes) string {
		if do.Namespace != "prod" {
			return "no"
		}
		return ""
	}
	w.Bind("prod", "team", "ClusterRole/edit", "Group/"+string(worldtest.Platform.ID))
	w.Bind("dev", "dead", "ClusterRole/edit", "User/carol@fabrikam.com")
	return w
}

func TestThePath(t *testing.T) {
	w := start(t)
	if err := w.Run(t, New(w.Factory), "delete", "pods", "-n", "prod", "--for", "alice@contoso.com"); err != nil {
		t.Fatal(err)
	}
	want := `yes: alice@contoso.com may delete pods in namespace prod
  alice@contoso.com is "alice@contoso.com" to the cluster (upn: alice@contoso.com is a member here, and a member's tokens carry the upn)
    → in group Inner (111e4000-0000-4000-8000-000000000006)
    → in group Platform Team (9100b000-0000-4000-8000-000000000003)
    → RoleBinding "team" in namespace "prod" names Group "9100b000-0000-4000-8000-000000000003"
    → it gives clusterrole/edit
    → whose rule allows get,list,delete pods,deployments (core,apps)
  (the API server says the same)
`
	if got := w.Stdout.String(); got != want {
		t.Errorf("got\n%s", got)
	}
}

func TestWhatIsMissing(t *testing.T) {
	w := start(t)
	for _, tt := range []struct{ args, edge, fix string }{
		{"delete|pods|-n|dev|--for|carol@fabrikam.com", "missing: the name. ", "run: kubectl aad bind carol@fabrikam.com --clusterrole=edit -n dev\n"},
		{"delete|pods|-n|dev|--for|alice@contoso.com", "missing: the namespace. ", "run: kubectl aad bind alice@contoso.com --clusterrole=edit -n dev\n"},
		{`Error from server (Forbidden): pods is forbidden: User "dave@contoso.com" cannot list resource "pods" in API group "" in the namespace "dev"`,
			"missing: the binding. ", "run: kubectl aad bind dave@contoso.com --clusterrole=view -n dev\n"},
		{`nodes is forbidden: User "` + string(worldtest.Carol.ID) + `" cannot list resource "nodes" in API group "" at the cluster scope`,
			"missing: the binding. ", "run: kubectl aad bind carol@fabrikam.com --clusterrole=cluster-admin -A\n"},
	} {
		err := w.Run(t, New(w.Factory), strings.Split(tt.args, "|")...)
		if out := w.Stdout.String(); fault.ExitCode(err) != 1 || !strings.Contains(out, tt.edge) || !strings.Contains(out, tt.fix) {
			t.Errorf("%s: %v\n%s", tt.args, err, out)
		}
	}
	w.In = strings.NewReader("noise\n" + `User "alice@contoso.com" cannot get resource "pods/log" in API group "" in the namespace "dev"` + "\n")
	if err := w.Run(t, New(w.Factory), "-", "-o", "json"); fault.ExitCode(err) != 1 || !strings.Contains(w.Stdout.String(), `"subresource": "log"`) {
		t.Errorf("from stdin: %v\n%s", err, w.Stdout.String())
	}
	for _, args := range []string{"Unauthorized", "-", "a|b|c|d"} {
		w.In = strings.NewReader("error: You must be logged in to the server (Unauthorized)")
		if err := w.Run(t, New(w.Factory), strings.Split(args, "|")...); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// A cluster's refusal has the name as the cluster knows it.
func TestARefusalWithAPrefix(t *testing.T) {
	w := start(t)
	err := w.Run(t, New(w.Factory), `User "entra:dave@contoso.com" cannot list resource "pods" in API group "" in the namespace "dev"`, "--username-prefix", "entra:")
	if out := w.Stdout.String(); fault.ExitCode(err) != 1 || !strings.Contains(out, `dave@contoso.com is "entra:dave@contoso.com" to the cluster`) ||
		!strings.Contains(out, "run: kubectl aad bind dave@contoso.com --clusterrole=view -n dev --username-prefix=entra:\n") {
		t.Errorf("%v\n%s", err, out)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`User "a" cannot get resource "pods/log" in API group "x" in the namespace "n"`)
	f.Fuzz(func(t *testing.T, text string) {
		if do, _, ok := parse(text); !ok && do != (audit.Action{}) || ok && do.Verb == "" {
			t.Errorf("%q: %+v", text, do)
		}
	})
}
