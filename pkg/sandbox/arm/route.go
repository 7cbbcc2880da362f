package arm

import (
	"net/http"
	"slices"
	"strings"
)

// Names of the resource types in authorization actions.
const (
	resources = "Microsoft.Resources/subscriptions"
	clusters  = "Microsoft.ContainerService/managedClusters"
)

// reply is a successful answer; a nil Body is an empty one.
type reply struct {
	status int
	header http.Header
	body   any
}

func ok(body any) *reply { return &reply{status: http.StatusOK, body: body} }

// call is one request of somebody who may make it.
type call struct {
	*http.Request
	caller caller
}

func (c *call) group() string { return c.PathValue("group") }
func (c *call) name() string  { return c.PathValue("name") }

// route is one operation of ARM. Action is what a role of the caller's must
// allow; an empty one is open to everybody who is signed in. Partial are lists
// that show everybody with a role there what they may see.
type route struct {
	method, pattern, action string
	handle                  func(*Server, *call) (*reply, error)
	partial                 bool
}

const (
	subscriptionPath = "/subscriptions/{subscription}"
	groupPath        = subscriptionPath + "/resourceGroups/{group}"
	provider         = "/providers/Microsoft.ContainerService"
	clusterPath      = groupPath + provider + "/managedClusters/{name}"
	namespacePath    = clusterPath + "/namespaces/{namespace}"
)

// routeTable is the whole of the sandbox's ARM.
func routeTable() []route {
	return slices.Concat(resourceRoutes(), clusterRoutes(), authorizationRoutes())
}

func resourceRoutes() []route {
	const groups = resources + "/resourceGroups"
	return []route{
		{"GET", "/tenants", "", (*Server).listTenants, false},
		{"GET", "/subscriptions", "", (*Server).listSubscriptions, false},
		{"GET", subscriptionPath, resources + "/read", (*Server).getSubscription, true},
		{"GET", subscriptionPath + "/locations", resources + "/locations/read", (*Server).listLocations, true},
		{"GET", subscriptionPath + "/providers", resources + "/providers/read", (*Server).listProviders, true},
		{"GET", subscriptionPath + "/providers/{provider}", resources + "/providers/read", (*Server).getProvider, true},
		{"POST", subscriptionPath + "/providers/{provider}/register", "Microsoft.ContainerService/register/action", (*Server).getProvider, false},
		{"GET", subscriptionPath + "/resourceGroups", groups + "/read", (*Server).listGroups, true},
		{"GET", subscriptionPath + "/resources", resources + "/resources/read", (*Server).listResources, true},
		{"GET", groupPath + "/resources", groups + "/resources/read", (*Server).listResources, true},
		{"GET", groupPath, groups + "/read", (*Server).getGroup, false},
		{"HEAD", groupPath, groups + "/read", (*Server).headGroup, false},
		{"PUT", groupPath, groups + "/write", (*Server).putGroup, false},
		{"PATCH", groupPath, groups + "/write", (*Server).patchGroup, false},
		{"DELETE", groupPath, groups + "/delete", (*Server).deleteGroup, false},
		{"GET", subscriptionPath + "/operationresults/{operation}", "", (*Server).getResult, false},
	}
}

func clusterRoutes() []route {
	return []route{
		{"GET", provider + "/operations", "", (*Server).listOperations, false},
		{"GET", subscriptionPath + provider + "/managedClusters", clusters + "/read", (*Server).listClusters, true},
		{"GET", groupPath + provider + "/managedClusters", clusters + "/read", (*Server).listClusters, true},
		{"GET", clusterPath, clusters + "/read", (*Server).getCluster, false},
		{"PUT", clusterPath, clusters + "/write", (*Server).putCluster, false},
		{"PATCH", clusterPath, clusters + "/write", (*Server).patchCluster, false},
		{"DELETE", clusterPath, clusters + "/delete", (*Server).deleteCluster, false},
		{"POST", clusterPath + "/start", clusters + "/start/action", (*Server).startCluster, false},
		{"POST", clusterPath + "/stop", clusters + "/stop/action", (*Server).stopCluster, false},
		{"GET", clusterPath + "/agentPools", clusters + "/agentPools/read", (*Server).listPools, false},
		{"GET", clusterPath + "/agentPools/{pool}", clusters + "/agentPools/read", (*Server).getPool, false},
		{"POST", clusterPath + "/listClusterUserCredential", clusters + "/listClusterUserCredential/action", (*Server).userCredential, false},
		{"POST", clusterPath + "/listClusterAdminCredential", clusters + "/listClusterAdminCredential/action", (*Server).adminCredential, false},
		{"POST", clusterPath + "/resetAADProfile", clusters + "/resetAADProfile/action", (*Server).resetProfile, false},
		{"GET", subscriptionPath + provider + "/locations/{location}/operations/{operation}", "", (*Server).getOperation, false},
		{"GET", subscriptionPath + provider + "/locations/{location}/operationresults/{operation}", "", (*Server).getResult, false},
	}
}

// authorizationRoutes are there at every scope that the sandbox has.
func authorizationRoutes() []route {
	var out []route
	for _, scope := range []string{subscriptionPath, groupPath, clusterPath, namespacePath} {
		definitions := scope + "/providers/" + authorization + "/roleDefinitions"
		assignments := scope + "/providers/" + authorization + "/roleAssignments"
		out = append(out,
			route{"GET", definitions, authorization + "/roleDefinitions/read", (*Server).listDefinitions, true},
			route{"GET", definitions + "/{definition}", authorization + "/roleDefinitions/read", (*Server).getDefinition, true},
			route{"GET", assignments, authorization + "/roleAssignments/read", (*Server).listAssignments, false},
			route{"GET", assignments + "/{assignment}", authorization + "/roleAssignments/read", (*Server).getAssignment, false},
			route{"PUT", assignments + "/{assignment}", authorization + "/roleAssignments/write", (*Server).putAssignment, false},
			route{"DELETE", assignments + "/{assignment}", authorization + "/roleAssignments/delete", (*Server).deleteAssignment, false})
	}
	out = append(out, route{"POST", clusterPath + "/providers/" + authorization + "/checkaccess", checkAccessAction, (*Server).checkAccess, false})
	return append(out, route{"GET", "/providers/" + authorization + "/roleDefinitions/{definition}", "", (*Server).getDefinition, false})
}

// checkAccessAction is the right to ask who has access; AKS itself has it.
const checkAccessAction = authorization + "/checkAccess/read"

// canonical gives the fixed parts of a path the spelling that the routes have:
// ARM compares them without case, and clients write resourcegroups too.
func canonical(path string) string {
	parts := strings.Split(strings.TrimRight(path, "/"), "/")
	value := false // the part is a name of the client's
	for i, part := range parts {
		name, fixed := spelling[strings.ToLower(part)]
		if value || !fixed {
			value = false
			continue
		}
		parts[i], value = name, valueAfter[name]
	}
	return strings.Join(parts, "/")
}

// valueAfter has the fixed parts behind which a name of the client's stands.
var valueAfter = map[string]bool{"subscriptions": true, "resourceGroups": true, "managedClusters": true,
	"locations": true, "operations": true, "operationresults": true, "namespaces": true, "agentPools": true,
	"roleDefinitions": true, "roleAssignments": true}

// spelling has every fixed part of the routes by its lower case.
var spelling = fixedParts()

func fixedParts() map[string]string {
	parts := map[string]string{}
	for _, r := range routeTable() {
		for part := range strings.SplitSeq(r.pattern, "/") {
			if !strings.HasPrefix(part, "{") {
				parts[strings.ToLower(part)] = part
			}
		}
	}
	return parts
}
