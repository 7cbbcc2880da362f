package doctor

import (
	"context"
	"sync"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// source is the token of one entry's credential plugin, from our own cache.
type source func(ctx context.Context) (token.Token, error)

// Token implements checks.Tokens.
func (s source) Token(ctx context.Context) (token.Token, error) { return s(ctx) }

// tokens returns the silent source of an entry's tokens. A foreign plugin is
// not started: it may prompt, and it is somebody else's program.
func (c *command) tokens(e kubeconfig.Entry) (source, error) {
	if e.Exec == nil {
		return nil, fault.New(fault.Incomplete, "the context does not sign in with Entra ID")
	}
	if !gettoken.Ours(e.Exec) {
		return nil, fault.Newf(fault.Incomplete, "the sign-in is kept by %q, which doctor does not start", e.Exec.Command)
	}
	broker, req, err := gettoken.ContextOf(e, c.Getenv).Broker(c.Factory, c.methods, false)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (token.Token, error) { return broker.Token(ctx, req) }, nil
}

// cluster is an API server as one entry of the kubeconfig reaches it. It is
// opened at its first use, and never through a credential plugin.
type cluster struct {
	*command
	entry   kubeconfig.Entry
	tokens  source
	context string

	once sync.Once
	open *kube.Cluster
	err  error
}

func (c *cluster) get(ctx context.Context) (*kube.Cluster, error) {
	c.once.Do(func() { c.open, c.err = c.dial(ctx) })
	return c.open, c.err
}

func (c *cluster) dial(ctx context.Context) (*kube.Cluster, error) {
	if c.entry.Server == "" {
		return nil, fault.New(fault.Incomplete, "the kubeconfig names no cluster")
	}
	if c.entry.Exec == nil {
		flags := genericclioptions.NewConfigFlags(true)
		*flags.KubeConfig, *flags.Context = *c.Kube.KubeConfig, c.entry.Context
		return kube.Connect(flags)
	}
	if c.tokens == nil {
		return nil, fault.New(fault.Incomplete, "there is no token to send")
	}
	t, err := c.tokens(ctx)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Incomplete, Op: "there is no token to send", Err: err}
	}
	data, err := c.entry.WithToken(t.Access)
	if err != nil {
		return nil, err
	}
	return kube.FromKubeconfig(data)
}

// WhoAmI implements checks.Reviews.
func (c *cluster) WhoAmI(ctx context.Context) (checks.Identity, error) {
	k, err := c.get(ctx)
	if err != nil {
		return checks.Identity{}, err
	}
	id, err := k.WhoAmI(ctx)
	return checks.Identity{Username: id.Username, Groups: id.Groups, Extra: id.Extra}, err
}

// Allowed implements checks.Reviews.
func (c *cluster) Allowed(ctx context.Context, a checks.Action) (bool, string, error) {
	k, err := c.get(ctx)
	if err != nil {
		return false, "", err
	}
	return k.Allowed(ctx, attributes(a))
}

// AllowedFor implements checks.Reviews.
func (c *cluster) AllowedFor(ctx context.Context, who checks.Identity, a checks.Action) (bool, string, error) {
	k, err := c.get(ctx)
	if err != nil {
		return false, "", err
	}
	return k.AllowedFor(ctx, kube.Identity{Username: who.Username, Groups: who.Groups, Extra: who.Extra}, attributes(a))
}

// List implements checks.Bindings.
func (c *cluster) List(ctx context.Context, namespace string) ([]binding.Binding, error) {
	k, err := c.get(ctx)
	if err != nil {
		return nil, err
	}
	return rbac.New(k).List(ctx, namespace)
}

func attributes(a checks.Action) kube.Attributes {
	return kube.Attributes{Verb: a.Verb, Group: a.Group, Resource: a.Resource, Namespace: a.Namespace}
}
