package graph

import "slices"

// Permissions by what is done with them. Those for reading follow from
// Directory.Read.All and the like by the table of implied permissions.
var (
	readApps    = both("Application.Read.All", member)
	createApps  = both("Application.ReadWrite.All Application.ReadWrite.OwnedBy", member)
	writeGrants = both("DelegatedPermissionGrant.ReadWrite.All", admin)
	readGrants  = both("DelegatedPermissionGrant.Read.All Application.Read.All", member)
	writeRoles  = both("AppRoleAssignment.ReadWrite.All", admin)

	listUsers  = both("User.ReadBasic.All", member)
	readSelf   = access{delegated: "User.Read User.ReadBasic.All", app: "User.ReadBasic.All"}
	writeUsers = both("User.ReadWrite.All Directory.ReadWrite.All", admin)
	revokeAny  = both("User.RevokeSessions.All User.ReadWrite.All", anyone)
	inviteUser = both("User.Invite.All User.ReadWrite.All", member)
	ownGroups  = access{delegated: "User.Read+GroupMember.Read.All User.ReadBasic.All+GroupMember.Read.All",
		app: "User.ReadBasic.All+GroupMember.Read.All"}
	me       = access{delegated: "User.Read"}
	meGroups = access{delegated: "User.Read+GroupMember.Read.All"}

	readGroups   = both("GroupMember.Read.All", member)
	createGroups = both("Group.Create Group.ReadWrite.All", admin)
	writeGroups  = both("Group.ReadWrite.All", member)
	writeMembers = both("GroupMember.ReadWrite.All", member)
	appGroups    = both("Application.Read.All+GroupMember.Read.All", member)

	readAll     = both("Directory.Read.All", member)
	readDeleted = both("Directory.Read.All Application.Read.All User.Read.All", member)
	undelete    = both("Directory.ReadWrite.All Application.ReadWrite.All Application.ReadWrite.OwnedBy User.ReadWrite.All", member)
	readTenant  = access{delegated: "User.Read Organization.Read.All", app: "Organization.Read.All"}
	readDomains = both("Domain.Read.All", member)
)

// routes is the whole of the sandbox's Graph, but for $batch.
func routes() []route {
	return slices.Concat(applicationRoutes(), servicePrincipalRoutes(), userRoutes(), groupRoutes(), directoryRoutes())
}

func applicationRoutes() []route {
	const one = "/applications/{id}"
	return slices.Concat([]route{
		{"GET", "/applications", readApps, (*Server).listApplications},
		{"GET", "/applications/$count", readApps, counted((*Server).listApplications)},
		{"POST", "/applications", createApps, (*Server).createApplication},
		{"GET", one, readApps, (*Server).getApplication},
		{"PATCH", one, createApps, (*Server).patchApplication},
		{"DELETE", one, createApps, (*Server).deleteApplication},
		{"POST", one + "/addPassword", createApps, addPassword((*Server).writtenApplicationID)},
		{"POST", one + "/removePassword", createApps, removePassword((*Server).applicationID)},
		{"GET", one + "/federatedIdentityCredentials", readApps, (*Server).listFederated},
		{"POST", one + "/federatedIdentityCredentials", createApps, (*Server).createFederated},
		{"GET", one + "/federatedIdentityCredentials/{credential}", readApps, (*Server).getFederated},
		{"PATCH", one + "/federatedIdentityCredentials/{credential}", createApps, (*Server).patchFederated},
		{"DELETE", one + "/federatedIdentityCredentials/{credential}", createApps, (*Server).deleteFederated},
	}, related(one, readApps, (*Server).applicationID, "owners"), appOwners.routes(one, createApps))
}

