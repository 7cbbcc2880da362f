package kube

import (
	"context"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
)

// RoleRules lists the cluster roles with their rules, and the roles of a
// namespace, or with "" of all of them.
func (c *Cluster) RoleRules(ctx context.Context, namespace string) ([]audit.RoleRules, error) {
	all, err := c.roleRules(ctx, ClusterRoles, "", audit.KindClusterRole, nil)
	if err != nil {
		return nil, err
	}
	return c.roleRules(ctx, Roles, namespace, audit.KindRole, all)
}

// Rules returns the rules of one role; of an aggregated one as the cluster has
// filled them in. Namespace counts for a Role only.
func (c *Cluster) Rules(ctx context.Context, role audit.Role, namespace string) ([]audit.PolicyRule, error) {
	r := Roles
	if role.Kind == audit.KindClusterRole {
		r, namespace = ClusterRoles, ""
	}
	var found struct {
		Rules []audit.PolicyRule `json:"rules"`
	}
	err := c.Do(ctx, Call{Op: "read " + role.String(), Path: r.Path(namespace, role.Name)}, &found)
	return found.Rules, err
}

func (c *Cluster) roleRules(ctx context.Context, r Resource, namespace, kind string, all []audit.RoleRules) ([]audit.RoleRules, error) {
	for next := ""; ; {
		var page struct {
			Metadata struct {
				Continue string `json:"continue"`
			} `json:"metadata"`
			Items []struct {
				Metadata struct {
					Name      string `json:"name"`
					Namespace string `json:"namespace"`
				} `json:"metadata"`
				Rules []audit.PolicyRule `json:"rules"`
			} `json:"items"`
		}
		query := url.Values{"limit": {"500"}}
		if next != "" {
			query.Set("continue", next)
		}
		if err := c.Do(ctx, Call{Op: "list " + r.Plural, Path: r.Path(namespace, ""), Query: query}, &page); err != nil {
			return nil, err
		}
		for _, i := range page.Items {
			all = append(all, audit.RoleRules{Namespace: i.Metadata.Namespace, Role: audit.Role{Kind: kind, Name: i.Metadata.Name}, Rules: i.Rules})
		}
		if next = page.Metadata.Continue; next == "" {
			return all, nil
		}
	}
}
