package setup

import (
	"context"
	"fmt"
	"maps"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// fakeAzure is the resource manager's side of fakeCloud.
type fakeAzure struct {
	factory.Azure
	cloud         *fakeCloud
	subscriptions []aks.Subscription
	groups        map[string]aks.ResourceGroup
	clusters      map[string]*aks.Cluster
	secret        safetext.Secret // what the cluster was given last
}

const tenant entra.TenantID = "00000000-0000-0000-0000-0000000000aa"

func (a *fakeAzure) Subscriptions(context.Context) ([]aks.Subscription, error) {
	if a.subscriptions == nil {
		return []aks.Subscription{{ID: "00000000-0000-0000-0000-0000000000bb", Name: "Contoso", Tenant: tenant}}, nil
	}
	return a.subscriptions, nil
}

func (a *fakeAzure) ResourceGroup(_ context.Context, _, name string) (aks.ResourceGroup, error) {
	a.cloud.mu.Lock()
	defer a.cloud.mu.Unlock()
	if g, ok := a.groups[name]; ok {
		return g, nil
	}
	return aks.ResourceGroup{}, notFound("resource group")
}

func (a *fakeAzure) CreateResourceGroup(ctx context.Context, _ string, g aks.ResourceGroup) error {
	return a.cloud.write(ctx, "create group "+g.Name, func() error {
		if a.groups == nil {
			a.groups = map[string]aks.ResourceGroup{}
		}
		a.groups[g.Name] = g
		return nil
	})
}

func (a *fakeAzure) DeleteResourceGroup(ctx context.Context, _, name string) error {
	return a.cloud.write(ctx, "delete group "+name, func() error { delete(a.groups, name); return nil })
}

func (a *fakeAzure) Cluster(_ context.Context, _, _, name string) (aks.Cluster, error) {
	a.cloud.mu.Lock()
	defer a.cloud.mu.Unlock()
	if c, ok := a.clusters[name]; ok {
		return *c, nil
	}
	return aks.Cluster{}, notFound("cluster")
}

func (a *fakeAzure) Clusters(context.Context, string) (all []aks.Cluster, err error) {
	a.cloud.mu.Lock()
	defer a.cloud.mu.Unlock()
	for _, c := range a.clusters {
		all = append(all, *c)
	}
	return all, nil
}

// CreateCluster takes effect in two writes: the PUT, after which the cluster is
// being created whether or not anybody waits, and the end of the wait.
func (a *fakeAzure) CreateCluster(ctx context.Context, spec aks.ClusterSpec) (aks.Cluster, error) {
	err := a.cloud.write(ctx, "put cluster", func() error {
		if a.clusters == nil {
			a.clusters = map[string]*aks.Cluster{}
		}
		if c := a.clusters[spec.Name]; c == nil || c.State == "Failed" {
			profile := spec.Entra
			a.clusters[spec.Name] = &aks.Cluster{Subscription: spec.Subscription, ResourceGroup: spec.ResourceGroup,
				Name: spec.Name, Tags: spec.Tags, State: "Creating", Entra: &profile}
			a.secret = spec.ServerSecret
		}
		return nil
	})
	if err != nil {
		return aks.Cluster{}, err
	}
	err = a.cloud.write(ctx, "cluster ready", func() error { a.clusters[spec.Name].State = "Succeeded"; return nil })
	return *a.clusters[spec.Name], err
}

func (a *fakeAzure) DeleteCluster(ctx context.Context, _, _, name string) error {
	return a.cloud.write(ctx, "delete cluster", func() error { delete(a.clusters, name); return nil })
}

func (a *fakeAzure) TagCluster(ctx context.Context, _, _, name string, tags map[string]string) error {
	return a.cloud.write(ctx, "tag cluster", func() error {
		all := maps.Clone(a.clusters[name].Tags)
		maps.Copy(all, tags)
		a.clusters[name].Tags = all
		return nil
	})
}

func (a *fakeAzure) ResetEntraProfile(ctx context.Context, _, _, name string, server entra.ClientID,
	secret safetext.Secret, client entra.ClientID, tenant entra.TenantID) error {
	return a.cloud.write(ctx, "reset profile", func() error {
		a.clusters[name].Entra = &aks.EntraProfile{ServerApp: server, ClientApp: client, Tenant: tenant}
		a.secret = secret
		return nil
	})
}

func (a *fakeAzure) UserKubeconfig(_ context.Context, _, _, name string) ([]byte, error) {
	return []byte(fmt.Sprintf(kubeconfigText, name, "    token: none")), nil
}

func (a *fakeAzure) AdminKubeconfig(_ context.Context, _, _, name string) ([]byte, error) {
	return []byte(fmt.Sprintf(kubeconfigText, name, "    client-certificate-data: Y2VydA==\n    client-key-data: a2V5")), nil
}

const kubeconfigText = `apiVersion: v1
kind: Config
current-context: it
clusters:
- name: it
  cluster:
    server: https://%s.example:443
    certificate-authority-data: Y2E=
contexts:
- name: it
  context: {cluster: it, user: it}
users:
- name: it
  user:
%s
`
