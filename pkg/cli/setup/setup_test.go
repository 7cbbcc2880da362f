package setup

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// shell runs commands against a fakeCloud, with no terminal.
type shell struct {
	typed    string // what a person types at the terminal; "": there is none
	t        *testing.T
	cloud    *fakeCloud
	file     string // kubeconfig
	out, err bytes.Buffer
}

func newShell(t *testing.T) *shell {
	return &shell{t: t, cloud: newFakeCloud(), file: filepath.Join(t.TempDir(), "config")}
}

func (s *shell) factory() *factory.Factory {
	s.out.Reset()
	s.err.Reset()
	return &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader(s.typed), Out: &s.out, Err: &s.err, Width: 80,
			InTTY: s.typed != "", ErrTTY: s.typed != ""},
		Keepers: factory.Keepers{
			Directory: func(entra.Cloud, http.RoundTripper, token.Source) (factory.Directory, error) { return s.cloud, nil },
			Azure: func(entra.Cloud, http.RoundTripper, token.Source) (factory.Azure, error) {
				return &s.cloud.resources, nil
			},
		},
		Getenv: func(string) string { return "" },
		Now:    func() time.Time { now, _ := time.Parse(time.RFC3339, now0); return now },
		SignIn: func(context.Context, *factory.Factory) (token.Source, error) { return nil, nil },
	}
}

func (s *shell) run(ctx context.Context, command func(*factory.Factory) *cobra.Command, args ...string) error {
	s.t.Helper()
	cmd := command(s.factory())
	cmd.SetArgs(append(args, "--kubeconfig", s.file))
	cmd.SetOut(&s.err)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(ctx)
}

var (
	managed = []string{"--name", "myakscluster", "-g", "myResourceGroup", "-l", "eastus", "--create-admin-group", "aks-admins", "--yes"}
	article = []string{"--name", "myakscluster", "-g", "myResourceGroup", "-l", "eastus", "--integration", "apps", "--allow-retired", "--yes"}
)

func (s *shell) mustRun(command func(*factory.Factory) *cobra.Command, args ...string) {
	s.t.Helper()
	if err := s.run(s.t.Context(), command, args...); err != nil {
		s.t.Fatalf("%v\n%s%s", err, &s.out, &s.err)
	}
}

// golden compares with a file of testdata; UPDATE_GOLDEN=1 writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s is different:\n%s", path, got)
	}
	for line := range strings.Lines(got) {
		if strings.HasSuffix(name, ".txt") && len([]rune(strings.TrimSuffix(line, "\n"))) > planWidth {
			t.Errorf("%s: longer than %d columns: %s", name, planWidth, line)
		}
	}
}

func TestPlans(t *testing.T) {
	for name, args := range map[string][]string{"managed.txt": managed, "apps.txt": article,
		"article-permissions.txt": append(article[:len(article):len(article)], "--article-permissions")} {
		s := newShell(t)
		s.mustRun(New, append(args[:len(args):len(args)], "--dry-run")...)
		golden(t, name, s.out.String())
		if len(s.cloud.writes) > 0 {
			t.Errorf("%s: a dry run wrote %q", name, s.cloud.writes)
		}
	}
}

func TestPlanAsJSON(t *testing.T) {
	s := newShell(t)
	s.mustRun(New, append(managed[:len(managed):len(managed)], "--dry-run", "-o", "json")...)
	golden(t, "managed.json", s.out.String())
}

func TestSecondRunHasNothingToDo(t *testing.T) {
	for name, args := range map[string][]string{"managed": managed, "apps": article} {
		s := newShell(t)
		s.mustRun(New, args...)
		if bytes.Contains(s.out.Bytes(), []byte("value of")) || bytes.Contains(s.err.Bytes(), []byte("value of")) {
			t.Errorf("%s: a secret was printed", name)
		}
		before := len(s.cloud.writes)
		s.mustRun(New, args...)
		if len(s.cloud.writes) != before {
			t.Errorf("%s: the second run wrote %q", name, s.cloud.writes[before:])
		}
		if !strings.Contains(s.err.String(), "Nothing to do.") {
			t.Errorf("%s: %s", name, &s.err)
		}
		golden(t, name+"-again.txt", s.out.String())
	}
}

func TestKubeconfigOfSetup(t *testing.T) {
	s := newShell(t)
	s.mustRun(New, article...)
	data, err := os.ReadFile(s.file)
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "apps.kubeconfig", string(data))
}

func TestAsking(t *testing.T) {
	for _, c := range []struct {
		name, typed string
		made        bool
	}{
		{"yes", "myakscluster\nmyResourceGroup\neastus\n2\ny\n", true},
		{"no", "myakscluster\nmyResourceGroup\neastus\n2\nn\n", false},
		{"gone away", "myakscluster\nmyResourceGroup\neastus\n2\n", false},
	} {
		s := newShell(t)
		s.typed = c.typed
		s.cloud.resources.subscriptions = []aks.Subscription{{ID: "1", Name: "Dev"}, {ID: "2", Name: "Prod", Tenant: tenant}}
		err := s.run(t.Context(), New, "--create-admin-group", "aks-admins")
		if c.made != (err == nil) || err != nil && fault.KindOf(err) != fault.Cancelled {
			t.Errorf("%s: %v\n%s", c.name, err, &s.err)
		}
		if made := len(s.cloud.writes) > 0; made != c.made {
			t.Errorf("%s: wrote %q", c.name, s.cloud.writes)
		}
		if c.made && s.cloud.resources.clusters["myakscluster"].Subscription != "2" {
			t.Errorf("%s: another subscription than chosen", c.name)
		}
	}
}

func TestTeardownLeavesWhatIsNotOurs(t *testing.T) {
	s := newShell(t)
	s.mustRun(New, article...)
	s.cloud.apps = append(s.cloud.apps, entra.Application{ID: "theirs", UniqueName: "theirs"})
	s.mustRun(NewTeardown, "--name", "myakscluster", "-g", "myResourceGroup", "--yes")
	golden(t, "teardown.txt", s.out.String())
	if len(s.cloud.apps) != 1 || len(s.cloud.resources.clusters) != 0 || len(s.cloud.resources.groups) != 1 {
		t.Errorf("left: %v %v %v", s.cloud.apps, s.cloud.resources.clusters, s.cloud.resources.groups)
	}
	if data, _ := os.ReadFile(s.file); bytes.Contains(data, []byte("myakscluster")) {
		t.Errorf("kubeconfig still leads there:\n%s", data)
	}
	s.mustRun(NewTeardown, "--name", "myakscluster", "-g", "myResourceGroup", "--yes", "--delete-resource-group")
	if len(s.cloud.resources.groups) != 0 {
		t.Errorf("resource group is left")
	}
}

func TestTeardownOfOthers(t *testing.T) {
	s := newShell(t)
	s.cloud.resources.groups = map[string]aks.ResourceGroup{"g": {Name: "g"}}
	s.cloud.resources.clusters = map[string]*aks.Cluster{"c": {Name: "c", ResourceGroup: "g", State: "Succeeded"}}
	s.mustRun(NewTeardown, "--name", "c", "-g", "g", "--yes", "--delete-resource-group")
	if len(s.cloud.writes) > 0 {
		t.Errorf("wrote %q", s.cloud.writes)
	}
	s.mustRun(NewTeardown, "--name", "other", "-g", "g", "--yes")
	if !strings.Contains(s.err.String(), "Nothing to do.") {
		t.Errorf("%s", &s.err)
	}
}
