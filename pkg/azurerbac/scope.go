package azurerbac

import "strings"

// Level is the kind of thing that an assignment's scope is.
type Level string

// The levels, from the widest to the narrowest.
const (
	Root            Level = "root"
	ManagementGroup Level = "management group"
	Subscription    Level = "subscription"
	ResourceGroup   Level = "resource group"
	Cluster         Level = "cluster"
	Namespace       Level = "namespace"
)

// NamespaceScope returns the scope of a namespace of a cluster (AKS, "Use Azure
// RBAC for Kubernetes authorization"); of "" it is the cluster's own.
func NamespaceScope(cluster, namespace string) string {
	cluster = strings.TrimRight(cluster, "/")
	if namespace == "" {
		return cluster
	}
	return cluster + "/namespaces/" + namespace
}

// Place says where a scope counts in a cluster: in a namespace, or with "" in
// the whole of it. Name is what the level is called. False: not in this cluster.
func Place(scope, cluster string) (level Level, name, namespace string, ok bool) {
	scope, cluster = strings.TrimRight(scope, "/"), strings.TrimRight(cluster, "/")
	last := scope[strings.LastIndexByte(scope, '/')+1:]
	below, inside := cutFold(scope, cluster+"/namespaces/")
	switch {
	case inside && below != "" && !strings.Contains(below, "/"):
		return Namespace, below, strings.ToLower(below), true
	case strings.EqualFold(scope, cluster):
		return Cluster, last, "", true
	case scope == "":
		return Root, "/", "", true
	case prefixFold(scope, "/providers/Microsoft.Management/managementGroups/"):
		return ManagementGroup, last, "", true // Azure names no others than those above
	}
	if rest, above := cutFold(cluster, scope+"/"); above {
		switch {
		case prefixFold(rest, "resourceGroups/"):
			return Subscription, last, "", true
		case prefixFold(rest, "providers/"):
			return ResourceGroup, last, "", true
		}
	}
	return "", "", "", false
}

// cutFold is strings.CutPrefix without case, which no part of a scope has.
func cutFold(s, prefix string) (string, bool) {
	if !prefixFold(s, prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

func prefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
