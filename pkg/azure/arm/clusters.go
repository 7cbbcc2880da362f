package arm

import (
	"context"
	"fmt"
	"maps"
	"strings"

	azarm "github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

func about(verb, name string) string { return fmt.Sprintf("%s the cluster %q", verb, name) }

// Cluster returns a managed cluster.
func (c *Client) Cluster(ctx context.Context, subscription, group, name string) (aks.Cluster, error) {
	q := call{about("read", name), reader}
	client, err := c.clusters(subscription)
	if err != nil {
		return aks.Cluster{}, c.failed(ctx, q, err)
	}
	got, err := client.Get(ctx, group, name, nil)
	if err != nil {
		return aks.Cluster{}, c.failed(ctx, q, err)
	}
	return cluster(got.ManagedCluster), nil
}

// Clusters returns the managed clusters of a subscription.
func (c *Client) Clusters(ctx context.Context, subscription string) ([]aks.Cluster, error) {
	q := call{"list the clusters", reader}
	client, err := c.clusters(subscription)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	var all []aks.Cluster
	for pager := client.NewListPager(nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return nil, c.failed(ctx, q, err)
		}
		for _, m := range page.Value {
			all = append(all, cluster(*m))
		}
	}
	return all, nil
}

// DeleteCluster deletes a managed cluster and waits for the end.
func (c *Client) DeleteCluster(ctx context.Context, subscription, group, name string) error {
	q := call{about("delete", name), aksOperator}
	client, err := c.clusters(subscription)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	poller, err := client.BeginDelete(ctx, group, name, nil)
	return finish(ctx, c, q, poller, err)
}

// TagCluster adds tags to a cluster's and overwrites those of the same name.
// ARM replaces all tags at once: another writer's, between our reading and
// writing, are lost.
func (c *Client) TagCluster(ctx context.Context, subscription, group, name string, tags map[string]string) error {
	q := call{about("tag", name), aksOperator}
	now, err := c.Cluster(ctx, subscription, group, name)
	if err != nil {
		return err
	}
	merged := maps.Clone(now.Tags)
	if merged == nil {
		merged = map[string]string{}
	}
	maps.Copy(merged, tags)
	if maps.Equal(merged, now.Tags) {
		return nil
	}
	client, err := c.clusters(subscription)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	poller, err := client.BeginUpdateTags(ctx, group, name, armcontainerservice.TagsObject{Tags: ptrs(merged)}, nil)
	return finish(ctx, c, q, poller, err)
}

// ResetEntraProfile gives a cluster of the apps integration other applications
// or another secret and waits until it works with them. Azure refuses it for a
// managed integration.
func (c *Client) ResetEntraProfile(ctx context.Context, subscription, group, name string, server entra.ClientID,
	secret safetext.Secret, client entra.ClientID, tenant entra.TenantID) error {
	q := call{about("reset the Entra profile of", name), aksOperator}
	clusters, err := c.clusters(subscription)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	poller, err := clusters.BeginResetAADProfile(ctx, group, name, profile(aks.EntraProfile{
		ServerApp: server, ClientApp: client, Tenant: tenant}, secret), nil)
	return finish(ctx, c, q, poller, err)
}

// UserKubeconfig returns the kubeconfig that AKS gives to people who sign in.
func (c *Client) UserKubeconfig(ctx context.Context, subscription, group, name string) ([]byte, error) {
	q := call{about("read the user kubeconfig of", name), clusterUser}
	client, err := c.clusters(subscription)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	got, err := client.ListClusterUserCredentials(ctx, group, name, nil)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	return kubeconfig(q, got.CredentialResults)
}

// AdminKubeconfig returns the kubeconfig of the cluster's local administrator.
// It holds a credential; clusters without local accounts have none.
func (c *Client) AdminKubeconfig(ctx context.Context, subscription, group, name string) ([]byte, error) {
	q := call{about("read the admin kubeconfig of", name), clusterAdmin}
	client, err := c.clusters(subscription)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	got, err := client.ListClusterAdminCredentials(ctx, group, name, nil)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	return kubeconfig(q, got.CredentialResults)
}

func kubeconfig(q call, r armcontainerservice.CredentialResults) ([]byte, error) {
	if len(r.Kubeconfigs) == 0 || len(r.Kubeconfigs[0].Value) == 0 {
		return nil, fault.Newf(fault.Failure, "%s: Azure answers without one", q.op)
	}
	return r.Kubeconfigs[0].Value, nil
}

// cluster reads the SDK's model.
func cluster(m armcontainerservice.ManagedCluster) aks.Cluster {
	c := aks.Cluster{ID: val(m.ID), Name: val(m.Name), Location: val(m.Location), Tags: strs(m.Tags)}
	if id, err := azarm.ParseResourceID(c.ID); err == nil {
		c.Subscription, c.ResourceGroup = id.SubscriptionID, id.ResourceGroupName
	}
	p := m.Properties
	if p == nil {
		return c
	}
	c.State, c.FQDN = val(p.ProvisioningState), val(p.Fqdn)
	if c.FQDN == "" {
		c.FQDN = val(p.PrivateFQDN)
	}
	c.LocalAccountsDisabled = val(p.DisableLocalAccounts)
	c.Running = p.PowerState != nil && val(p.PowerState.Code) == armcontainerservice.CodeRunning
	if a := p.AADProfile; a != nil {
		c.Entra = &aks.EntraProfile{
			Managed: val(a.Managed), AzureRBAC: val(a.EnableAzureRBAC),
			Tenant:    entra.TenantID(strings.ToLower(val(a.TenantID))),
			ServerApp: entra.ClientID(strings.ToLower(val(a.ServerAppID))),
			ClientApp: entra.ClientID(strings.ToLower(val(a.ClientAppID))),
		}
		for _, id := range a.AdminGroupObjectIDs {
			c.Entra.AdminGroups = append(c.Entra.AdminGroups, entra.ObjectID(strings.ToLower(val(id))))
		}
	}
	return c
}
