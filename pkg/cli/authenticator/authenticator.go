// Package authenticator finds out for the commands how the cluster of the
// kubeconfig names principals. What follows from what is seen, the naming room
// decides.
package authenticator

import (
	"cmp"
	"context"
	"os"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Find returns how the cluster of a context names principals; "" is the current
// one. Where cluster or apps is nil it is not asked.
func Find(ctx context.Context, f *factory.Factory, name string, cluster *kube.Cluster, apps naming.Directory) (naming.Naming, error) {
	name = cmp.Or(name, *f.Kube.Context)
	at, _, _ := gettoken.FindContext(f, *f.Kube.KubeConfig, name) // what is wrong with it, the connection tells
	s := naming.Sight{Apps: apps}
	if cluster != nil {
		s.Cluster = shown{cluster}
	}
	if f.Claims != nil {
		s.Claims = func(ctx context.Context) (entra.Claims, error) { return f.Claims(ctx, f, name) }
	}
	return Detect(ctx, f, at.Entry, s)
}

// Detect adds to what can be seen what the command line and an entry of the
// kubeconfig say, and returns what follows.
func Detect(ctx context.Context, f *factory.Factory, e kubeconfig.Entry, s naming.Sight) (naming.Naming, error) {
	var err error
	s.Address = e.Server
	s.Server, s.Tenant = told(e, f.Getenv)
	if t := f.Management.TenantID; entra.IsGUID(t) {
		s.Tenant = entra.TenantID(strings.ToLower(t))
	}
	if s.Asked, err = asked(f.Authenticator, s.Tenant); err != nil {
		return naming.Naming{}, err
	}
	n, err := naming.Detect(ctx, s)
	return n.WithPrefixes(f.Authenticator.UserPrefix, f.Authenticator.GroupPrefix), err
}

// told is the server app and the tenant that a context's credential plugin is
// told; ours and Azure/kubelogin have the same flags.
func told(e kubeconfig.Entry, getenv func(string) string) (string, entra.TenantID) {
	if e.Exec == nil || len(e.Exec.Args) == 0 {
		return "", ""
	}
	cmd, err := token.Parse(e.Exec.Args[1:], gettoken.ContextOf(e, getenv).Getenv)
	if err != nil {
		return "", ""
	}
	if !entra.IsGUID(cmd.Tenant) {
		return cmd.Audience(), ""
	}
	return cmd.Audience(), entra.TenantID(cmd.Tenant)
}

// asked is what the command line says, or nil.
func asked(a factory.Authenticator, tenant entra.TenantID) (*naming.Naming, error) {
	switch {
	case a.Kind != "" && a.Configuration != "":
		return nil, fault.New(fault.Usage, "--authenticator and --authentication-config exclude each other")
	case a.Kind != "":
		n, err := naming.Of(naming.Kind(a.Kind))
		n.Why = "by --authenticator " + a.Kind
		return &n, err
	case a.Configuration != "":
		data, err := os.ReadFile(a.Configuration)
		if err != nil {
			return nil, fault.Wrap(fault.Usage, "read the AuthenticationConfiguration", err)
		}
		n, err := naming.ParseConfiguration(data, tenant)
		return &n, fault.Wrap(fault.Usage, a.Configuration, err)
	}
	return nil, nil
}

// shown is a cluster as naming looks at it.
type shown struct{ *kube.Cluster }

// Record implements naming.Cluster.
func (s shown) Record(ctx context.Context) (naming.Record, error) { return Record(ctx, s.Cluster) }

// Caller implements naming.Cluster.
func (s shown) Caller(ctx context.Context) (naming.Identity, error) { return Caller(ctx, s.Cluster) }

// Caller returns who a cluster takes us for.
func Caller(ctx context.Context, c *kube.Cluster) (naming.Identity, error) {
	who, err := c.WhoAmI(ctx)
	return naming.Identity{Username: who.Username, Groups: who.Groups, Extra: who.Extra}, err
}
