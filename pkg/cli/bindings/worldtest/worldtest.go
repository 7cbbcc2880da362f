// Package worldtest is a small world for the tests of the commands that read
// bindings: a directory in memory and an API server without RBAC. It imitates
// neither's refusals.
package worldtest

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

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// RBAC is the path of the API group.
const RBAC = "/apis/rbac.authorization.k8s.io/v1"

// The people of contoso.com. Alice is in Inner, which is in Platform.
var (
	Alice    = entra.Principal{ID: "a11ce000-0000-4000-8000-000000000001", Kind: entra.User, Name: "Alice Example", UPN: "alice@contoso.com", Mail: "a.example@contoso.com"}
	Carol    = entra.Principal{ID: "ca401000-0000-4000-8000-000000000002", Kind: entra.User, Name: "Carol", Mail: "carol@fabrikam.com", External: true, UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"}
	Dave     = entra.Principal{ID: "dabe0000-0000-4000-8000-000000000005", Kind: entra.User, Name: "Dave", UPN: "dave@contoso.com", Disabled: true}
	Platform = entra.Principal{ID: "9100b000-0000-4000-8000-000000000003", Kind: entra.Group, Name: "Platform Team", SecurityEnabled: true}
	Inner    = entra.Principal{ID: "111e4000-0000-4000-8000-000000000006", Kind: entra.Group, Name: "Inner", SecurityEnabled: true}
	Bot      = entra.Principal{ID: "c1b07000-0000-4000-8000-000000000004", Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: "c1b07000-0000-4000-8000-00000000000c"}
	Evil     = entra.Principal{ID: "e0110000-0000-4000-8000-000000000007", Kind: entra.Group, Name: "=cmd|'/C calc'!A0\x1b[2J\u202e</script><img src=x onerror=alert(1)>", SecurityEnabled: true}
)

// BotApp is the object id of the bot's app registration.
const BotApp = "c1b07000-0000-4000-8000-0000000000aa"

// Contoso is the directory.
type Contoso struct {
	factory.Directory
	People  []entra.Principal
	Inside  map[entra.ObjectID][]entra.Principal // direct members
	Err     error
	Lookups int
}

// NewContoso returns the directory with everybody in it.
func NewContoso() *Contoso {
	return &Contoso{People: []entra.Principal{Alice, Carol, Dave, Platform, Inner, Bot, Evil},
		Inside: map[entra.ObjectID][]entra.Principal{Platform.ID: {Inner, Carol}, Inner.ID: {Alice}, Evil.ID: {Dave}}}
}

// Find implements directory.Lookup.
func (c *Contoso) Find(_ context.Context, ref directory.Ref) ([]entra.Principal, error) {
	var found []entra.Principal
	for _, p := range c.People {
		names := map[directory.By][]string{directory.Name: {p.Name}, directory.ClientID: {string(p.ClientID)},
			directory.UPNOrMail: {p.UPN, p.Mail}, directory.ID: {string(p.ID), string(p.ClientID)}}[ref.By]
		if p.ID == Bot.ID && ref.By == directory.ID {
			names = append(names, BotApp)
		}
		for _, s := range names {
			if s != "" && strings.EqualFold(s, ref.Text) && (ref.Kind == "" || ref.Kind == p.Kind) {
				found = append(found, p)
				break
			}
		}
	}
	return found, c.Err
}

// FindAll implements factory.Many.
func (c *Contoso) FindAll(ctx context.Context, refs []directory.Ref, progress func(done, total int)) ([][]entra.Principal, error) {
	c.Lookups++
	found := make([][]entra.Principal, len(refs))
	for i, ref := range refs {
		found[i], _ = c.Find(ctx, ref)
	}
	if progress != nil {
		progress(len(refs), len(refs))
	}
	return found, c.Err
}

// Principals implements factory.Principals.
func (c *Contoso) Principals(_ context.Context, ids []entra.ObjectID) ([]entra.Principal, error) {
	c.Lookups++
	var found []entra.Principal
	for _, id := range ids {
		for _, p := range c.People {
			if p.ID == id {
				found = append(found, p)
			}
		}
	}
	return found, c.Err
}

// Members implements factory.Many.
func (c *Contoso) Members(_ context.Context, groups []entra.ObjectID, groupsOnly bool) (map[entra.ObjectID][]entra.Principal, error) {
	all := map[entra.ObjectID][]entra.Principal{}
	for _, id := range groups {
		for _, p := range c.Inside[id] {
			if !groupsOnly || p.Kind == entra.Group {
				all[id] = append(all[id], p)
			}
		}
	}
	return all, c.Err
}

// MemberGroups implements factory.Groups.
func (c *Contoso) MemberGroups(_ context.Context, p entra.Principal, _ bool) ([]entra.ObjectID, error) {
	in := map[entra.ObjectID]bool{p.ID: true}
	var list []entra.ObjectID
	for again := true; again; {
		again = false
		for id, members := range c.Inside {
			for _, m := range members {
				if in[m.ID] && !in[id] {
					in[id], again = true, true
					list = append(list, id)
				}
			}
		}
	}
	return list, c.Err
}

// Organization implements factory.Principals.
func (c *Contoso) Organization(context.Context) (entra.Organization, error) {
	return entra.Organization{Name: "Contoso", InitialDomain: "contoso.onmicrosoft.com", Domains: []string{"contoso.com"}}, c.Err
}

// World is one administrator at one cluster.
type World struct {
	*factory.Factory
	*Contoso
	Server *kubetest.Server
	Stdout bytes.Buffer
	Stderr bytes.Buffer
}

// Noon is the time in tests.
var Noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// Start returns a world that ends with the test.
func Start(t testing.TB) *World {
	t.Helper()
	w := &World{Contoso: NewContoso(), Server: kubetest.Start(t, "/api/v1/namespaces/dev", "/api/v1/namespaces/prod")}
	config := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(config, w.Server.Kubeconfig(), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Factory = &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader(""), Out: &w.Stdout, Err: &w.Stderr, Width: 80},
		Getenv:  func(string) string { return "" },
		Now:     func() time.Time { return Noon },
		SignIn: func(context.Context, *factory.Factory) (token.Source, error) {
			return func(context.Context, string) (token.Token, error) {
				return token.Token{}, errors.New("no token in tests")
			}, nil
		},
		Kube: genericclioptions.NewConfigFlags(false),
	}
	*w.Kube.KubeConfig = config
	w.Keepers.Directory = func(entra.Cloud, http.RoundTripper, token.Source) (factory.Directory, error) { return w.Contoso, nil }
	return w
}

