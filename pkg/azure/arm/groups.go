package arm

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/subscription/armsubscription"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Subscriptions returns the subscriptions that the caller can see, with their
// tenants where ARM tells them.
func (c *Client) Subscriptions(ctx context.Context) ([]aks.Subscription, error) {
	q := call{"list the subscriptions", reader}
	client, err := armsubscription.NewSubscriptionsClient(c.credential, c.options)
	if err != nil {
		return nil, c.failed(ctx, q, err)
	}
	var all []aks.Subscription
	for pager := client.NewListPager(nil); pager.More(); {
		var raw *http.Response
		page, err := pager.NextPage(policy.WithCaptureResponse(ctx, &raw))
		if err != nil {
			return nil, c.failed(ctx, q, err)
		}
		tenants := tenantsOf(raw)
		for _, s := range page.Value {
			id := strings.ToLower(val(s.SubscriptionID))
			all = append(all, aks.Subscription{ID: id, Name: val(s.DisplayName), Tenant: tenants[id]})
		}
	}
	return all, nil
}

// tenantsOf reads the tenants of a page of subscriptions, which the SDK's
// model leaves out.
func tenantsOf(resp *http.Response) map[string]entra.TenantID {
	var page struct {
		Value []struct{ SubscriptionID, TenantID string }
	}
	tenants := map[string]entra.TenantID{}
	if raw, err := runtime.Payload(resp); err == nil && json.Unmarshal(raw, &page) == nil {
		for _, s := range page.Value {
			tenants[strings.ToLower(s.SubscriptionID)] = entra.TenantID(strings.ToLower(s.TenantID))
		}
	}
	return tenants
}

// ResourceGroup returns a resource group.
func (c *Client) ResourceGroup(ctx context.Context, subscription, name string) (aks.ResourceGroup, error) {
	q := call{fmt.Sprintf("read the resource group %q", name), reader}
	client, err := c.groups(subscription)
	if err != nil {
		return aks.ResourceGroup{}, c.failed(ctx, q, err)
	}
	g, err := client.Get(ctx, name, nil)
	if err != nil {
		return aks.ResourceGroup{}, c.failed(ctx, q, err)
	}
	return aks.ResourceGroup{Name: val(g.Name), Location: val(g.Location), Tags: strs(g.Tags)}, nil
}

// CreateResourceGroup makes a resource group, or sets the tags of the one that
// has the name and location.
func (c *Client) CreateResourceGroup(ctx context.Context, subscription string, g aks.ResourceGroup) error {
	q := call{fmt.Sprintf("create the resource group %q", g.Name), contributor}
	client, err := c.groups(subscription)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	_, err = client.CreateOrUpdate(ctx, g.Name, armresources.ResourceGroup{Location: &g.Location, Tags: ptrs(g.Tags)}, nil)
	return c.failed(ctx, q, err)
}

// DeleteResourceGroup deletes a resource group with all that is in it and
// waits for the end.
func (c *Client) DeleteResourceGroup(ctx context.Context, subscription, name string) error {
	q := call{fmt.Sprintf("delete the resource group %q", name), contributor}
	client, err := c.groups(subscription)
	if err != nil {
		return c.failed(ctx, q, err)
	}
	poller, err := client.BeginDelete(ctx, name, nil)
	return finish(ctx, c, q, poller, err)
}

// finish waits for the end of a long-running operation whose result nobody
// wants.
func finish[T any](ctx context.Context, c *Client, q call, poller *runtime.Poller[T], err error) error {
	if err == nil {
		_, err = poller.PollUntilDone(ctx, &runtime.PollUntilDoneOptions{Frequency: pollEvery})
	}
	return c.failed(ctx, q, err)
}
