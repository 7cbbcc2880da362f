// Package arm is AKS over the Azure Resource Manager: resource groups, managed
// clusters, their kubeconfigs and the roles that people have in them, in the
// types of pkg/aks and pkg/azurerbac. It is the only
// importer of azcore and the ARM SDKs. It retries nothing itself: the
// RoundTripper given to it does; and it registers no resource provider.
package arm

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	azarm "github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/containerservice/armcontainerservice/v6"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/resources/armresources/v3"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// pollEvery is the wait between two looks at a long-running operation where
// the server asks for no other (Retry-After).
const pollEvery = 5 * time.Second

// Client is the resource manager of one cloud. It may be used by many
// goroutines at once.
type Client struct {
	host       string
	credential credential
	options    *azarm.ClientOptions
	wait       httpx.Waiter // between looks at what an earlier run began
}

// New returns the resource manager of a cloud. Requests go through rt with the
// source's tokens; redirects are not followed. The error is of kind
// fault.Config.
func New(c entra.Cloud, rt http.RoundTripper, source token.Source) (*Client, error) {
	u, err := url.Parse(c.ARM)
	if err != nil || u.Scheme != "https" || u.Host == "" || c.ARMAudience == "" {
		return nil, fault.Newf(fault.Config, "cloud %q names no resource manager endpoint and audience", c.Name)
	}
	return &Client{
		host:       u.Host,
		credential: credential{source: source, scope: c.ARMAudience + "/.default"},
		wait:       httpx.Sleep,
		options: &azarm.ClientOptions{
			DisableRPRegistration: true,
			ClientOptions: policy.ClientOptions{
				Cloud: cloud.Configuration{
					ActiveDirectoryAuthorityHost: c.Login,
					Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
						cloud.ResourceManager: {Endpoint: c.ARM, Audience: c.ARMAudience},
					},
				},
				Retry:     policy.RetryOptions{MaxRetries: -1},
				Telemetry: policy.TelemetryOptions{Disabled: true},
				Transport: &http.Client{
					Transport:     rt,
					CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
				},
			},
		},
	}, nil
}

// credential hands the source's tokens to azcore.
type credential struct {
	source token.Source
	scope  string
}

// GetToken asks for the cloud's own scope, whatever azcore derives.
func (c credential) GetToken(ctx context.Context, _ policy.TokenRequestOptions) (azcore.AccessToken, error) {
	tok, err := c.source(ctx, c.scope)
	if err != nil {
		return azcore.AccessToken{}, err
	}
	return azcore.AccessToken{Token: tok.Access.Reveal(), ExpiresOn: tok.Expires}, nil
}

func (c *Client) clusters(subscription string) (*armcontainerservice.ManagedClustersClient, error) {
	return armcontainerservice.NewManagedClustersClient(subscription, c.credential, c.options)
}

func (c *Client) groups(subscription string) (*armresources.ResourceGroupsClient, error) {
	return armresources.NewResourceGroupsClient(subscription, c.credential, c.options)
}

// val returns what p points to, or the zero value.
func val[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// strs reads the SDK's map of tags.
func strs(m map[string]*string) map[string]string {
	if m == nil {
		return nil
	}
	out := make(map[string]string, len(m))
	for k, v := range m {
		out[k] = val(v)
	}
	return out
}

// ptrs makes the SDK's map of tags.
func ptrs(m map[string]string) map[string]*string {
	if m == nil {
		return nil
	}
	out := make(map[string]*string, len(m))
	for k, v := range m {
		out[k] = new(v)
	}
	return out
}
