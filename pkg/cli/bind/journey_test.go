package bind

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const rbacPath = "/apis/rbac.authorization.k8s.io/v1"

var staff = []entra.Principal{
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
	err     error
	members error // of reading members
}

func (c contoso) Find(_ context.Context, ref directory.Ref) (found []entra.Principal, err error) {
	for _, p := range staff {
		for _, s := range []string{p.Name, p.UPN, p.Mail, string(p.ID)} {
			if strings.EqualFold(s, ref.Text) {
				found = append(found, p)
			}
		}
	}
	return found, c.err
}

func (c contoso) FindAll(ctx context.Context, refs []directory.Ref, _ func(done, total int)) (found [][]entra.Principal, err error) {
	for _, ref := range refs {
		list, _ := c.Find(ctx, ref)
		found = append(found, list)
	}
	return found, c.err
}

// Members are three in every group: a member of contoso, a guest, a disabled.
func (c contoso) Members(_ context.Context, groups []entra.ObjectID, _ bool) (map[entra.ObjectID][]entra.Principal, error) {
	members := map[entra.ObjectID][]entra.Principal{}
	for _, id := range groups {
		members[id] = []entra.Principal{staff[0], staff[1], staff[4]}
	}
	return members, c.members
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
