package checks

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
)

func (c *Case) loginEndpoint() Endpoint {
	tenant := "common"
	if r, err := c.request(); err == nil {
		tenant = r.Tenant
	}
	return Endpoint{URL: c.Cloud.Authority(tenant) + "/v2.0/.well-known/openid-configuration"}
}

func (c *Case) graphEndpoint() Endpoint { return Endpoint{URL: c.Cloud.Graph + "/v1.0/"} }

func (c *Case) serverEndpoint() Endpoint {
	return Endpoint{URL: c.Entry.Server + "/version", CA: c.Entry.CA, ServerName: c.Entry.ServerName, Insecure: c.Entry.Insecure}
}

// probe reaches an endpoint once per case. Services of the cloud are trusted by
// the cloud's CA.
func (c *Case) probe(ctx context.Context, e Endpoint) (Reach, error) {
	if c.Cloud.CAFile != "" && e.URL != c.serverEndpoint().URL {
		pem, err := os.ReadFile(c.Cloud.CAFile)
		if err != nil {
			return Reach{}, fmt.Errorf("CA file of cloud %q: %w", c.Cloud.Name, err)
		}
		e.CA = pem
	}
	return c.reached(e.URL).get(ctx, c.whole, func(ctx context.Context) (Reach, error) {
		return c.Network.Probe(ctx, e), nil
	})
}

func checkLoginHost(ctx context.Context, c *Case) []doctor.Finding {
	r, err := c.probe(ctx, c.loginEndpoint())
	if err == nil && r.Stage == Answered && r.Status == 400 {
		return doctor.Found(doctor.Error, "%s does not know the tenant %q", c.Cloud.Login, tenantOf(c)).
			Because("The tenant in the kubeconfig is misspelt or lives in another cloud (AADSTS90002).").
			Fix(c.kubectl("config", "view", "--minify"), command("kubectl", "aad", "explain", "AADSTS90002")).List()
	}
	return c.reachable(r, err, c.Cloud.Login, "Without it nobody can sign in; tokens that are still good go on working.")
}

func tenantOf(c *Case) string {
	r, _ := c.request()
	return r.Tenant
}

func checkGraphHost(ctx context.Context, c *Case) []doctor.Finding {
	if c.Cloud.Graph == "" {
		return doctor.Found(doctor.Skipped, "the cloud %q has no Microsoft Graph", c.Cloud.Name).List()
	}
	r, err := c.probe(ctx, c.graphEndpoint())
	f := c.reachable(r, err, c.Cloud.Graph, "kubectl works without it; names and groups cannot be looked up from here.")
	if f[0].Status == doctor.Error {
		f[0].Status = doctor.Warning
	}
	return f
}

func checkServer(ctx context.Context, c *Case) []doctor.Finding {
	if c.Entry.Server == "" {
		return doctor.Found(doctor.Error, "context %q names no server", c.Entry.Context).List()
	}
	r, err := c.probe(ctx, c.serverEndpoint())
	f := c.reachable(r, err, c.Entry.Server, "")
	if f[0].Status == doctor.OK && c.Entry.Insecure {
		f[0].Status = doctor.Warning
		f[0].Cause = "insecure-skip-tls-verify is set: whoever sits in between gets your token."
	}
	if f[0].Status == doctor.Error && r.Stage != Answered {
		f[0].Cause = serverCause(r)
		f[0].Fixes = append(f[0].Fixes, fetch)
	}
	return f
}

func serverCause(r Reach) string {
	switch r.Stage {
	case AtName:
		return "A private cluster is known by name only inside its network; a cluster that was made anew has another name."
	case AtTLS:
		return "The kubeconfig trusts another CA than the server's: the cluster was made anew under the same name, or a proxy opens TLS. Fetch the kubeconfig again."
	}
	return "The cluster is stopped, or this network's address is not among its authorized IP ranges: it looks like a timeout, not like a refusal."
}

// reachable turns a probe into a finding about a host.
func (c *Case) reachable(r Reach, err error, host, cause string) []doctor.Finding {
	if err != nil {
		return doctor.Found(doctor.Unknown, "%s: %v", host, err).List()
	}
	over := ""
	if r.Proxy != "" {
		over = " over the proxy " + r.Proxy
	}
	if r.Stage == Answered {
		return doctor.Found(doctor.OK, "%s answers%s", host, over).List()
	}
	f := doctor.Found(doctor.Error, "%s%s: %s: %v", host, over, r.Stage.failure(), rootOf(r.Err)).Because("%s", cause)
	if r.Issuer != "" {
		f.Evidence += fmt.Sprintf(" (certificate signed by %q)", r.Issuer)
	}
	if r.Proxy != "" {
		f = f.Fix("env | grep -i _proxy")
	}
	return f.List()
}

func (s Stage) failure() string {
	switch s {
	case AtName:
		return "the name cannot be resolved"
	case AtTCP:
		return "no connection"
	case AtTLS:
		return "the certificate is not accepted"
	}
	return "no answer"
}

// rootOf leaves out the layers of net and url, which repeat the address.
func rootOf(err error) error {
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return unknown
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
