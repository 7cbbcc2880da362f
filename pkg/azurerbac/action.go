package azurerbac

import "path"

// inCluster is what the names of all data actions inside clusters begin with.
const inCluster = "Microsoft.ContainerService/managedClusters/"

// Attributes are an action as Kubernetes names it.
type Attributes struct{ Verb, Group, Resource, Subresource string }

// DataAction returns the data action that Azure is asked about for an action
// inside a cluster: the rules of kubeguard/guard, AKS' authorizer
// (authz/providers/azure/rbac/checkaccessreqhelper.go, getDataActions). Neither
// the object's name nor a subresource counts, but for pods/exec.
func DataAction(a Attributes) string {
	if a.Resource == "pods" && a.Subresource == "exec" {
		return inCluster + path.Join(a.Group, "pods/exec/action")
	}
	return inCluster + path.Join(a.Group, a.Resource, operation(a.Verb))
}

// operation is the last part of a data action. A verb that Azure does not know
// has none: only a role for everything covers it.
func operation(verb string) string {
	switch verb {
	case "get", "list", "watch":
		return "read"
	case "create", "patch", "update":
		return "write"
	case "delete", "deletecollection":
		return "delete"
	case "bind", "escalate", "use", "impersonate":
		return verb + "/action"
	case "*":
		return "*"
	default:
		return ""
	}
}