func servicePrincipalRoutes() []route {
	const one = "/servicePrincipals/{id}"
	return slices.Concat([]route{
		{"GET", "/servicePrincipals", readApps, (*Server).listServicePrincipals},
		{"GET", "/servicePrincipals/$count", readApps, counted((*Server).listServicePrincipals)},
		{"POST", "/servicePrincipals", createApps, (*Server).createServicePrincipal},
		{"GET", one, readApps, (*Server).getServicePrincipal},
		{"PATCH", one, createApps, (*Server).patchServicePrincipal},
		{"DELETE", one, createApps, (*Server).deleteServicePrincipal},
		{"POST", one + "/addPassword", createApps, addPassword((*Server).servicePrincipalID)},
		{"POST", one + "/removePassword", createApps, removePassword((*Server).servicePrincipalID)},
		{"GET", one + "/oauth2PermissionGrants", readGrants, grantsOf((*Server).servicePrincipalID)},
		{"GET", "/oauth2PermissionGrants", readGrants, (*Server).listGrants},
		{"POST", "/oauth2PermissionGrants", writeGrants, (*Server).createGrant},
		{"GET", "/oauth2PermissionGrants/{id}", readGrants, (*Server).getGrant},
		{"PATCH", "/oauth2PermissionGrants/{id}", writeGrants, (*Server).patchGrant},
		{"DELETE", "/oauth2PermissionGrants/{id}", writeGrants, (*Server).deleteGrant},
	}, granted((*Server).servicePrincipalID).routes(one, readApps), assigned.routes(one, readApps),
		memberships(one, appGroups, (*Server).servicePrincipalID),
		related(one, appGroups, (*Server).servicePrincipalID, "memberOf", "transitiveMemberOf"),
		related(one, readApps, (*Server).servicePrincipalID, "owners", "ownedObjects"), spOwners.routes(one, createApps))
}

func userRoutes() []route {
	const one = "/users/{id}"
	return slices.Concat([]route{
		{"GET", "/users", listUsers, (*Server).listUsers},
		{"GET", "/users/$count", listUsers, counted((*Server).listUsers)},
		{"POST", "/users", writeUsers, (*Server).createUser},
		{"GET", one, readSelf, (*Server).getUser},
		{"PATCH", one, writeUsers, (*Server).patchUser},
		{"DELETE", one, writeUsers, (*Server).deleteUser},
		{"POST", one + "/revokeSignInSessions", revokeAny, (*Server).revokeSessions},
		{"POST", "/invitations", inviteUser, (*Server).invite},
		{"GET", "/me", me, (*Server).getUser},
		{"POST", "/me/revokeSignInSessions", revokeAny, (*Server).revokeSessions},
		{"GET", "/me/oauth2PermissionGrants", readGrants, grantsOf((*Server).userID)},
		{"GET", one + "/oauth2PermissionGrants", readGrants, grantsOf((*Server).userID)},
	}, granted((*Server).userID).routes(one, readAll),
		memberships(one, ownGroups, (*Server).userID), memberships("/me", meGroups, (*Server).userID),
		related(one, ownGroups, (*Server).userID, "memberOf", "transitiveMemberOf"),
		related("/me", meGroups, (*Server).userID, "memberOf", "transitiveMemberOf"),
		related(one, readAll, (*Server).userID, "ownedObjects"), related("/me", me, (*Server).userID, "ownedObjects"))
}

func groupRoutes() []route {
	const one = "/groups/{id}"
	return slices.Concat([]route{
		{"GET", "/groups", readGroups, (*Server).listGroups},
		{"GET", "/groups/$count", readGroups, counted((*Server).listGroups)},
		{"POST", "/groups", createGroups, (*Server).createGroup},
		{"GET", one, readGroups, (*Server).getGroup},
		{"PATCH", one, writeGroups, (*Server).patchGroup},
		{"DELETE", one, writeGroups, (*Server).deleteGroup},
	}, related(one, readGroups, (*Server).groupID, "members", "transitiveMembers", "owners", "memberOf", "transitiveMemberOf"),
		memberships(one, readGroups, (*Server).groupID), granted((*Server).groupID).routes(one, readAll),
		groupMembers.routes(one, writeMembers), groupOwners.routes(one, writeGroups))
}

func directoryRoutes() []route {
	const one = "/directoryObjects/{id}"
	return slices.Concat([]route{
		{"GET", one, readAll, (*Server).getObject},
		{"POST", "/directoryObjects/getByIds", readAll, (*Server).getByIDs},
		{"GET", "/directory/deletedItems/{id}", readDeleted, (*Server).deletedItems},
		{"DELETE", "/directory/deletedItems/{id}", undelete, (*Server).purge},
		{"POST", "/directory/deletedItems/{id}/restore", undelete, (*Server).restore},
		{"GET", "/organization", readTenant, (*Server).listOrganization},
		{"GET", "/organization/{id}", readTenant, (*Server).getOrganization},
		{"GET", "/domains", readDomains, (*Server).listDomains},
		{"GET", "/domains/{id}", readDomains, (*Server).getDomain},
	}, memberships(one, readAll, (*Server).objectID))
}
