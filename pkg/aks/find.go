package aks

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Lister lists the caller's clusters.
type Lister interface {
	Subscriptions(ctx context.Context) ([]Subscription, error)
	Clusters(ctx context.Context, subscription string) ([]Cluster, error)
}

// Mark is what a context of a kubeconfig tells of the cluster that it leads to.
type Mark struct {
	Server        string // the API server's URL
	Cluster, User string // the names of the context's entries
	Audience      string // that its tokens are for; "" is not known
}

// Find returns the cluster that has the mark; nil without an error when the
// caller sees none, or several.
func Find(ctx context.Context, azure Lister, m Mark) (*Cluster, error) {
	subs, err := azure.Subscriptions(ctx)
	if err != nil {
		return nil, err
	}
	lists := make([][]Cluster, len(subs))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, s := range subs {
		g.Go(func() (err error) {
			lists[i], err = azure.Clusters(ctx, s.ID)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return m.among(slices.Concat(lists...)), nil
}

// among finds the cluster by its address, else by the server app of its own,
// else by the names that `az aks get-credentials` and we give to the entries of
// a kubeconfig. A mark that several clusters share decides nothing.
func (m Mark) among(all []Cluster) *Cluster {
	host := ""
	if u, err := url.Parse(m.Server); err == nil {
		host = u.Hostname()
	}
	server := strings.TrimPrefix(m.Audience, "api://")
	for _, fits := range []func(Cluster) bool{
		func(k Cluster) bool { return k.FQDN != "" && strings.EqualFold(k.FQDN, host) },
		func(k Cluster) bool {
			return k.Entra != nil && !k.Entra.Managed && server != "" && strings.EqualFold(string(k.Entra.ServerApp), server)
		},
		m.namedAfter,
		func(k Cluster) bool { return k.Name == m.Cluster },
	} {
		i := slices.IndexFunc(all, fits)
		if i >= 0 && !slices.ContainsFunc(all[i+1:], fits) {
			return &all[i]
		}
	}
	return nil
}

// namedAfter reports whether the context's user is called after a cluster.
func (m Mark) namedAfter(k Cluster) bool {
	user, azure := strings.TrimSuffix(m.User, "-admin"), "_"+k.ResourceGroup+"_"+k.Name
	return slices.ContainsFunc([]string{"clusterUser" + azure, "clusterAdmin" + azure, k.EntryName()}, func(name string) bool {
		return strings.EqualFold(user, name)
	})
}

// Managed reports whether the cluster can be one of AKS' own integration: by
// whom its tokens are for, its address, or the names that AKS' contexts have.
// Only those have Azure RBAC.
func (m Mark) Managed() bool {
	u, err := url.Parse(m.Server)
	switch {
	case strings.EqualFold(m.Audience, string(entra.AKSServer)):
		return true
	case m.Audience != "":
		return false
	case err == nil && strings.HasSuffix(u.Hostname(), ".azmk8s.io"):
		return true
	}
	for _, prefix := range []string{"aad_", "clusterUser_", "clusterAdmin_"} {
		if strings.HasPrefix(m.User, prefix) {
			return true
		}
	}
	return false
}
