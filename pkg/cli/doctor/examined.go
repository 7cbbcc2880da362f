package doctor

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// examined puts the case together. What is missing in it becomes a finding;
// only a kubeconfig that cannot be read and a --for that names nobody are
// errors.
func (c *command) examined(ctx context.Context) (*checks.Case, error) {
	entries, current, err := kubeconfig.Load(*c.Kube.KubeConfig, c.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	raw, missing := pick(entries, cmp.Or(*c.Kube.Context, current))
	if r, err := request(raw, c.Getenv); err == nil {
		c.CloudName = cmp.Or(c.CloudName, r.Cloud.Argument())
		c.SignIn = orIn(c.SignIn, r.Tenant)
	}
	cloud, err := c.Cloud()
	if err != nil {
		return nil, err
	}
	entry := c.entry(raw, missing)
	k := &checks.Case{Now: c.Now, Getenv: c.Getenv, Cloud: cloud, Entry: entry, Context: *c.Kube.Context, AdminContext: c.adminContext,
		Network: checks.Prober{Proxy: http.ProxyFromEnvironment, Now: c.Now}}
	c.connect(ctx, k, entries, raw)
	if c.for_ != "" {
		return k, c.somebody(ctx, k)
	}
	return k, nil
}

// connect fills the case's ports, or says why one is missing.
func (c *command) connect(ctx context.Context, k *checks.Case, entries []kubeconfig.Entry, raw kubeconfig.Entry) {
	tokens, err := c.tokens(raw)
	k.Because.Tokens = err
	if tokens != nil {
		k.Tokens = tokens
	}
	own := &cluster{entry: raw, command: c, tokens: tokens}
	seen := namer{own: own, by: own}
	k.Reviews, k.Bindings = own, own
	if c.adminContext != "" {
		admin, missing := pick(entries, c.adminContext)
		if missing == "" {
			adminTokens, _ := c.tokens(admin)
			by := &cluster{entry: admin, command: c, tokens: adminTokens, context: c.adminContext}
			k.Bindings, seen.by = by, by
			if c.for_ != "" {
				k.Reviews = by
			}
		} else {
			k.Bindings, k.Because.Cluster = nil, fault.New(fault.Config, missing, "kubectl config get-contexts")
		}
	}
	if dir, err := c.Directory(ctx); err == nil {
		k.Directory = dir
	} else {
		k.Because.Directory = err
	}
	seen.apps = k.Directory
	k.Naming = seen
	if azure, err := c.Azure(ctx); err == nil {
		k.Azure = azure
	} else {
		k.Because.Azure = err
	}
}

// somebody resolves --for.
func (c *command) somebody(ctx context.Context, k *checks.Case) error {
	ref, err := directory.ParseRef(c.for_)
	if err != nil {
		return err
	}
	if k.Directory == nil {
		return fault.Wrap(fault.SignIn, "look up "+ref.String(), k.Because.Directory)
	}
	p, err := directory.Resolver{Lookup: k.Directory}.Resolve(ctx, ref)
	if err != nil {
		return err
	}
	k.For = &p
	return nil
}

// pick finds a context, or says what is missing of it.
func pick(entries []kubeconfig.Entry, name string) (kubeconfig.Entry, string) {
	if name == "" {
		return kubeconfig.Entry{}, "the kubeconfig has no current context"
	}
	i := slices.IndexFunc(entries, func(e kubeconfig.Entry) bool { return e.Context == name })
	switch {
	case i < 0:
		return kubeconfig.Entry{Context: name}, fmt.Sprintf("the kubeconfig has no context %q", name)
	case entries[i].Server == "":
		return entries[i], fmt.Sprintf("context %q names the cluster %q, which has no address in the kubeconfig", name, entries[i].Cluster)
	}
	return entries[i], ""
}

// entry is a kubeconfig entry as the checks look at it.
func (c *command) entry(e kubeconfig.Entry, missing string) checks.Entry {
	out := checks.Entry{Context: e.Context, Cluster: e.Cluster, User: e.User, Server: e.Server,
		Namespace: cmp.Or(c.namespace, e.Namespace), CA: e.CA, Insecure: e.Insecure, Missing: missing,
		AuthProvider: e.AuthProvider, Certificate: len(e.ClientCert) > 0, Token: e.HasToken}
	if e.CA == nil && e.CAFile != "" {
		pem, err := os.ReadFile(e.CAFile)
		if err != nil {
			out.Missing = fmt.Sprintf("the CA of cluster %q: %v", e.Cluster, err)
		}
		out.CA = pem
	}
	if e.Exec != nil {
		out.Exec = &checks.Exec{Command: e.Exec.Command, Args: e.Exec.Args, Env: e.Exec.Env, APIVersion: e.Exec.APIVersion}
		if _, err := c.lookPath(e.Exec.Command); err != nil {
			out.CommandFound = err
		}
	}
	return out
}

// request reads what an entry's credential plugin is told to get.
func request(e kubeconfig.Entry, getenv func(string) string) (token.Request, error) {
	if e.Exec == nil || len(e.Exec.Args) == 0 {
		return token.Request{}, fault.New(fault.Config, "the kubeconfig's user runs no credential plugin that is known here")
	}
	cmd, err := token.Parse(e.Exec.Args[1:], func(name string) string { return cmp.Or(e.Exec.Env[name], getenv(name)) })
	return cmd.Request, err
}
