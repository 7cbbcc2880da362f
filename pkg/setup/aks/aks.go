// Package aks makes the steps that give an AKS cluster Entra sign-in: the
// resource group, the cluster, who may administer it, and the kubeconfig. It
// talks to nobody itself: what it needs of Azure, the directory and the cluster
// are the ports below. It changes no cluster that setup did not make.
package aks

import (
	"context"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// Options say which cluster, and who may enter it.
type Options struct {
	Subscription  aks.Subscription
	ResourceGroup string
	Name          string
	Location      string
	NodeCount     int32
	Integration   setup.Integration

	AdminGroup       string   // an existing group, by name or object id
	CreateAdminGroup string   // a group to make, with the caller in it
	Admins           []string // bound to cluster-admin over the local admin credential
	AzureRBAC        bool     // role assignments of Azure allow too; managed only
	AdminContext     bool     // also write the local admin credential to kubeconfig
	ContextName      string   // in kubeconfig; empty: the cluster's name

	// Before are steps that must be done before the cluster is made.
	Before []string
	// RemoveGroup lets teardown delete the resource group, if setup made it.
	RemoveGroup bool
}

// Ids of the steps that other rooms' steps refer to.
const (
	StepExisting = "existing-cluster" // looks whether there is a cluster
	StepCluster  = "cluster"
)

// Ports are what the steps need of the world.
type Ports struct {
	Azure      Azure
	People     People
	Access     Access
	Kubeconfig Kubeconfig
}

// Azure is what the steps need of ARM.
type Azure interface {
	ResourceGroups
	Clusters
	Credentials
}

// ResourceGroups reads and writes resource groups.
type ResourceGroups interface {
	ResourceGroup(ctx context.Context, subscription, name string) (aks.ResourceGroup, error)
	CreateResourceGroup(ctx context.Context, subscription string, g aks.ResourceGroup) error
	DeleteResourceGroup(ctx context.Context, subscription, name string) error
	Clusters(ctx context.Context, subscription string) ([]aks.Cluster, error)
}

// Clusters reads and writes one cluster.
type Clusters interface {
	Cluster(ctx context.Context, subscription, group, name string) (aks.Cluster, error)
	CreateCluster(ctx context.Context, spec aks.ClusterSpec) (aks.Cluster, error)
	DeleteCluster(ctx context.Context, subscription, group, name string) error
	TagCluster(ctx context.Context, subscription, group, name string, tags map[string]string) error
}

// builder makes the steps of one cluster.
type builder struct {
	Options
	Ports
	facts *setup.Facts
}

// Steps returns the steps for one cluster, made of the facts that other rooms'
// steps leave and need. An option that cannot work is refused here, before
// anything is made.
func Steps(o Options, p Ports, facts *setup.Facts) ([]setup.Step, error) {
	if o.Integration == setup.Managed && o.AdminGroup == "" && o.CreateAdminGroup == "" && len(o.Admins) == 0 {
		return nil, fault.New(fault.Usage, "nobody could enter this cluster: it would have no administrator",
			"add --admin user@contoso.com (repeatable): that person becomes cluster-admin",
			"or --admin-group NAME: an existing group of administrators, by name or object id",
			"or --create-admin-group NAME: a new group with you in it")
	}
	if o.AdminGroup != "" && o.CreateAdminGroup != "" {
		return nil, fault.New(fault.Usage, "--admin-group and --create-admin-group exclude each other")
	}
	return newBuilder(o, p, facts).steps(), nil
}

// Unbuilt returns the same steps for setup.Undo: only their Undo counts, so
// that nobody needs to be named as administrator.
func Unbuilt(o Options, p Ports, facts *setup.Facts) []setup.Step {
	return newBuilder(o, p, facts).steps()
}

func newBuilder(o Options, p Ports, facts *setup.Facts) *builder {
	return &builder{Options: o, Ports: p, facts: facts}
}

func (b *builder) steps() []setup.Step {
	steps := []setup.Step{
		{ID: StepExisting, Make: setup.Action{Title: "look for cluster " + b.Name, Quiet: true, Check: b.lookExisting}},
		b.resourceGroup(),
	}
	if b.group() != "" {
		steps = append(steps, b.adminGroup())
	}
	if len(b.Admins) > 0 {
		steps = append(steps, setup.Step{ID: "admins", Make: setup.Action{Title: "find the administrators", Quiet: true, Check: b.findAdmins}})
	}
	needs := slices.Clone(b.Before)
	for _, s := range steps {
		needs = append(needs, s.ID)
	}
	steps = append(steps, b.cluster(needs), b.userContext())
	if b.AdminContext {
		steps = append(steps, b.adminContext())
	}
	if len(b.Admins) > 0 || b.bindsGroup() {
		steps = append(steps, b.adminBinding())
	}
	return steps
}

// group is the admin group's name, or its id, or "".
func (b *builder) group() string { return b.AdminGroup + b.CreateAdminGroup }

// tags are on everything that setup makes in Azure.
func (b *builder) tags() map[string]string {
	return map[string]string{aks.TagOwned: string(b.Integration)}
}

// spec is the cluster as it is wanted.
func (b *builder) spec() aks.ClusterSpec {
	spec := aks.ClusterSpec{
		Subscription: b.Subscription.ID, ResourceGroup: b.ResourceGroup, Name: b.Name,
		Location: b.Location, NodeCount: b.NodeCount, Tags: b.tags(),
		Entra: aks.EntraProfile{Managed: b.Integration == setup.Managed, Tenant: b.Subscription.Tenant},
	}
	if spec.Entra.Managed {
		spec.Entra.AzureRBAC = b.AzureRBAC
		if group, ok := b.facts.AdminGroup.Get(); ok {
			spec.Entra.AdminGroups = []entra.ObjectID{group.ID}
		}
		return spec
	}
	secret := b.facts.Secret.Value()
	spec.Entra.ServerApp = b.facts.ServerApp.Value().ClientID
	spec.Entra.ClientApp = b.facts.ClientApp.Value().ClientID
	spec.ServerSecret = secret.Value
	if secret.KeyID != "" {
		spec.Tags[aks.TagSecretKeyID] = secret.KeyID
	}
	return spec
}
