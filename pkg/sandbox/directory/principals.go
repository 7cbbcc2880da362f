package directory

import (
	"encoding/json"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// ServicePrincipal is an application's presence in a tenant. Scopes, roles and
// the app's display name are its registration's.
type ServicePrincipal struct {
	ID                        entra.ObjectID       `json:"id"`
	AppID                     entra.ClientID       `json:"appId"`
	DisplayName               string               `json:"displayName"`
	AppDisplayName            string               `json:"appDisplayName"`
	AppOwnerOrganizationID    entra.TenantID       `json:"appOwnerOrganizationId"`
	AccountEnabled            bool                 `json:"accountEnabled"`
	AppRoleAssignmentRequired bool                 `json:"appRoleAssignmentRequired"`
	ServicePrincipalNames     []string             `json:"servicePrincipalNames"`
	ServicePrincipalType      string               `json:"servicePrincipalType"`
	SignInAudience            string               `json:"signInAudience"`
	CreatedDateTime           time.Time            `json:"createdDateTime"`
	Tags                      []string             `json:"tags"`
	OAuth2PermissionScopes    []PermissionScope    `json:"oauth2PermissionScopes"`
	AppRoles                  []AppRole            `json:"appRoles"`
	PasswordCredentials       []PasswordCredential `json:"passwordCredentials"`
	KeyCredentials            []json.RawMessage    `json:"keyCredentials"`
}

// User is a person as one tenant sees them.
type User struct {
	ID                entra.ObjectID `json:"id"`
	UserPrincipalName string         `json:"userPrincipalName"`
	DisplayName       string         `json:"displayName"`
	GivenName         *string        `json:"givenName"`
	Surname           *string        `json:"surname"`
	JobTitle          *string        `json:"jobTitle"`
	Mail              *string        `json:"mail"`
	MailNickname      string         `json:"mailNickname"`
	OtherMails        []string       `json:"otherMails"`
	ProxyAddresses    []string       `json:"proxyAddresses"`
	UserType          string         `json:"userType"` // Member or Guest
	CreationType      *string        `json:"creationType"`
	ExternalUserState *string        `json:"externalUserState"`
	AccountEnabled    bool           `json:"accountEnabled"`
	Identities        []Identity     `json:"identities"`
	CreatedDateTime   time.Time      `json:"createdDateTime"`
	// Refresh tokens of sign-ins before this moment are worth nothing.
	SignInSessionsValidFromDateTime time.Time `json:"signInSessionsValidFromDateTime"`

	Person Person `json:"-"`
}

// Person is what the sandbox knows of somebody and no directory would tell.
type Person struct {
	Name       string // "alice"
	SignInName string // what they type on the sign-in page
	Password   string
	Home       entra.TenantID
	HomeID     entra.ObjectID // object id at home; the user's own id for members
}

// External reports whether the user signs in somewhere else than in t.
func (u *User) External(t entra.TenantID) bool { return u.Person.Home != t }

// Identity is a way to sign in.
type Identity struct {
	SignInType       string  `json:"signInType"`
	Issuer           string  `json:"issuer"`
	IssuerAssignedID *string `json:"issuerAssignedId"`
}

// Group is a group; its members are asked for apart.
type Group struct {
	ID              entra.ObjectID `json:"id"`
	DisplayName     string         `json:"displayName"`
	Description     *string        `json:"description"`
	GroupTypes      []string       `json:"groupTypes"`
	Mail            *string        `json:"mail"`
	MailEnabled     bool           `json:"mailEnabled"`
	MailNickname    string         `json:"mailNickname"`
	ProxyAddresses  []string       `json:"proxyAddresses"`
	SecurityEnabled bool           `json:"securityEnabled"`
	Visibility      *string        `json:"visibility"`
	CreatedDateTime time.Time      `json:"createdDateTime"`
}

// DirectoryRole is one of Entra's administrative roles.
type DirectoryRole struct {
	ID             entra.ObjectID `json:"id"`
	RoleTemplateID string         `json:"roleTemplateId"`
	DisplayName    string         `json:"displayName"`
	Description    string         `json:"description"`
}

// ScopeGrant is an oauth2PermissionGrant: consent to delegated permissions.
type ScopeGrant struct {
	ID          string          `json:"id"`
	ClientID    entra.ObjectID  `json:"clientId"`    // service principal that may ask
	ConsentType string          `json:"consentType"` // AllPrincipals or Principal
	PrincipalID *entra.ObjectID `json:"principalId"`
	ResourceID  entra.ObjectID  `json:"resourceId"`
	Scope       string          `json:"scope"` // values separated by spaces
}

// RoleAssignment is an appRoleAssignment: an application permission in force.
type RoleAssignment struct {
	ID                   string         `json:"id"`
	AppRoleID            string         `json:"appRoleId"`
	CreatedDateTime      time.Time      `json:"createdDateTime"`
	PrincipalDisplayName string         `json:"principalDisplayName"`
	PrincipalID          entra.ObjectID `json:"principalId"`
	PrincipalType        string         `json:"principalType"`
	ResourceDisplayName  string         `json:"resourceDisplayName"`
	ResourceID           entra.ObjectID `json:"resourceId"`
}
