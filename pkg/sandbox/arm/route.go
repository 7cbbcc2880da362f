package arm

import (
	"net/http"
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

// route is one operation of ARM. Action is what the caller's role must allow; an
// empty one is open to everybody who is signed in.
type route struct {
	method, pattern, action string
	handle                  func(*Server, *call) (*reply, error)
}

const (
	subscriptionPath = "/subscriptions/{subscription}"
	groupPath        = subscriptionPath + "/resourceGroups/{group}"
	provider         = "/providers/Microsoft.ContainerService"
	clusterPath      = groupPath + provider + "/managedClusters/{name}"
)

// routes is the whole of the sandbox's ARM.
var routes = []route{
	{"GET", "/tenants", "", (*Server).listTenants},
	{"GET", "/subscriptions", "", (*Server).listSubscriptions},
	{"GET", subscriptionPath, resources + "/read", (*Server).getSubscription},

	{"GET", subscriptionPath + "/resourceGroups", resources + "/resourceGroups/read", (*Server).listGroups},
	{"GET", groupPath, resources + "/resourceGroups/read", (*Server).getGroup},
	{"HEAD", groupPath, resources + "/resourceGroups/read", (*Server).headGroup},
	{"PUT", groupPath, resources + "/resourceGroups/write", (*Server).putGroup},
	{"DELETE", groupPath, resources + "/resourceGroups/delete", (*Server).deleteGroup},

	{"GET", subscriptionPath + provider + "/managedClusters", clusters + "/read", (*Server).listClusters},
	{"GET", groupPath + provider + "/managedClusters", clusters + "/read", (*Server).listClusters},
	{"GET", clusterPath, clusters + "/read", (*Server).getCluster},
	{"PUT", clusterPath, clusters + "/write", (*Server).putCluster},
	{"PATCH", clusterPath, clusters + "/write", (*Server).patchCluster},
	{"DELETE", clusterPath, clusters + "/delete", (*Server).deleteCluster},
	{"POST", clusterPath + "/listClusterUserCredential", clusters + "/listClusterUserCredential/action", (*Server).userCredential},
	{"POST", clusterPath + "/listClusterAdminCredential", clusters + "/listClusterAdminCredential/action", (*Server).adminCredential},
	{"POST", clusterPath + "/resetAADProfile", clusters + "/resetAADProfile/action", (*Server).resetProfile},

	{"GET", subscriptionPath + provider + "/locations/{location}/operations/{operation}", "", (*Server).getOperation},
	{"GET", subscriptionPath + provider + "/locations/{location}/operationresults/{operation}", "", (*Server).getResult},
	{"GET", subscriptionPath + "/operationresults/{operation}", "", (*Server).getResult},
}

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
	"locations": true, "operations": true, "operationresults": true}

// spelling has every fixed part of the routes by its lower case.
var spelling = fixedParts()

func fixedParts() map[string]string {
	parts := map[string]string{}
	for _, r := range routes {
		for part := range strings.SplitSeq(r.pattern, "/") {
			if !strings.HasPrefix(part, "{") {
				parts[strings.ToLower(part)] = part
			}
		}
	}
	return parts
}
