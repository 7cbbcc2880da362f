// Package journey_test runs setup and teardown with the real keepers of Graph
// and ARM against the sandbox, in a folder of its own because it links
// msgraph-sdk-go. No API server runs: what happens in a cluster is tested
// elsewhere.
package journey_test

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

	"github.com/kubectl-aad/kubectl-aad/pkg/azure/arm"
	"github.com/kubectl-aad/kubectl-aad/pkg/azure/graph"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// shell is somebody's command line in front of a sandbox.
type shell struct {
	t        *testing.T
	sandbox  *sandbox.Sandbox
	file     string
	way      func(http.RoundTripper) http.RoundTripper // to the services; nil: straight
	out, err bytes.Buffer
}

func start(t *testing.T, delay time.Duration) *shell {
	t.Helper()
	dir := t.TempDir()
	sb, err := sandbox.Start(t.Context(), sandbox.Options{Dir: filepath.Join(dir, "s"), ReplicationDelay: delay})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { sb.Close() })
	return &shell{t: t, sandbox: sb, file: filepath.Join(dir, "config")}
}

// run runs a command as one of the sandbox's people.
func (s *shell) run(ctx context.Context, who string, command func(*factory.Factory) *cobra.Command, args ...string) error {
	s.t.Helper()
	s.out.Reset()
	s.err.Reset()
	f := &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader(""), Out: &s.out, Err: &s.err, Width: 80},
		Getenv:  func(string) string { return "" }, Now: time.Now, CloudName: s.sandbox.CloudFile(),
		Keepers: factory.Keepers{
			Directory: func(c entra.Cloud, rt http.RoundTripper, src token.Source) (factory.Directory, error) {
				return graph.New(c, s.through(rt), src)
			},
			Azure: func(c entra.Cloud, rt http.RoundTripper, src token.Source) (factory.Azure, error) {
				return arm.New(c, s.through(rt), src)
			},
		},
		SignIn: func(context.Context, *factory.Factory) (token.Source, error) {
			return func(_ context.Context, scope string) (token.Token, error) {
				access, err := s.sandbox.Token(who, string(entra.AzureCLI), strings.TrimSuffix(scope, "/.default"))
				return token.Token{Access: safetext.Secret(access), Expires: time.Now().Add(time.Hour)}, err
			}, nil
		},
	}
	cmd := command(f)
	cmd.SetArgs(append(args, "--kubeconfig", s.file))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(ctx)
}

func (s *shell) through(rt http.RoundTripper) http.RoundTripper {
	if s.way == nil {
		return rt
	}
	return s.way(rt)
}

func (s *shell) mustRun(who string, command func(*factory.Factory) *cobra.Command, args ...string) {
	s.t.Helper()
	if err := s.run(s.t.Context(), who, command, args...); err != nil {
		s.t.Fatalf("%v\nhints %q\n%s%s", err, fault.Hints(err), &s.out, &s.err)
	}
}

var (
	here    = []string{"--name", "myakscluster", "-g", "myResourceGroup"}
	managed = append(here[:4:4], "-l", "eastus", "--yes", "--admin-group", "platform-team")
	article = append(here[:4:4], "-l", "eastus", "--yes", "--integration", "apps", "--allow-retired")
)

func TestSetupAgainAndTeardown(t *testing.T) {
	for name, args := range map[string][]string{"managed": managed, "apps": article,
		"article's permissions": append(article[:len(article):len(article)], "--article-permissions"),
		"new group":             append(managed[:7:7], "--create-admin-group", "aks-admins")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, 0)
			s.mustRun("admin", setup.New, args...)
			s.mustRun("admin", setup.New, args...)
			if !strings.Contains(s.err.String(), "Nothing to do.") {
				t.Errorf("second run:\n%s%s", &s.out, &s.err)
			}
			config, err := os.ReadFile(s.file)
			if err != nil || !strings.Contains(string(config), "--cloud\n      - "+s.sandbox.CloudFile()) {
				t.Errorf("kubeconfig %v\n%s", err, config)
			}
			s.mustRun("alice", kubeconfig.New, "-g", "myResourceGroup", "-n", "myakscluster", "--context", "alice")
			s.mustRun("admin", setup.NewTeardown, append(here[:4:4], "--yes", "--delete-resource-group")...)
			s.mustRun("admin", setup.NewTeardown, append(here[:4:4], "--yes", "--delete-resource-group")...)
			if !strings.Contains(s.err.String(), "Nothing to do.") {
				t.Errorf("second teardown:\n%s%s", &s.out, &s.err)
			}
			s.mustRun("admin", setup.New, append(args[:len(args):len(args)], "--dry-run")...)
			if !strings.Contains(s.out.String(), "steps to do.") || strings.Contains(s.out.String(), "myakscluster exists") {
				t.Errorf("after teardown:\n%s", &s.out)
			}
		})
	}
}

func TestReplicationDelay(t *testing.T) {
	t.Parallel()
	s := start(t, 400*time.Millisecond)
	s.mustRun("admin", setup.New, article...)
	time.Sleep(500 * time.Millisecond) // until every replica has heard of everything
	s.mustRun("admin", setup.New, article...)
	if !strings.Contains(s.err.String(), "Nothing to do.") {
		t.Errorf("second run:\n%s%s", &s.out, &s.err)
	}
}

func TestRefusalsOfAzure(t *testing.T) {
	t.Parallel()
	s := start(t, 0)
	if err := s.run(t.Context(), "alice", setup.New, managed...); fault.KindOf(err) != fault.Forbidden || len(fault.Hints(err)) == 0 {
		t.Errorf("without rights: %v %q", err, fault.Hints(err))
	}
	if err := s.sandbox.Fault("arm", "legacy-retired", 0, ""); err != nil {
		t.Fatal(err)
	}
	err := s.run(t.Context(), "admin", setup.New, article...)
	if err == nil || !strings.Contains(strings.Join(fault.Hints(err), "\n"), "--integration managed") {
		t.Errorf("retired: %v %q", err, fault.Hints(err))
	}
	s.mustRun("admin", setup.NewTeardown, append(here[:4:4], "--yes")...)
	if !strings.Contains(s.out.String(), "- delete the server app") {
		t.Errorf("teardown:\n%s", &s.out)
	}
}
