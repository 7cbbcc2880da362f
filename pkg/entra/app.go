package entra

import "time"

// Application is an app registration: the definition, known by ClientID, with
// an ObjectID of its own that RBAC never sees.
type Application struct {
	ID             ObjectID
	ClientID       ClientID
	UniqueName     string // stable key for create-if-missing
	Name           string // display name
	Audience       string // signInAudience
	IdentifierURIs []string
	Tags           []string
	Notes          string

	TokenVersion   int      // requestedAccessTokenVersion; 0 is unset and means v1
	GroupClaims    string   // groupMembershipClaims: "", SecurityGroup, All, ...
	OptionalClaims []string // names of the optional claims of the access token
	GuestUPN       string   // property of the optional claim upn that gives one to guests; or ""

	PublicClient bool     // isFallbackPublicClient: device code works without a secret
	RedirectURIs []string // publicClient.redirectUris

	Scopes      []Scope
	Permissions []ResourcePermissions // requiredResourceAccess
	Secrets     []SecretInfo
}

// Scope is a delegated permission that an application offers
// (api.oauth2PermissionScopes).
type Scope struct {
	ID          string // GUID
	Value       string // "user_impersonation"
	Description string
	Enabled     bool
}

// ResourcePermissions is what an application declares to need of one resource.
// Declaring grants nothing.
type ResourcePermissions struct {
	Resource  ClientID
	Delegated []string // scope GUIDs
	AppRoles  []string // application permission GUIDs
}

// SecretInfo describes a password credential; its value was shown once, when
// it was made.
type SecretInfo struct {
	KeyID   string
	Name    string
	Hint    string // first characters
	Expires time.Time
}

// ServicePrincipalInfo is an application's presence in a tenant, as far as
// setup and doctor look at it.
type ServicePrincipalInfo struct {
	ID                 ObjectID
	ClientID           ClientID
	Name               string
	Enabled            bool
	AssignmentRequired bool
}

// ScopeGrant is an oauth2PermissionGrant: consent to delegated permissions.
type ScopeGrant struct {
	ID        string
	Client    ObjectID // service principal that may ask
	Resource  ObjectID // service principal that is asked
	Principal ObjectID // one user; empty: everybody (admin consent)
	Scope     string   // values separated by spaces
}

// RoleGrant is an appRoleAssignment: an application permission in force.
type RoleGrant struct {
	ID        string
	Principal ObjectID // service principal that holds it
	Resource  ObjectID
	Role      string // app role GUID
}

// Organization is a tenant as Graph's /organization tells it.
type Organization struct {
	Tenant        TenantID
	Name          string
	InitialDomain string // contoso.onmicrosoft.com
	Domains       []string
}
