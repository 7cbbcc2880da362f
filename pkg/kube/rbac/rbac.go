// Package rbac keeps bindings in a cluster. It decides nothing about them: what
// is written and whose they are is the binding room's.
package rbac

import (
	"context"
	"net/http"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
)

// FieldManager is the owner of our fields in server-side apply.
const FieldManager = "kubectl-aad"

// pageSize is how many bindings a list asks for at a time: kubectl's own
// --chunk-size.
const pageSize = "500"

var (
	roleBindings        = kube.Resource{Group: binding.Group, Version: "v1", Plural: "rolebindings"}
	clusterRoleBindings = kube.Resource{Group: binding.Group, Version: "v1", Plural: "clusterrolebindings"}
)

// Store is a binding.Store.
type Store struct{ cluster *kube.Cluster }

var _ binding.Store = (*Store)(nil)

// New returns the bindings of a cluster.
func New(c *kube.Cluster) *Store { return &Store{c} }

// List implements binding.Store.
func (s *Store) List(ctx context.Context, namespace string) ([]binding.Binding, error) {
	list, err := s.list(ctx, roleBindings, namespace)
	if err != nil || namespace != "" {
		return list, err
	}
	wide, err := s.list(ctx, clusterRoleBindings, "")
	return append(list, wide...), err
}

func (s *Store) list(ctx context.Context, r kube.Resource, namespace string) ([]binding.Binding, error) {
	var list []binding.Binding
	for next := ""; ; {
		var page struct {
			Metadata struct {
				Continue string `json:"continue"`
			} `json:"metadata"`
			Items []binding.Manifest `json:"items"`
		}
		query := url.Values{"limit": {pageSize}}
		if next != "" {
			query.Set("continue", next)
		}
		if err := s.cluster.Do(ctx, kube.Call{Op: "list " + r.Plural, Path: r.Path(namespace, ""), Query: query}, &page); err != nil {
			return nil, err
		}
		for _, m := range page.Items {
			list = append(list, m.Binding())
		}
		if next = page.Metadata.Continue; next == "" {
			return list, nil
		}
	}
}

// Get implements binding.Store.
func (s *Store) Get(ctx context.Context, namespace, name string) (binding.Binding, error) {
	var m binding.Manifest
	b := binding.Binding{Namespace: namespace, Name: name}
	err := s.cluster.Do(ctx, kube.Call{Op: "read " + b.String(), Path: path(b)}, &m)
	return m.Binding(), err
}

// Apply implements binding.Store by server-side apply. Fields of others are
// taken over only in a binding that was read before, and then the API server
// compares its resource version; without one, a binding that somebody made in
// the meantime is a conflict.
func (s *Store) Apply(ctx context.Context, b binding.Binding, dryRun bool) (binding.Outcome, error) {
	query := url.Values{"fieldManager": {FieldManager}}
	outcome := binding.Created
	if b.ResourceVersion != "" {
		query.Set("force", "true")
		outcome = binding.Configured
	}
	if dryRun {
		query.Set("dryRun", "All")
	}
	return outcome, s.cluster.Do(ctx, kube.Call{
		Op:          "write " + b.String(),
		Method:      http.MethodPatch,
		Path:        path(b),
		Query:       query,
		ContentType: "application/apply-patch+yaml", // JSON is YAML
		Body:        b.Manifest(),
	}, nil)
}

// Delete implements binding.Store.
func (s *Store) Delete(ctx context.Context, b binding.Binding, dryRun bool) error {
	body := map[string]any{"apiVersion": "v1", "kind": "DeleteOptions"}
	if b.ResourceVersion != "" {
		body["preconditions"] = map[string]string{"resourceVersion": b.ResourceVersion}
	}
	if dryRun {
		body["dryRun"] = []string{"All"}
	}
	return s.cluster.Do(ctx, kube.Call{Op: "delete " + b.String(), Method: http.MethodDelete, Path: path(b), Body: body}, nil)
}

func path(b binding.Binding) []string {
	if b.Namespace == "" {
		return clusterRoleBindings.Path("", b.Name)
	}
	return roleBindings.Path(b.Namespace, b.Name)
}
