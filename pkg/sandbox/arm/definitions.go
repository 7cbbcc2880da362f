package arm

import (
	"net/http"
	"strings"
)

// role is one of Azure's built-in role definitions, with its public id. A * in
// an action stands for any text.
type role struct {
	id, name, description string
	actions, notActions   []string
	dataActions           []string
	notDataActions        []string
}

const (
	authorization = "Microsoft.Authorization"
	inCluster     = "Microsoft.ContainerService/managedClusters"
)

// The roles that somebody has from the start.
const (
	ownerRole       = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
	clusterUserRole = "4abbcc35-e782-43d8-92c5-2d3f1bd2253f"
)

// readable is what the roles inside a cluster can do outside of it.
var readable = []string{authorization + "/*/read", "Microsoft.Resources/subscriptions/read",
	"Microsoft.Resources/subscriptions/operationresults/read", "Microsoft.Resources/subscriptions/resourceGroups/read"}

// definitions are the built-in roles that this project's subject meets (built-in
// roles reference).
var definitions = []role{
	{id: ownerRole, name: "Owner", description: "Grants full access to manage all resources, including the ability to assign roles in Azure RBAC.",
		actions: []string{"*"}},
	{id: "b24988ac-6180-42a0-ab88-20f7382dd24c", name: "Contributor",
		description: "Grants full access to manage all resources, but does not allow you to assign roles in Azure RBAC, manage assignments in Azure Blueprints, or share image galleries.",
		actions:     []string{"*"},
		notActions: []string{authorization + "/*/Delete", authorization + "/*/Write", authorization + "/elevateAccess/Action",
			"Microsoft.Blueprint/blueprintAssignments/write", "Microsoft.Blueprint/blueprintAssignments/delete", "Microsoft.Compute/galleries/share/action",
			"Microsoft.Purview/consents/write", "Microsoft.Purview/consents/delete", "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
			"Microsoft.Subscription/cancel/action", "Microsoft.Subscription/enable/action"}},
	{id: "acdd72a7-3385-48ef-bd42-f606fba81ae7", name: "Reader", description: "View all resources, but does not allow you to make any changes.",
		actions: []string{"*/read"}},
	{id: "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", name: "User Access Administrator", description: "Lets you manage user access to Azure resources.",
		actions: []string{"*/read", authorization + "/*", "Microsoft.Support/*"}},
	{id: "f58310d9-a9f6-439a-9e8d-f62e7b41a168", name: "Role Based Access Control Administrator",
		description: "Manage access to Azure resources by assigning roles using Azure RBAC. This role does not allow you to manage access using other ways, such as Azure Policy.",
		actions:     []string{authorization + "/roleAssignments/write", authorization + "/roleAssignments/delete", "*/read", "Microsoft.Support/*"}},
	{id: "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8", name: "Azure Kubernetes Service Contributor Role",
		description: "Grants access to read and write Azure Kubernetes Service clusters",
		actions: []string{authorization + "/*/read", "Microsoft.ContainerService/locations/*", inCluster + "/*", "Microsoft.ContainerService/managedclustersnapshots/*",
			"Microsoft.ContainerService/snapshots/*", "Microsoft.Insights/alertRules/*", "Microsoft.Resources/deployments/*", "Microsoft.Resources/subscriptions/resourceGroups/read"}},
	{id: "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", name: "Azure Kubernetes Service Cluster Admin Role", description: "List cluster admin credential action.",
		actions: []string{inCluster + "/listClusterAdminCredential/action", inCluster + "/accessProfiles/listCredential/action", inCluster + "/read", inCluster + "/runcommand/action"}},
	{id: clusterUserRole, name: "Azure Kubernetes Service Cluster User Role", description: "List cluster user credential action.",
		actions: []string{inCluster + "/listClusterUserCredential/action", inCluster + "/read"}},
	{id: "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", name: "Azure Kubernetes Service RBAC Cluster Admin", description: "Lets you manage all resources in the cluster.",
		actions: append([]string{inCluster + "/listClusterUserCredential/action"}, readable...), dataActions: []string{inCluster + "/*"}},
	{id: "3498e952-d568-435e-9b2c-8d77e338d7f7", name: "Azure Kubernetes Service RBAC Admin",
		description: "Lets you manage all resources under cluster/namespace, except update or delete resource quotas and namespaces.",
		actions:     append([]string{inCluster + "/listClusterUserCredential/action"}, readable...), dataActions: []string{inCluster + "/*"},
		notDataActions: []string{inCluster + "/resourcequotas/write", inCluster + "/resourcequotas/delete", inCluster + "/namespaces/write", inCluster + "/namespaces/delete"}},
	{id: "7f6c6a51-bcf8-42ba-9220-52d62157d7db", name: "Azure Kubernetes Service RBAC Reader",
		description: "Allows read-only access to see most objects in a namespace.", actions: readable,
		dataActions: inside(readerActions)},
	{id: "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb", name: "Azure Kubernetes Service RBAC Writer",
		description: "Allows read/write access to most objects in a namespace.", actions: readable,
		dataActions: inside(writerActions)},
}

