package arm

import (
	"net/http"
	"slices"
	"strings"
)

// regions are the public regions in which AKS is offered.
var regions = []string{"eastus", "eastus2", "southcentralus", "westus2", "westus3", "australiaeast", "southeastasia", "northeurope",
	"swedencentral", "uksouth", "westeurope", "centralus", "southafricanorth", "centralindia", "eastasia", "indonesiacentral", "japaneast",
	"japanwest", "koreacentral", "malaysiawest", "newzealandnorth", "canadacentral", "austriaeast", "francecentral", "germanywestcentral",
	"italynorth", "norwayeast", "polandcentral", "spaincentral", "switzerlandnorth", "mexicocentral", "uaenorth", "brazilsouth", "chilecentral",
	"israelcentral", "qatarcentral", "northcentralus", "westus", "westcentralus", "southafricawest", "australiacentral", "australiacentral2",
	"australiasoutheast", "koreasouth", "southindia", "westindia", "canadaeast", "francesouth", "germanynorth", "norwaywest",
	"switzerlandwest", "ukwest", "uaecentral", "brazilsoutheast"}

func (s *Server) listLocations(*call) (*reply, error) {
	list := []any{}
	for _, name := range regions {
		list = append(list, map[string]any{"id": "/subscriptions/" + s.subscription + "/locations/" + name, "name": name, "displayName": name,
			"regionalDisplayName": name, "type": "Region", "metadata": map[string]any{"regionType": "Physical", "regionCategory": "Recommended"}})
	}
	return ok(map[string]any{"value": list}), nil
}

// namespaces are the resource providers that the sandbox has, with their types.
var namespaces = map[string][]string{
	"Microsoft.ContainerService": {"managedClusters", "managedClusters/agentPools", "locations", "operations"},
	"Microsoft.Resources":        {"tenants", "subscriptions", "resourceGroups", "locations"},
	authorization:                {"roleAssignments", "roleDefinitions"},
}

// apiVersions are those that a provider lists; every other date is taken too.
var apiVersions = []string{"2025-02-01", "2022-11-01", "2022-04-01", "2021-04-01", "2019-11-01"}

func (s *Server) providerAnswer(name string) map[string]any {
	types := []any{}
	for _, t := range namespaces[name] {
		types = append(types, map[string]any{"resourceType": t, "locations": regions, "apiVersions": apiVersions,
			"capabilities": "SupportsTags, SupportsLocation"})
	}
	return map[string]any{"id": "/subscriptions/" + s.subscription + "/providers/" + name, "namespace": name,
		"registrationState": "Registered", "registrationPolicy": "RegistrationRequired", "resourceTypes": types}
}

func (s *Server) listProviders(*call) (*reply, error) {
	list := []any{}
	for _, name := range []string{authorization, "Microsoft.ContainerService", "Microsoft.Resources"} {
		list = append(list, s.providerAnswer(name))
	}
	return ok(map[string]any{"value": list}), nil
}

// getProvider shows a provider, and answers a request to register it: all of
// them are.
func (s *Server) getProvider(c *call) (*reply, error) {
	for name := range namespaces {
		if strings.EqualFold(name, c.PathValue("provider")) {
			return ok(s.providerAnswer(name)), nil
		}
	}
	return nil, failure(http.StatusNotFound, "InvalidResourceNamespace", "The resource namespace '%s' is invalid.", c.PathValue("provider"))
}

// listOperations tells what can be done with clusters: the actions of the routes.
func (s *Server) listOperations(*call) (*reply, error) {
	list := []any{}
	for _, name := range actions() {
		what := strings.Split(strings.TrimPrefix(name, "Microsoft.ContainerService/"), "/")
		list = append(list, map[string]any{"name": name, "origin": "user,system", "display": map[string]any{"provider": "Microsoft Container Service",
			"resource": strings.Join(what[:1], "/"), "operation": strings.Join(what[1:], " "), "description": strings.Join(what, " ")}})
	}
	return ok(map[string]any{"value": list}), nil
}

func actions() []string {
	var out []string
	for _, r := range routeTable() {
		if strings.HasPrefix(r.action, "Microsoft.ContainerService/") {
			out = append(out, r.action)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