// Blind takes the right to read the directory away.
func (w *World) Blind() { w.Contoso.Err = fault.New(fault.Forbidden, "Directory.Read.All is missing") }

// Bind stores a binding of somebody else's: in a namespace, or with "" in the
// whole cluster. The role is ClusterRole/NAME or Role/NAME; subjects are
// User/NAME, Group/NAME or ServiceAccount/NAME.
func (w *World) Bind(namespace, name, role string, subjects ...string) map[string]any {
	kind, roleName, _ := strings.Cut(role, "/")
	list := []any{}
	for _, s := range subjects {
		k, n, _ := strings.Cut(s, "/")
		list = append(list, map[string]any{"kind": k, "name": n, "apiGroup": "rbac.authorization.k8s.io"})
	}
	path := RBAC + "/clusterrolebindings/" + name
	if namespace != "" {
		path = RBAC + "/namespaces/" + namespace + "/rolebindings/" + name
	}
	object := map[string]any{"roleRef": map[string]any{"kind": kind, "name": roleName}, "subjects": list}
	w.Server.Put(path, object)
	return object
}

// Run runs a command and forgets what was printed before.
func (w *World) Run(t testing.TB, cmd *cobra.Command, args ...string) error {
	t.Helper()
	w.Stdout.Reset()
	w.Stderr.Reset()
	cmd.SetArgs(args)
	cmd.SetOut(&w.Stdout)
	cmd.SetErr(&w.Stderr)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(t.Context())
}
