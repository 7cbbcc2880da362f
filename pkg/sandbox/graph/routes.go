package graph

// Permissions by what is done with them. Those for reading follow from
// Directory.Read.All and the like by the table of implied permissions.
var (
	readApps    = both("Application.Read.All", member)
	createApps  = both("Application.ReadWrite.All Application.ReadWrite.OwnedBy", member)
	writeGrants = both("DelegatedPermissionGrant.ReadWrite.All", admin)
	readGrants  = both("DelegatedPermissionGrant.Read.All Application.Read.All", member)
	writeRoles  = both("AppRoleAssignment.ReadWrite.All", admin)
	listUsers   = both("User.ReadBasic.All", member)
	readSelf    = access{delegated: "User.Read User.ReadBasic.All", app: "User.ReadBasic.All"}
	readGroups  = both("GroupMember.Read.All", member)
	ownGroups   = access{delegated: "User.Read+GroupMember.Read.All User.ReadBasic.All+GroupMember.Read.All",
		app: "User.ReadBasic.All+GroupMember.Read.All"}
	appGroups    = both("Application.Read.All+GroupMember.Read.All", member)
	createGroups = both("Group.Create Group.ReadWrite.All", admin)
	readAll      = both("Directory.Read.All", member)
	readTenant   = access{delegated: "User.Read Organization.Read.All", app: "Organization.Read.All"}
	me           = access{delegated: "User.Read"}
	meGroups     = access{delegated: "User.Read+GroupMember.Read.All"}
)

// routes is the whole of the sandbox's Graph, but for $batch.
func routes() []route {
	return []route{
		{"GET", "/applications", readApps, (*Server).listApplications},
		{"POST", "/applications", createApps, (*Server).createApplication},
		{"GET", "/applications/{id}", readApps, (*Server).getApplication},
		{"PATCH", "/applications/{id}", createApps, (*Server).patchApplication},
		{"DELETE", "/applications/{id}", createApps, (*Server).deleteApplication},
		{"POST", "/applications/{id}/addPassword", createApps, (*Server).addPassword},
		{"POST", "/applications/{id}/removePassword", createApps, (*Server).removePassword},

		{"GET", "/servicePrincipals", readApps, (*Server).listServicePrincipals},
		{"POST", "/servicePrincipals", createApps, (*Server).createServicePrincipal},
		{"GET", "/servicePrincipals/{id}", readApps, (*Server).getServicePrincipal},
		{"PATCH", "/servicePrincipals/{id}", createApps, (*Server).patchServicePrincipal},
		{"DELETE", "/servicePrincipals/{id}", createApps, (*Server).deleteServicePrincipal},
		{"GET", "/servicePrincipals/{id}/appRoleAssignments", readApps, (*Server).listAssignments},
		{"GET", "/servicePrincipals/{id}/appRoleAssignedTo", readApps, (*Server).listAssigned},
		{"POST", "/servicePrincipals/{id}/appRoleAssignedTo", writeRoles, (*Server).createAssignment},
		{"POST", "/servicePrincipals/{id}/getMemberGroups", appGroups, (*Server).servicePrincipalGroups},

		{"GET", "/oauth2PermissionGrants", readGrants, (*Server).listGrants},
		{"POST", "/oauth2PermissionGrants", writeGrants, (*Server).createGrant},
		{"PATCH", "/oauth2PermissionGrants/{id}", writeGrants, (*Server).patchGrant},
		{"DELETE", "/oauth2PermissionGrants/{id}", writeGrants, (*Server).deleteGrant},

		{"GET", "/users", listUsers, (*Server).listUsers},
		{"GET", "/users/{id}", readSelf, (*Server).getUser},
		{"POST", "/users/{id}/getMemberGroups", ownGroups, (*Server).userGroups},
		{"POST", "/users/{id}/revokeSignInSessions", revokeAccess, (*Server).revokeSignIns},
		{"GET", "/users/{id}/transitiveMemberOf", ownGroups, (*Server).transitiveMemberOf},
		{"GET", "/users/{id}/transitiveMemberOf/{cast}", ownGroups, (*Server).transitiveMemberOf},
		{"GET", "/me", me, (*Server).getUser},
		{"POST", "/me/getMemberGroups", meGroups, (*Server).userGroups},
		{"GET", "/me/transitiveMemberOf", meGroups, (*Server).transitiveMemberOf},
		{"GET", "/me/transitiveMemberOf/{cast}", meGroups, (*Server).transitiveMemberOf},

		{"GET", "/groups", readGroups, (*Server).listGroups},
		{"POST", "/groups", createGroups, (*Server).createGroup},
		{"GET", "/groups/{id}", readGroups, (*Server).getGroup},
		{"DELETE", "/groups/{id}", createGroups, (*Server).deleteGroup},
		{"GET", "/groups/{id}/members", readGroups, (*Server).listMembers},
		{"GET", "/groups/{id}/members/{cast}", readGroups, (*Server).listMembers},
		{"GET", "/groups/{id}/transitiveMembers", readGroups, (*Server).listTransitiveMembers},
		{"GET", "/groups/{id}/transitiveMembers/{cast}", readGroups, (*Server).listTransitiveMembers},

		{"GET", "/directoryObjects/{id}", readAll, (*Server).getObject},
		{"POST", "/directoryObjects/getByIds", readAll, (*Server).getByIDs},
		{"GET", "/organization", readTenant, (*Server).listOrganization},
		{"GET", "/organization/{id}", readTenant, (*Server).getOrganization},
	}
}