func (r *role) allows(action string) bool {
	return covers(r.actions, action) && !covers(r.notActions, action)
}

func (r *role) allowsData(action string) bool {
	return covers(r.dataActions, action) && !covers(r.notDataActions, action)
}

func covers(patterns []string, action string) bool {
	for _, p := range patterns {
		if wild(strings.ToLower(p), strings.ToLower(action)) {
			return true
		}
	}
	return false
}

// wild compares text with a pattern in which * stands for any text.
func wild(pattern, text string) bool {
	head, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == text
	}
	if !strings.HasPrefix(text, head) {
		return false
	}
	for i := len(head); i <= len(text); i++ {
		if wild(rest, text[i:]) {
			return true
		}
	}
	return false
}

// definition finds a role by the id at the end of a path, or by its GUID.
func definition(id string) (*role, bool) {
	id = id[strings.LastIndexByte(id, '/')+1:]
	for i := range definitions {
		if strings.EqualFold(definitions[i].id, id) {
			return &definitions[i], true
		}
	}
	return nil, false
}

func (s *Server) definitionID(r *role) string {
	return "/subscriptions/" + s.subscription + "/providers/" + authorization + "/roleDefinitions/" + r.id
}

func (s *Server) definitionAnswer(r *role) map[string]any {
	full := func(list []string) []string { return append([]string{}, list...) }
	return map[string]any{"id": s.definitionID(r), "name": r.id, "type": authorization + "/roleDefinitions", "properties": map[string]any{
		"roleName": r.name, "type": "BuiltInRole", "description": r.description, "assignableScopes": []string{"/"},
		"permissions": []any{map[string]any{"actions": full(r.actions), "notActions": full(r.notActions),
			"dataActions": full(r.dataActions), "notDataActions": full(r.notDataActions)}},
		"createdOn": "2015-02-02T21:55:09.8806423Z", "updatedOn": "2021-11-11T20:13:14.3917023Z", "createdBy": nil, "updatedBy": nil}}
}

func (s *Server) listDefinitions(c *call) (*reply, error) {
	if err := s.exists(c); err != nil {
		return nil, err
	}
	f, err := parseFilter(c, "roleName", "type")
	if err != nil {
		return nil, err
	}
	list := []any{}
	for i := range definitions {
		if r := &definitions[i]; f.equal("roleName", r.name) && f.equal("type", "BuiltInRole") {
			list = append(list, s.definitionAnswer(r))
		}
	}
	return ok(map[string]any{"value": list}), nil
}

func (s *Server) getDefinition(c *call) (*reply, error) {
	r, found := definition(c.PathValue("definition"))
	if !found {
		return nil, failure(http.StatusNotFound, "RoleDefinitionDoesNotExist", "The specified role definition with ID '%s' does not exist.", c.PathValue("definition"))
	}
	return ok(s.definitionAnswer(r)), nil
}
