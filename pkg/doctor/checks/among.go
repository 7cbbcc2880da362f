package checks

import (
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
)

// among finds the examined cluster: by its address, else by the server app of
// its own, else by the names that `az aks get-credentials` and we give to the
// entries of a kubeconfig. A mark that several clusters share decides nothing.
func (c *Case) among(all []aks.Cluster) *aks.Cluster {
	host, server := "", ""
	if u, err := url.Parse(c.Entry.Server); err == nil {
		host = u.Hostname()
	}
	if r, err := c.request(); err == nil {
		server = strings.TrimPrefix(r.Audience(), "api://")
	}
	for _, fits := range []func(aks.Cluster) bool{
		func(k aks.Cluster) bool { return k.FQDN != "" && strings.EqualFold(k.FQDN, host) },
		func(k aks.Cluster) bool {
			return k.Entra != nil && !k.Entra.Managed && server != "" && strings.EqualFold(string(k.Entra.ServerApp), server)
		},
		func(k aks.Cluster) bool { return c.Entry.namedAfter(k) },
		func(k aks.Cluster) bool { return k.Name == c.Entry.Cluster },
	} {
		i := slices.IndexFunc(all, fits)
		if i >= 0 && !slices.ContainsFunc(all[i+1:], fits) {
			return &all[i]
		}
	}
	return nil
}

// namedAfter reports whether the entry's user is called after a cluster.
func (e Entry) namedAfter(k aks.Cluster) bool {
	user, azure := strings.TrimSuffix(e.User, "-admin"), "_"+k.ResourceGroup+"_"+k.Name
	return slices.ContainsFunc([]string{"clusterUser" + azure, "clusterAdmin" + azure, k.EntryName()}, func(name string) bool {
		return strings.EqualFold(user, name)
	})
}
