package audit

import (
	"slices"
	"strings"
)

// PolicyRule is one rule of a role, with the field names of RBAC.
type PolicyRule struct {
	Verbs     []string `json:"verbs,omitempty"`
	Groups    []string `json:"apiGroups,omitempty"`
	Resources []string `json:"resources,omitempty"`
	Names     []string `json:"resourceNames,omitempty"`
	URLs      []string `json:"nonResourceURLs,omitempty"`
}

// RoleRules are a role's rules; those of an aggregated one as the cluster has
// filled them in.
type RoleRules struct {
	Namespace string // of a Role
	Role      Role
	Rules     []PolicyRule
}

// Action is something that may be allowed. Namespace "" is the whole cluster,
// Name "" any.
type Action struct {
	Verb        string `json:"verb"`
	Group       string `json:"group"`
	Resource    string `json:"resource"`
	Subresource string `json:"subresource,omitempty"`
	Name        string `json:"name,omitempty"`
	Namespace   string `json:"namespace,omitempty"`
}

// String returns the action as people say it.
func (a Action) String() string {
	s := a.Verb + " " + a.Resource
	if a.Subresource != "" {
		s += "/" + a.Subresource
	}
	if a.Group != "" {
		s += "." + a.Group
	}
	if a.Name != "" {
		s += " " + a.Name
	}
	if a.Namespace == "" {
		return s + " in the whole cluster"
	}
	return s + " in namespace " + a.Namespace
}

// Allows reports whether a rule allows an action, as Kubernetes' own authorizer
// decides (plugin/pkg/auth/authorizer/rbac, RuleAllows).
func (r PolicyRule) Allows(a Action) bool {
	resource := a.Resource
	if a.Subresource != "" {
		resource += "/" + a.Subresource
	}
	matches := slices.Contains(r.Resources, "*") || slices.Contains(r.Resources, resource) ||
		a.Subresource != "" && slices.Contains(r.Resources, "*/"+a.Subresource)
	return matches && oneOf(r.Verbs, a.Verb) && oneOf(r.Groups, a.Group) &&
		(len(r.Names) == 0 || slices.Contains(r.Names, a.Name))
}

// Sample returns something that rules allow, by the first that is about
// resources: with the words of the rule, or a common one in place of *.
func Sample(rules []PolicyRule) (Action, bool) {
	for _, r := range rules {
		if len(r.Verbs) == 0 || len(r.Groups) == 0 || len(r.Resources) == 0 {
			continue
		}
		a := Action{Verb: some(r.Verbs, "get"), Group: some(r.Groups, "")}
		a.Resource, a.Subresource, _ = strings.Cut(some(r.Resources, "pods"), "/")
		if a.Resource == "*" {
			a.Resource = "pods" // of */scale
		}
		if len(r.Names) > 0 {
			a.Name = r.Names[0]
		}
		return a, true
	}
	return Action{}, false
}

func some(list []string, all string) string {
	if list[0] == "*" {
		return all
	}
	return list[0]
}

func oneOf(list []string, s string) bool {
	return slices.Contains(list, "*") || slices.Contains(list, s)
}

// String returns the rule on one line.
func (r PolicyRule) String() string {
	groups := make([]string, len(r.Groups))
	for i, g := range r.Groups {
		if groups[i] = g; g == "" {
			groups[i] = "core"
		}
	}
	s := strings.Join(r.Verbs, ",") + " " + strings.Join(r.Resources, ",") + " (" + strings.Join(groups, ",") + ")"
	if len(r.Names) > 0 {
		s += " named " + strings.Join(r.Names, ",")
	}
	return s
}
