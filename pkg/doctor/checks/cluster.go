package checks

import (
	"context"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func checkWhoAmI(ctx context.Context, c *Case) []doctor.Finding {
	id, err := c.identity(ctx)
	claims, tokenErr := c.claims(ctx)
	switch {
	case refused(err):
		f := doctor.Found(doctor.Error, "the API server answers 401 Unauthorized").By(clusterAdmin)
		f.Cause = "It never says why to whom it refuses; its authenticator's log does (aad-webhook: a line with the message \"refused\"; AKS: the log category guard)."
		if tokenErr == nil && claims.Overage() {
			f.Cause += " This token leaves its groups out, because there are more than 200: people with fewer groups may still get in. See the findings about groups and the server app's secret."
		}
		return f.List()
	case c.Entry.Exec != nil && tokenErr != nil:
		return doctor.Found(doctor.Skipped, "not looked at: there is no token to send").List()
	case err != nil && fault.KindOf(err) == fault.Forbidden:
		return doctor.Found(doctor.Unknown, "the API server lets you in but does not say as whom: %v", err).
			Because("Kubernetes answers this to everybody from 1.28.").List()
	case err != nil:
		return doctor.Found(doctor.Unknown, "%v", err).Fix(c.kubectl("auth", "whoami")).List()
	}
	f := doctor.Found(doctor.OK, "the API server knows you as %q", id.Username)
	switch {
	case tokenErr != nil || c.Entry.Exec == nil:
		f.Evidence += ", which is not an Entra sign-in"
	case id.Username != claims.Username():
		f.Status = doctor.Warning
		f = f.Because("From the token one would expect %q: this cluster names people by a rule of its own, and bindings must use the name that it shows.", claims.Username())
	}
	return f.List()
}

func checkProfile(ctx context.Context, c *Case) []doctor.Finding {
	m, err := c.managed(ctx)
	if err != nil {
		return c.unread("what Azure knows of the cluster", err).By(azureAdmin).
			Because("The tenant and the server app are taken from the kubeconfig instead.").List()
	}
	if m == nil {
		return doctor.Found(doctor.Skipped, "no AKS cluster that you may see has the address %s", c.Entry.Server).List()
	}
	name := m.ResourceGroup + "/" + m.Name
	again := command("kubectl", "aad", "kubeconfig", "-g", m.ResourceGroup, "-n", m.Name)
	switch {
	case m.State == "Succeeded" && !m.Running:
		return doctor.Found(doctor.Error, "the cluster %s is stopped", name).By(clusterAdmin).
			Fix(command("az", "aks", "start", "-g", m.ResourceGroup, "-n", m.Name)).List()
	case m.Entra == nil:
		return doctor.Found(doctor.Error, "the cluster %s has no Entra integration", name).By(clusterAdmin).
			Because("It accepts certificates and service accounts, and no token of Entra ID.").
			Fix(command("az", "aks", "update", "-g", m.ResourceGroup, "-n", m.Name, "--enable-aad")).List()
	case moved(c.Entry.Server, m.FQDN):
		return doctor.Found(doctor.Warning, "the kubeconfig says %s, and the cluster %s is at %s", c.Entry.Server, name, m.FQDN).
			Because("The cluster was made anew, or stopped and started.").Fix(again).List()
	}
	if r, err := c.request(); err == nil {
		wanted := string(m.Entra.ServerID())
		if !strings.EqualFold(strings.TrimPrefix(r.Audience(), "api://"), wanted) && !strings.Contains(r.Audience(), "://") {
			return doctor.Found(doctor.Error, "the kubeconfig asks for tokens for %s, and the cluster %s wants them for %s", r.Audience(), name, wanted).
				Because("The kubeconfig is older than the cluster's present integration.").Fix(again).List()
		}
	}
	return doctor.Found(doctor.OK, "%s: %s", name, integration(m.Entra)).List()
}

func integration(p *aks.EntraProfile) string {
	s := "two apps of your own (server app " + string(p.ServerApp) + ")"
	if p.Managed {
		s = "integration managed by AKS"
	}
	if p.AzureRBAC {
		s += ", with Azure RBAC beside Kubernetes' own"
	}
	return s + ", tenant " + string(p.Tenant)
}

// moved reports whether two addresses are different public ones. A loopback or
// private address is a tunnel or a private cluster.
func moved(server, fqdn string) bool {
	u, err := url.Parse(server)
	if err != nil || fqdn == "" || strings.EqualFold(u.Hostname(), fqdn) {
		return false
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil || u.Hostname() == "localhost" {
		return false
	}
	return strings.HasSuffix(u.Hostname(), ".azmk8s.io")
}

// ownGroups are the groups of an identity that came from Entra ID.
func (id Identity) ownGroups() []string {
	return slices.DeleteFunc(slices.Clone(id.Groups), func(g string) bool { return strings.HasPrefix(g, "system:") })
}
