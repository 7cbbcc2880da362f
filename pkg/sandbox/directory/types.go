package directory

import (
	"encoding/json"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// The types have the field names of Microsoft Graph v1.0, so that a service can
// print them and read changes into them.

// Application is an app registration.
type Application struct {
	ID                     entra.ObjectID           `json:"id"`
	AppID                  entra.ClientID           `json:"appId"`
	UniqueName             *string                  `json:"uniqueName"`
	DisplayName            string                   `json:"displayName"`
	Description            *string                  `json:"description"`
	Notes                  *string                  `json:"notes"`
	CreatedDateTime        time.Time                `json:"createdDateTime"`
	PublisherDomain        string                   `json:"publisherDomain"`
	SignInAudience         string                   `json:"signInAudience"`
	IdentifierURIs         []string                 `json:"identifierUris"`
	Tags                   []string                 `json:"tags"`
	GroupMembershipClaims  *string                  `json:"groupMembershipClaims"`
	IsFallbackPublicClient *bool                    `json:"isFallbackPublicClient"`
	RequiredResourceAccess []RequiredResourceAccess `json:"requiredResourceAccess"`
	PasswordCredentials    []PasswordCredential     `json:"passwordCredentials"`
	KeyCredentials         []json.RawMessage        `json:"keyCredentials"`
	AppRoles               []AppRole                `json:"appRoles"`
	API                    API                      `json:"api"`
	OptionalClaims         *OptionalClaims          `json:"optionalClaims"`
	PublicClient           Redirects                `json:"publicClient"`
	SPA                    Redirects                `json:"spa"`
	Web                    Web                      `json:"web"`
}

// API says what an application offers as a resource.
type API struct {
	AcceptMappedClaims          *bool              `json:"acceptMappedClaims"`
	KnownClientApplications     []string           `json:"knownClientApplications"`
	RequestedAccessTokenVersion *int               `json:"requestedAccessTokenVersion"`
	OAuth2PermissionScopes      []PermissionScope  `json:"oauth2PermissionScopes"`
	PreAuthorizedApplications   []PreAuthorization `json:"preAuthorizedApplications"`
}

// PermissionScope is a delegated permission.
type PermissionScope struct {
	ID                      string  `json:"id"`
	Value                   string  `json:"value"`
	Type                    string  `json:"type"`
	IsEnabled               bool    `json:"isEnabled"`
	AdminConsentDisplayName string  `json:"adminConsentDisplayName"`
	AdminConsentDescription string  `json:"adminConsentDescription"`
	UserConsentDisplayName  *string `json:"userConsentDisplayName"`
	UserConsentDescription  *string `json:"userConsentDescription"`
}

// PreAuthorization lets a client have scopes without anybody's consent.
type PreAuthorization struct {
	AppID                  entra.ClientID `json:"appId"`
	DelegatedPermissionIDs []string       `json:"delegatedPermissionIds"`
}

// AppRole is an application permission.
type AppRole struct {
	ID                 string   `json:"id"`
	Value              string   `json:"value"`
	DisplayName        string   `json:"displayName"`
	Description        string   `json:"description"`
	IsEnabled          bool     `json:"isEnabled"`
	AllowedMemberTypes []string `json:"allowedMemberTypes"`
}

// RequiredResourceAccess declares what an application needs of a resource.
type RequiredResourceAccess struct {
	ResourceAppID  entra.ClientID   `json:"resourceAppId"`
	ResourceAccess []ResourceAccess `json:"resourceAccess"`
}

// ResourceAccess names one permission: Type is Scope or Role.
type ResourceAccess struct {
	ID   string `json:"id"`
	Type string `json:"type"`
}

// OptionalClaims are the claims that an application asks for beyond the usual.
type OptionalClaims struct {
	IDToken     []OptionalClaim `json:"idToken"`
	AccessToken []OptionalClaim `json:"accessToken"`
	SAML2Token  []OptionalClaim `json:"saml2Token"`
}

// OptionalClaim is one of them.
type OptionalClaim struct {
	Name                 string   `json:"name"`
	Source               *string  `json:"source"`
	Essential            bool     `json:"essential"`
	AdditionalProperties []string `json:"additionalProperties"`
}

// Redirects are the addresses to which a code may be sent.
type Redirects struct {
	RedirectURIs []string `json:"redirectUris"`
}

// Web are the addresses of a web application.
type Web struct {
	HomePageURL           *string       `json:"homePageUrl"`
	LogoutURL             *string       `json:"logoutUrl"`
	RedirectURIs          []string      `json:"redirectUris"`
	ImplicitGrantSettings ImplicitGrant `json:"implicitGrantSettings"`
}

// ImplicitGrant has Graph's two switches for the implicit flow.
type ImplicitGrant struct {
	EnableAccessTokenIssuance bool `json:"enableAccessTokenIssuance"`
	EnableIDTokenIssuance     bool `json:"enableIdTokenIssuance"`
}

// PasswordCredential describes a secret. SecretText is there only in the answer
// to the request that made it.
type PasswordCredential struct {
	CustomKeyIdentifier *string   `json:"customKeyIdentifier"`
	DisplayName         *string   `json:"displayName"`
	StartDateTime       time.Time `json:"startDateTime"`
	EndDateTime         time.Time `json:"endDateTime"`
	Hint                string    `json:"hint"`
	KeyID               string    `json:"keyId"`
	SecretText          *string   `json:"secretText"`
}
