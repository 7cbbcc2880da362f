package arm

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// States of a managed cluster in which its creation has ended; all others pass.
const (
	succeeded = "Succeeded"
	failed    = "Failed"
	canceled  = "Canceled"
)

// CreateCluster makes a managed cluster and waits until it is ready, minutes
// on Azure. One of that name that is still being created is waited for, and
// one whose creation failed is created again; any other is fault.Conflict and
// stays as it is.
func (c *Client) CreateCluster(ctx context.Context, spec aks.ClusterSpec) (aks.Cluster, error) {
	q := call{about("create", spec.Name), aksOperator}
	now, err := c.Cluster(ctx, spec.Subscription, spec.ResourceGroup, spec.Name)
	switch {
	case fault.KindOf(err) == fault.NotFound, err == nil && (is(now, failed) || is(now, canceled)):
	case err != nil:
		return aks.Cluster{}, err
	case is(now, succeeded):
		return now, fault.Wrap(fault.Conflict, q.op, fault.New(fault.Conflict, "it exists already"))
	default:
		return c.await(ctx, q, spec)
	}
	client, err := c.clusters(spec.Subscription)
	if err != nil {
		return aks.Cluster{}, c.failed(ctx, q, err)
	}
	poller, err := client.BeginCreateOrUpdate(ctx, spec.ResourceGroup, spec.Name, body(spec), nil)
	if err != nil {
		err = c.failed(ctx, q, err)
		if fault.KindOf(err) != fault.Conflict {
			return aks.Cluster{}, err
		}
		// A PUT that was sent twice: the first one has begun.
		if now, again := c.Cluster(ctx, spec.Subscription, spec.ResourceGroup, spec.Name); again != nil || is(now, succeeded) {
			return aks.Cluster{}, err
		}
		return c.await(ctx, q, spec)
	}
	made, err := poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: pollEvery})
	if err != nil {
		return aks.Cluster{}, c.failed(ctx, q, err)
	}
	return cluster(made.ManagedCluster), nil
}

func is(c aks.Cluster, state string) bool { return strings.EqualFold(c.State, state) }

// await looks at a cluster until its creation, begun by an earlier run, ends.
func (c *Client) await(ctx context.Context, q call, spec aks.ClusterSpec) (aks.Cluster, error) {
	for {
		var raw *http.Response
		now, err := c.Cluster(policy.WithCaptureResponse(ctx, &raw), spec.Subscription, spec.ResourceGroup, spec.Name)
		switch {
		case err != nil:
			return aks.Cluster{}, err
		case is(now, succeeded):
			return now, nil
		case is(now, failed), is(now, canceled):
			return now, fault.Newf(fault.Failure, "%s: its creation ended as %s", q.op, safetext.Clean(now.State))
		}
		pause := pollEvery
		if after, ok := httpx.RetryAfter(raw.Header, time.Now()); ok {
			pause = after
		}
		if err := c.wait(ctx, pause); err != nil {
			return aks.Cluster{}, c.failed(ctx, q, err)
		}
	}
}

// body is the PUT of a new cluster: a system-assigned identity and one node
// pool; AKS chooses the machines' size by quota and capacity, the network and
// the version.
func body(spec aks.ClusterSpec) armcontainerservice.ManagedCluster {
	return armcontainerservice.ManagedCluster{
		Location: &spec.Location,
		Tags:     ptrs(spec.Tags),
		Identity: &armcontainerservice.ManagedClusterIdentity{Type: new(armcontainerservice.ResourceIdentityTypeSystemAssigned)},
		Properties: &armcontainerservice.ManagedClusterProperties{
			DNSPrefix:  new(dnsPrefix(spec.Name)),
			EnableRBAC: new(true),
			AADProfile: new(profile(spec.Entra, spec.ServerSecret)),
			AgentPoolProfiles: []*armcontainerservice.ManagedClusterAgentPoolProfile{{
				Name:   new("nodepool1"),
				Count:  new(max(spec.NodeCount, 1)),
				OSType: new(armcontainerservice.OSTypeLinux),
				Mode:   new(armcontainerservice.AgentPoolModeSystem),
				Type:   new(armcontainerservice.AgentPoolTypeVirtualMachineScaleSets),
			}},
		},
	}
}

// profile is the aadProfile of either integration. The secret goes nowhere
// else.
func profile(e aks.EntraProfile, secret safetext.Secret) armcontainerservice.ManagedClusterAADProfile {
	var p armcontainerservice.ManagedClusterAADProfile
	if e.Tenant != "" {
		p.TenantID = new(string(e.Tenant))
	}
	if !e.Managed {
		p.ServerAppID, p.ClientAppID = new(string(e.ServerApp)), new(string(e.ClientApp))
		p.ServerAppSecret = new(secret.Reveal())
		return p
	}
	p.Managed, p.EnableAzureRBAC = new(true), new(e.AzureRBAC)
	for _, id := range e.AdminGroups {
		p.AdminGroupObjectIDs = append(p.AdminGroupObjectIDs, new(string(id)))
	}
	return p
}

// dnsPrefix makes a name of letters, digits and hyphens, at most 54, that
// begins and ends with neither hyphen.
func dnsPrefix(name string) string {
	clean := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
			return r
		}
		return '-'
	}, name)
	clean = strings.Trim(clean[:min(len(clean), 54)], "-")
	if clean == "" {
		return "aks"
	}
	return clean
}
