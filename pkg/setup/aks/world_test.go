package aks

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// world is Azure, the directory, the cluster and kubeconfig in memory.
type world struct {
	mu       sync.Mutex // steps run at the same time
	groups   map[string]aks.ResourceGroup
	clusters map[string]aks.Cluster
	people   []entra.Principal
	bound    []entra.ObjectID
	members  []entra.ObjectID // of every group
	owners   []entra.ObjectID
	contexts []string
	did      []string
	// create says what becomes of a PUT; nil: it succeeds.
	create func(*world, aks.ClusterSpec) error
	// unreachable is how often the API server does not answer.
	unreachable int
}

func nothing(what string) error { return fault.New(fault.NotFound, what+" not found") }

func (w *world) ResourceGroup(_ context.Context, _, name string) (aks.ResourceGroup, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if g, ok := w.groups[name]; ok {
		return g, nil
	}
	return aks.ResourceGroup{}, nothing("group")
}

func (w *world) CreateResourceGroup(_ context.Context, _ string, g aks.ResourceGroup) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "group")
	w.groups = map[string]aks.ResourceGroup{g.Name: g}
	return nil
}

func (w *world) DeleteResourceGroup(_ context.Context, _, name string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "delete group")
	return nil
}

func (w *world) Cluster(_ context.Context, _, _, name string) (aks.Cluster, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if c, ok := w.clusters[name]; ok {
		return c, nil
	}
	return aks.Cluster{}, nothing("cluster")
}

func (w *world) Clusters(context.Context, string) ([]aks.Cluster, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Collect(maps.Values(w.clusters)), nil
}

func (w *world) CreateCluster(_ context.Context, s aks.ClusterSpec) (aks.Cluster, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "create")
	if w.create != nil {
		if err := w.create(w, s); err != nil {
			return aks.Cluster{}, err
		}
	}
	profile := s.Entra
	c := aks.Cluster{Name: s.Name, ResourceGroup: s.ResourceGroup, Tags: s.Tags, State: "Succeeded", Entra: &profile}
	w.clusters = map[string]aks.Cluster{s.Name: c}
	return c, nil
}

func (w *world) DeleteCluster(context.Context, string, string, string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "delete cluster")
	return nothing("cluster") // somebody was quicker
}

func (w *world) TagCluster(_ context.Context, _, _, name string, tags map[string]string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "tag "+tags[aks.TagSecretKeyID])
	return nil
}

func (w *world) ResetEntraProfile(_ context.Context, _, _, _ string, _ entra.ClientID, secret safetext.Secret, _ entra.ClientID, _ entra.TenantID) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "reset to "+secret.Reveal())
	return nil
}

func (w *world) UserKubeconfig(context.Context, string, string, string) ([]byte, error) {
	return []byte("user"), nil
}

func (w *world) AdminKubeconfig(context.Context, string, string, string) ([]byte, error) {
	return []byte("admin"), nil
}

func (w *world) Resolve(_ context.Context, ref string, kind entra.Kind) (entra.Principal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.people {
		if p.Name == ref && (kind == "" || p.Kind == kind) {
			return p, nil
		}
	}
	return entra.Principal{}, nothing(ref)
}

func (w *world) Me(context.Context) (entra.Principal, error) {
	return entra.Principal{ID: "me", Kind: entra.User}, nil
}

func (w *world) MembersAndOwners(context.Context, entra.ObjectID) (members, owners []entra.ObjectID, err error) {
	return w.members, w.owners, nil
}

func (w *world) CreateGroup(_ context.Context, name string, members []entra.ObjectID) (entra.Principal, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "create group with "+string(members[0]))
	return entra.Principal{ID: "new", Kind: entra.Group, Name: name}, nil
}

func (w *world) Bound(_ context.Context, _ []byte, p entra.Principal) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.bound, p.ID), nil
}

func (w *world) Bind(_ context.Context, admin []byte, p entra.Principal) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.unreachable > 0 {
		w.unreachable--
		return fault.New(fault.Network, "connection refused")
	}
	w.did = append(w.did, "bind "+string(p.ID)+" as "+string(admin))
	w.bound = append(w.bound, p.ID)
	return nil
}

func (w *world) Has(c Context) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Contains(w.contexts, string(c.From)), nil
}
func (w *world) Write(c Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.contexts = append(w.contexts, string(c.From))
	return nil
}
func (w *world) Leads(c Context) (bool, error) { return w.Has(c) }
func (w *world) Remove(c Context) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.did = append(w.did, "remove context "+string(c.From))
	return nil
}
