package kube

import (
	"context"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Resource is a kind of object in the form of its URL.
type Resource struct {
	Group   string // "" is the core group
	Version string
	Plural  string
}

// The resources that commands ask for by name.
var (
	Namespaces   = Resource{"", "v1", "namespaces"}
	Pods         = Resource{"", "v1", "pods"}
	ConfigMaps   = Resource{"", "v1", "configmaps"}
	Roles        = Resource{"rbac.authorization.k8s.io", "v1", "roles"}
	ClusterRoles = Resource{"rbac.authorization.k8s.io", "v1", "clusterroles"}
)

// Path returns the segments of the URL path of one object, or of all with
// name "". Namespace is "" for objects of the whole cluster, and for the lists
// of all namespaces.
func (r Resource) Path(namespace, name string) []string {
	segments := []string{"api", r.Version}
	if r.Group != "" {
		segments = []string{"apis", r.Group, r.Version}
	}
	if namespace != "" {
		segments = append(segments, "namespaces", namespace)
	}
	segments = append(segments, r.Plural)
	if name != "" {
		segments = append(segments, name)
	}
	return segments
}

// Only metadata is asked for: a cluster role can be long.
const (
	metadataOnly     = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json"
	metadataListOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json"
)

// Exists reports whether an object is there; namespace is "" for objects of
// the whole cluster.
func (c *Cluster) Exists(ctx context.Context, r Resource, namespace, name string) (bool, error) {
	err := c.Do(ctx, Call{Op: "look for " + r.Plural + " " + name, Path: r.Path(namespace, name), Accept: metadataOnly}, nil)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Names lists the names of all objects of a kind, in a namespace where one is
// given.
func (c *Cluster) Names(ctx context.Context, r Resource, namespace string) ([]string, error) {
	return c.Select(ctx, r, namespace, "")
}

// Select is Names of the objects with the labels of a selector, in kubectl's
// spelling; "" is all of them.
func (c *Cluster) Select(ctx context.Context, r Resource, namespace, selector string) ([]string, error) {
	var names []string
	next := ""
	for {
		var page struct {
			Metadata struct {
				Continue string `json:"continue"`
			} `json:"metadata"`
			Items []struct {
				Metadata struct {
					Name string `json:"name"`
				} `json:"metadata"`
			} `json:"items"`
		}
		query := url.Values{"limit": {"500"}}
		if selector != "" {
			query.Set("labelSelector", selector)
		}
		if next != "" {
			query.Set("continue", next)
		}
		if err := c.Do(ctx, Call{Op: "list " + r.Plural, Path: r.Path(namespace, ""), Query: query, Accept: metadataListOnly}, &page); err != nil {
			return nil, err
		}
		for _, item := range page.Items {
			names = append(names, item.Metadata.Name)
		}
		if next = page.Metadata.Continue; next == "" {
			return names, nil
		}
	}
}
