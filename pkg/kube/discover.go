package kube

import (
	"context"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/near"
)

// Named is a resource as the API server knows it.
type Named struct {
	Group      string // "" is the core group
	Plural     string
	Namespaced bool
}

// FindResource finds what somebody means by pods, po, deployment or
// deployments.apps. None is fault.NotFound with near matches; the core group
// stands before the others, as it does for kubectl.
func (c *Cluster) FindResource(ctx context.Context, word string) (Named, error) {
	word = strings.ToLower(word)
	name, group, qualified := strings.Cut(word, ".")
	var all []string
	if !qualified {
		found, names, err := c.inGroup(ctx, []string{"api", "v1"}, "", name)
		if found.Plural != "" || err != nil {
			return found, err
		}
		all = names
	}
	var groups struct {
		Groups []struct {
			Name             string `json:"name"`
			PreferredVersion struct {
				GroupVersion string `json:"groupVersion"`
			} `json:"preferredVersion"`
		} `json:"groups"`
	}
	if err := c.Do(ctx, Call{Op: "list the API groups", Path: []string{"apis"}}, &groups); err != nil {
		return Named{}, err
	}
	for _, g := range groups.Groups {
		if qualified && g.Name != group {
			continue
		}
		path := append([]string{"apis"}, strings.Split(g.PreferredVersion.GroupVersion, "/")...)
		found, names, err := c.inGroup(ctx, path, g.Name, name)
		if found.Plural != "" {
			return found, nil
		}
		if err != nil && qualified { // a group of an extension that is down is not everybody's concern
			return Named{}, err
		}
		all = append(all, names...)
	}
	missing := fault.Newf(fault.NotFound, "the cluster has no resource %q", word)
	for _, n := range near.Match(name, all, 3) {
		missing.Hints = append(missing.Hints, "did you mean "+n+"?")
	}
	return Named{}, missing
}

// inGroup looks for a name among the resources of a group, and returns all of
// their names.
func (c *Cluster) inGroup(ctx context.Context, path []string, group, name string) (found Named, names []string, err error) {
	var list struct {
		Resources []struct {
			Name         string   `json:"name"`
			SingularName string   `json:"singularName"`
			Kind         string   `json:"kind"`
			Namespaced   bool     `json:"namespaced"`
			ShortNames   []string `json:"shortNames"`
		} `json:"resources"`
	}
	if err := c.Do(ctx, Call{Op: "list the resources of " + strings.Join(path, "/"), Path: path}, &list); err != nil {
		return found, nil, err
	}
	for _, r := range list.Resources {
		if strings.Contains(r.Name, "/") {
			continue // a subresource
		}
		names = append(names, r.Name)
		if r.Name == name || r.SingularName == name || strings.EqualFold(r.Kind, name) || slices.Contains(r.ShortNames, name) {
			return Named{group, r.Name, r.Namespaced}, names, nil
		}
	}
	return found, names, nil
}
