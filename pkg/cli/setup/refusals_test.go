package setup

import (
	"os"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// refusal is a command that changes nothing, and what it says.
type refusal struct {
	name  string
	args  []string
	world func(*shell)
	kind  fault.Kind
	text  string
	hint  string
}

func refusals() []refusal {
	cluster := func(tags map[string]string) func(*shell) {
		return func(s *shell) {
			s.cloud.resources.clusters = map[string]*aks.Cluster{"myakscluster": {Name: "myakscluster", State: "Succeeded",
				Tags: tags, Entra: &aks.EntraProfile{Managed: true}}}
		}
	}
	with := func(base []string, more ...string) []string { return append(base[:len(base):len(base)], more...) }
	return []refusal{
		{"missing flags", nil, nil, fault.Usage, "missing: --name, --resource-group, --location", ""},
		{"bad name", []string{"--name", "a/b", "-g", "g", "-l", "eastus", "--admin", "a@b.c"}, nil, fault.Usage, `--name "a/b"`, ""},
		{"bad group", []string{"--name", "a", "-g", "g.", "-l", "eastus", "--admin", "a@b.c"}, nil, fault.Usage, `--resource-group "g."`, ""},
		{"Azure RBAC with two apps", []string{"--name", "a", "-g", "g", "-l", "eastus", "--integration", "apps", "--allow-retired", "--azure-rbac"}, nil, fault.Usage, "--azure-rbac needs --integration managed", ""},
		{"no --yes", managed[:len(managed)-1], nil, fault.Usage, "cannot ask", "--yes"},
		{"self-managed", with(managed, "--target", "self-managed"), nil, fault.Usage, "not in this version yet", "aks"},
		{"no --allow-retired", []string{"--integration", "apps"}, nil, fault.Usage, "August 2023", "--integration managed"},
		{"nobody could enter", append(managed[:6:6], "--yes"), nil, fault.Usage, "nobody could enter", "--admin user@contoso.com"},
		{"unknown subscription", with(managed, "--subscription", "nope"), nil, fault.NotFound, "Contoso", "--subscription"},
		{"several subscriptions", managed, func(s *shell) {
			s.cloud.resources.subscriptions = []aks.Subscription{{ID: "1", Name: "Dev"}, {ID: "2", Name: "Prod\x1b[31m"}}
		}, fault.Ambiguous, "\n  1  Dev\n  2  Prod[31m", "--subscription 1"},
		{"somebody's cluster", managed, cluster(nil), fault.Conflict, "setup did not make it", "kubectl aad kubeconfig -g myResourceGroup -n myakscluster"},
		{"other integration", managed, cluster(map[string]string{aks.TagOwned: "apps"}), fault.Conflict, "--integration apps", ""},
		{"other admin group", managed, cluster(map[string]string{aks.TagOwned: "managed"}), fault.Conflict, "is not its admin group", "az aks update"},
		{"somebody's group", managed, func(s *shell) {
			s.cloud.groups = []entra.Principal{{ID: "g", Kind: entra.Group, Name: "aks-admins", SecurityEnabled: true}}
		}, fault.Conflict, "not yours alone", "--admin-group g"},
		{"unknown group", append(managed[:6:6], "--admin-group", "ghosts"), nil, fault.NotFound, "ghosts", ""},
		{"distribution list", append(managed[:6:6], "--admin-group", "all"), func(s *shell) {
			s.cloud.groups = []entra.Principal{{ID: "g", Kind: entra.Group, Name: "all"}}
		}, fault.Config, "not a security group", ""},
		{"context taken", managed, func(s *shell) {
			text := strings.ReplaceAll(kubeconfigText, "name: it\n  context", "name: myakscluster\n  context")
			if err := os.WriteFile(s.file, []byte(strings.ReplaceAll(text, "%s", "")), 0o600); err != nil {
				s.t.Fatal(err)
			}
		}, fault.Conflict, "leads to another cluster", "--context"},
		{"no consent", article, func(s *shell) { s.cloud.deny = "grant role" }, fault.Forbidden, "admin consent", "/adminconsent?client_id="},
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range refusals() {
		t.Run(c.name, func(t *testing.T) {
			s := newShell(t)
			if c.world != nil {
				c.world(s)
			}
			err := s.run(t.Context(), New, c.args...)
			if fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) {
				t.Errorf("error %v (kind %d)", err, fault.KindOf(err))
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, c.hint) {
				t.Errorf("hints %q", hints)
			}
			if len(s.cloud.writes) > 0 && s.cloud.deny == "" {
				t.Errorf("wrote %q", s.cloud.writes)
			}
			if len(s.cloud.resources.clusters) > 0 && s.cloud.deny != "" {
				t.Errorf("made a cluster that nobody could enter")
			}
		})
	}
}
