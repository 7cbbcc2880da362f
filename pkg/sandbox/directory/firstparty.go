package directory

import (
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// First-party applications that only the sandbox needs to know by id; ids and
// names are by a list read from Graph (merill/microsoft-info@43b8a5d, 2026-08-20).
const (
	ResourceManager entra.ClientID = "797f4846-ba00-4fd7-ba43-dac1f8f63013" // ARM
	AzurePortal     entra.ClientID = "74658136-14ec-4630-ad9b-26e160ff0fc6" // behind Azure CLI's admin-consent
)

// permission is a delegated or application permission with its public id.
type permission struct{ id, value string }

// graphScopes are the delegated permissions of Microsoft Graph that somebody here
// may meet. All ids were compared with Microsoft's list
// (microsoftgraph/microsoft-graph-devx-content permissions-descriptions.json@6cbd6bb,
// 2026-08-07).
var graphScopes = []permission{
	{entra.UserRead, "User.Read"},
	{"b340eb25-3456-403f-be2f-af7a0d370277", "User.ReadBasic.All"},
	{"a154be20-db9c-4678-8ab7-66f6cc099a59", "User.Read.All"},
	{"204e0828-b5ca-4ad8-b9f3-f32a958e7cc4", "User.ReadWrite.All"},
	{entra.DirectoryReadAll, "Directory.Read.All"},
	{"c5366453-9fb0-48a5-a156-24f0c49a4b84", "Directory.ReadWrite.All"},
	{"0e263e50-5827-48a4-b97c-d940288653c7", "Directory.AccessAsUser.All"},
	{"5f8c59db-677d-491f-a6b8-5f174b11ec1d", "Group.Read.All"},
	{"4e46008b-f24c-477d-8fff-7bb4ec7aafe0", "Group.ReadWrite.All"},
	{entra.GroupMemberReadAll, "GroupMember.Read.All"},
	{"f81125ac-d3b7-4573-a3b2-7099cc39df9e", "GroupMember.ReadWrite.All"},
	{"63dd7cd9-b489-4adf-a28c-ac38b9a0f962", "User.Invite.All"},
	{"4908d5b9-3fb2-4b1e-9336-1888b7937185", "Organization.Read.All"},
	{"2f9ee017-59c1-4f1d-9472-bd5529a7b311", "Domain.Read.All"},
	{"c79f8feb-a9db-4090-85f9-90d820caa0eb", "Application.Read.All"},
	{"bdfbf15f-ee85-4955-8675-146e8e5296b5", "Application.ReadWrite.All"},
	{"84bccea3-f856-4a8a-967b-dbe0a3d53a64", "AppRoleAssignment.ReadWrite.All"},
	{"41ce6ca6-6826-4807-84f1-1c82854f7ee5", "DelegatedPermissionGrant.ReadWrite.All"},
	{"e4c9e354-4dc5-45b8-9e7c-e1393b0b1a20", "AuditLog.Read.All"},
	{"37f7f235-527c-4136-accd-4a02d197296e", "openid"},
	{"14dad69e-099b-42c9-810b-d002981feec1", "profile"},
	{"64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", "email"},
	{"7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "offline_access"},
}

// graphRoles are its application permissions, compared with the same list.
var graphRoles = []permission{
	{entra.DirectoryReadAllApp, "Directory.Read.All"},
	{entra.GroupMemberReadAllApp, "GroupMember.Read.All"},
	{"dbaae8cf-10b5-4b86-a4a1-f871c94c6695", "GroupMember.ReadWrite.All"},
	{"09850681-111b-4a89-9bed-3f2cae46d706", "User.Invite.All"},
	{"741f803b-c850-494e-b5df-cde7c675a1ca", "User.ReadWrite.All"},
	{"bf7b1a76-6e77-406b-b258-bf5c7720e98f", "Group.Create"},
	{"498476ce-e0fe-48b0-b801-37ba7e2685c6", "Organization.Read.All"},
	{"dbb9058a-0e50-45d7-ae91-66909b5d4664", "Domain.Read.All"},
	{entra.ApplicationReadAllApp, "Application.Read.All"},
	{entra.UserReadBasicAllApp, "User.ReadBasic.All"},
	{"df021288-bdef-4463-88db-98f22de89214", "User.Read.All"},
	{"5b567255-7703-4780-807c-7be8301ae99b", "Group.Read.All"},
	{"62a82d76-70ea-41e2-9197-370581804d09", "Group.ReadWrite.All"},
	{"19dbc75e-c2e2-444c-a770-ec69d8559fc7", "Directory.ReadWrite.All"},
	{"1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9", "Application.ReadWrite.All"},
	{"18a4783c-866b-4cc7-a460-3d5e5662c884", "Application.ReadWrite.OwnedBy"},
	{"06b708a9-e830-4db3-a914-8e69da51d44f", "AppRoleAssignment.ReadWrite.All"},
	{"8e8e4742-1d95-4f68-9d56-6ee75648c72a", "DelegatedPermissionGrant.ReadWrite.All"},
}

// azureCLIScopes is what Azure CLI's client has on Graph without any consent, by
// the scp of its tokens that people show.
var azureCLIScopes = []string{"AuditLog.Read.All", "Directory.AccessAsUser.All", "Group.ReadWrite.All",
	"User.Read.All", "User.ReadWrite.All", "Application.ReadWrite.All", "AppRoleAssignment.ReadWrite.All",
	"DelegatedPermissionGrant.ReadWrite.All", "openid", "profile", "email"}

// firstParty is an application of the vendor, present in every tenant.
type firstParty struct {
	id      entra.ClientID
	name    string
	uris    []string
	public  bool
	version int    // of its access tokens
	groups  string // groupMembershipClaims
	scopes  []permission
	roles   []permission
	clients map[entra.ClientID][]string // pre-authorized client → scope values
}

func firstParties() []firstParty {
	impersonate := func(seed string) []permission { return []permission{{ID("scope", seed), "user_impersonation"}} }
	usual := []string{"user_impersonation"}
	return []firstParty{
		{id: entra.MicrosoftGraph, name: "Microsoft Graph", version: 1, scopes: graphScopes, roles: graphRoles,
			uris:    []string{"https://graph.microsoft.com", "https://graph.microsoft.us", "https://microsoftgraph.chinacloudapi.cn"},
			clients: map[entra.ClientID][]string{entra.AzureCLI: azureCLIScopes}},
		{id: ResourceManager, name: "Azure Resource Manager", version: 1, scopes: impersonate("arm"),
			uris:    []string{"https://management.core.windows.net/", "https://management.azure.com/"},
			clients: map[entra.ClientID][]string{entra.AzureCLI: usual}},
		{id: AzurePortal, name: "ADIbizaUX", version: 1, scopes: impersonate("portal"),
			clients: map[entra.ClientID][]string{entra.AzureCLI: usual}},
		{id: entra.AKSServer, name: "Azure Kubernetes Service AAD Server", version: 1, groups: "SecurityGroup",
			scopes: impersonate("aks"), clients: map[entra.ClientID][]string{entra.AKSClient: usual, entra.AzureCLI: usual}},
		{id: entra.AKSClient, name: "Azure Kubernetes Service AAD Client", public: true, version: 1},
		{id: entra.AzureCLI, name: "Microsoft Azure CLI", public: true, version: 1},
	}
}

// application returns the registration of a first-party application.
func (f firstParty) application() Application {
	a := Application{
		ID: entra.ObjectID(ID("application", string(f.id))), AppID: f.id, DisplayName: f.name, SignInAudience: "AzureADMultipleOrgs",
		IdentifierURIs: f.uris, IsFallbackPublicClient: &f.public,
		API: API{RequestedAccessTokenVersion: &f.version},
	}
	if f.groups != "" {
		a.GroupMembershipClaims = &f.groups
	}
	if f.public {
		a.PublicClient.RedirectURIs = []string{"http://localhost", "urn:ietf:wg:oauth:2.0:oob"}
	}
	ids := map[string]string{}
	for _, s := range f.scopes {
		ids[s.value] = s.id
		a.API.OAuth2PermissionScopes = append(a.API.OAuth2PermissionScopes, PermissionScope{ID: s.id, Value: s.value,
			Type: "User", IsEnabled: true, AdminConsentDisplayName: s.value, AdminConsentDescription: s.value})
	}
	for _, r := range f.roles {
		a.AppRoles = append(a.AppRoles, AppRole{ID: r.id, Value: r.value, DisplayName: r.value, Description: r.value,
			IsEnabled: true, AllowedMemberTypes: []string{"Application"}})
	}
	for client, values := range f.clients {
		p := PreAuthorization{AppID: client}
		for _, v := range values {
			p.DelegatedPermissionIDs = append(p.DelegatedPermissionIDs, ids[v])
		}
		a.API.PreAuthorizedApplications = append(a.API.PreAuthorizedApplications, p)
	}
	a.normalize()
	return a
}
