// Package plane is Azure's side of who may do what in an AKS cluster with Azure
// RBAC: it finds the cluster of a context, reads its role assignments, and gives
// and takes them for bind and unbind. What they come to is pkg/audit's to say.
package plane

import (
	"context"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Parse reads the flag --plane of bind and unbind: is Azure meant? The error is of
// kind fault.Usage.
func Parse(flag string) (azure bool, err error) {
	switch audit.Plane(flag) {
	case audit.PlaneAzure:
		return true, nil
	case audit.PlaneKubernetes:
		return false, nil
	}
	return false, fault.Newf(fault.Usage, "--plane is kubernetes or azure, not %q", flag)
}

// Context tells what the kubeconfig says of the cluster that a command is about.
// Possible is false where it cannot have Azure RBAC: then nobody need be asked.
func Context(f *factory.Factory) (m aks.Mark, possible bool, err error) {
	c, found, err := gettoken.FindContext(f, *f.Kube.KubeConfig, *f.Kube.Context)
	if err != nil || !found {
		return m, false, err
	}
	m = aks.Mark{Server: c.Server, Cluster: c.Cluster, User: c.User}
	if c.Exec != nil && len(c.Exec.Args) > 0 {
		if cmd, err := token.Parse(c.Exec.Args[1:], c.Getenv); err == nil {
			m.Audience = cmd.Request.Audience()
		}
	}
	return m, m.Managed(), nil
}

// Plane is the Azure plane of one cluster.
type Plane struct {
	Cluster aks.Cluster
	azure   factory.Azure
}

// Find returns the Azure plane of the context's cluster, or nil without an error
// where there is none. An error is why it is not known.
func Find(ctx context.Context, f *factory.Factory) (*Plane, error) {
	mark, possible, err := Context(f)
	if err != nil || !possible {
		return nil, err
	}
	azure, err := f.Azure(ctx)
	if err != nil {
		return nil, err
	}
	c, err := aks.Find(ctx, azure, mark)
	switch {
	case err != nil:
		return nil, err
	case c == nil:
		return nil, fault.Newf(fault.NotFound, "this sign-in sees no AKS cluster with the address %s", mark.Server)
	case c.Entra == nil || !c.Entra.AzureRBAC:
		return nil, nil
	}
	return &Plane{*c, azure}, nil
}

// Bindings returns the role assignments that count in a namespace, or with ""
// anywhere in the cluster. Who has a role at one namespace alone may read them
// there.
func (p *Plane) Bindings(ctx context.Context, namespace string) ([]audit.Binding, error) {
	list, err := p.azure.Assignments(ctx, azurerbac.NamespaceScope(p.Cluster.ID, namespace), namespace == "")
	return audit.Assigned(list, p.Cluster.ID), err
}

// Denied reports whether the API server's own answers show that Azure has no say
// in the cluster: for who may not ask ARM. Somebody whom nobody knows is refused
// in Azure's words where it has one, as is what nobody can do.
func Denied(ctx context.Context, c *kube.Cluster) bool {
	ok, reason, err := c.AllowedFor(ctx, kube.Identity{Username: "nobody"}, kube.Attributes{Verb: "get", Resource: "pods"})
	if err != nil {
		ok, reason, err = c.Allowed(ctx, kube.Attributes{Verb: "get", Group: "aad.kubectl.dev", Resource: "nothing"})
	}
	return err == nil && !ok && !strings.Contains(reason, "Azure")
}

// must is Find for a command that is about the Azure plane alone.
func must(ctx context.Context, f *factory.Factory) (*Plane, error) {
	p, err := Find(ctx, f)
	if err != nil || p != nil {
		return p, fault.Wrap(fault.Failure, "find the Azure plane of the cluster", err)
	}
	return nil, fault.New(fault.Config, "this cluster has no Azure plane: Azure RBAC is off, or it is not AKS' own integration",
		"az aks update -g RESOURCE-GROUP -n CLUSTER --enable-azure-rbac",
		"without --plane azure: a binding of Kubernetes")
}
