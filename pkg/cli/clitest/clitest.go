// Package clitest sets a stage for tests of commands: a small API server, a
// small directory and captured streams. It plays no command itself.
package clitest

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// RBAC is the path of the bindings' API.
const RBAC = "/apis/rbac.authorization.k8s.io/v1"

// People are in the directory at first.
var People = []entra.Principal{
	{ID: "a11ce000-0000-4000-8000-000000000001", Kind: entra.User, Name: "Alice Example", UPN: "Alice@contoso.com"},
	{ID: "ca401000-0000-4000-8000-000000000002", Kind: entra.User, Name: "Carol", Mail: "carol@fabrikam.com", External: true,
		UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"},
	{ID: "9100b000-0000-4000-8000-000000000003", Kind: entra.Group, Name: "Platform Team", SecurityEnabled: true},
	{ID: "c1b07000-0000-4000-8000-000000000004", Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: "c1b07000-0000-4000-8000-00000000000c"},
	{ID: "b0b00000-0000-4000-8000-000000000005", Kind: entra.User, Name: "Bob", UPN: "bob@contoso.com"},
	{ID: "e0110000-0000-4000-8000-000000000006", Kind: entra.Group, Name: "\x1b[2J\x1b]0;owned\a\u202eEvil\nTeam", SecurityEnabled: true},
	{ID: "7a100000-0000-4000-8000-000000000007", Kind: entra.Group, Name: "Twin", SecurityEnabled: true},
	{ID: "7a200000-0000-4000-8000-000000000008", Kind: entra.Group, Name: "Twin", SecurityEnabled: true},
}

// Directory finds people by name and id. With Err it answers nothing else.
type Directory struct {
	factory.Directory
	People []entra.Principal
	Err    error
	Asked  int // how many references were looked up
}

// Find implements directory.Lookup.
func (d *Directory) Find(_ context.Context, ref directory.Ref) (found []entra.Principal, err error) {
	d.Asked++
	for _, p := range d.People {
		if slices.ContainsFunc([]string{p.Name, p.UPN, p.Mail, string(p.ID), string(p.ClientID)}, func(s string) bool { return strings.EqualFold(s, ref.Text) }) {
			found = append(found, p)
		}
	}
	return found, d.Err
}

// FindAll implements directory.Bulk.
func (d *Directory) FindAll(ctx context.Context, refs []directory.Ref, _ func(done, total int)) (found [][]entra.Principal, err error) {
	for _, ref := range refs {
		list, _ := d.Find(ctx, ref)
		found = append(found, list)
	}
	return found, d.Err
}

// Members implements directory.Roster: nobody is in any group.
func (*Directory) Members(context.Context, []entra.ObjectID, bool) (map[entra.ObjectID][]entra.Principal, error) {
	return nil, nil
}

// Organization implements directory.Tenant.
func (*Directory) Organization(context.Context) (entra.Organization, error) {
	return entra.Organization{Name: "Contoso", Domains: []string{"contoso.com"}}, nil
}

// Stage is one administrator at one cluster with the namespaces team and prod.
type Stage struct {
	*factory.Factory
	Cluster  *kubetest.Server
	People   *Directory
	Out, Err bytes.Buffer
}

// Start sets a stage. It is 2026-01-02T03:04:05Z there.
func Start(t testing.TB) *Stage {
	t.Helper()
	s := &Stage{People: &Directory{People: slices.Clone(People)}, Cluster: NewCluster(t)}
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, s.Cluster.Kubeconfig(), 0o600); err != nil {
		t.Fatal(err)
	}
	s.Factory = &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader(""), Out: &s.Out, Err: &s.Err, Width: 80},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		SignIn: func(context.Context, *factory.Factory) (token.Source, error) {
			return func(context.Context, string) (token.Token, error) {
				return token.Token{}, errors.New("no token in tests")
			}, nil
		},
	}
	s.Kube = genericclioptions.NewConfigFlags(false)
	*s.Kube.KubeConfig = config
	s.Keepers.Directory = func(entra.Cloud, http.RoundTripper, token.Source) (factory.Directory, error) { return s.People, nil }
	return s
}

// NewCluster runs an API server with what stages have.
func NewCluster(t testing.TB) *kubetest.Server {
	return kubetest.Start(t, "/api/v1/namespaces/team", "/api/v1/namespaces/prod",
		RBAC+"/clusterroles/view", RBAC+"/clusterroles/edit", RBAC+"/clusterroles/cluster-admin",
		RBAC+"/namespaces/prod/roles/deployer")
}

// Do runs a command with arguments; Out and Err hold what it wrote.
func (s *Stage) Do(t testing.TB, command func(*factory.Factory) *cobra.Command, args ...string) error {
	t.Helper()
	s.Out.Reset()
	s.Factory.Out, s.Factory.Err = &s.Out, &s.Err
	s.Err.Reset()
	cmd := command(s.Factory)
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(t.Context())
}

// MustDo is Do for commands that have to work.
func (s *Stage) MustDo(t testing.TB, command func(*factory.Factory) *cobra.Command, args ...string) {
	t.Helper()
	if err := s.Do(t, command, args...); err != nil {
		t.Fatalf("%q: %v", args, err)
	}
}

// Foreign puts somebody else's binding of a cluster role into a namespace, or
// with "" into the whole cluster.
func (s *Stage) Foreign(namespace, name, role string, users ...string) {
	path := RBAC + "/clusterrolebindings/" + name
	if namespace != "" {
		path = RBAC + "/namespaces/" + namespace + "/rolebindings/" + name
	}
	var subjects []any
	for _, u := range users {
		subjects = append(subjects, map[string]any{"kind": "User", "name": u})
	}
	s.Cluster.Put(path, map[string]any{"roleRef": map[string]any{"kind": "ClusterRole", "name": role}, "subjects": subjects})
}
