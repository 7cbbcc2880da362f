package graph

import (
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// noGroups is how Graph spells that a token carries no groups.
const noGroups = "None"

// externalUPN begins the properties of the optional claim upn that give one to
// who signs in elsewhere.
const externalUPN = "include_externally_authenticated_upn"

// application reads the SDK's model of an app registration.
func application(m models.Applicationable) entra.Application {
	app := entra.Application{
		ID:             entra.ObjectID(strings.ToLower(val(m.GetId()))),
		ClientID:       entra.ClientID(strings.ToLower(val(m.GetAppId()))),
		UniqueName:     val(m.GetUniqueName()),
		Name:           val(m.GetDisplayName()),
		Audience:       val(m.GetSignInAudience()),
		IdentifierURIs: m.GetIdentifierUris(),
		Tags:           m.GetTags(),
		Notes:          val(m.GetNotes()),
		GroupClaims:    val(m.GetGroupMembershipClaims()),
		PublicClient:   val(m.GetIsFallbackPublicClient()),
	}
	if app.GroupClaims == noGroups {
		app.GroupClaims = ""
	}
	if api := m.GetApi(); api != nil {
		app.TokenVersion = int(val(api.GetRequestedAccessTokenVersion()))
		for _, s := range present(api.GetOauth2PermissionScopes()) {
			app.Scopes = append(app.Scopes, scope(s))
		}
	}
	if p := m.GetPublicClient(); p != nil {
		app.RedirectURIs = p.GetRedirectUris()
	}
	if o := m.GetOptionalClaims(); o != nil {
		for _, claim := range present(o.GetAccessToken()) {
			app.OptionalClaims = append(app.OptionalClaims, val(claim.GetName()))
			for _, p := range claim.GetAdditionalProperties() {
				if val(claim.GetName()) == "upn" && strings.HasPrefix(p, externalUPN) {
					app.GuestUPN = p
				}
			}
		}
	}
	for _, r := range present(m.GetRequiredResourceAccess()) {
		app.Permissions = append(app.Permissions, resourcePermissions(r))
	}
	for _, s := range present(m.GetPasswordCredentials()) {
		app.Secrets = append(app.Secrets, secretInfo(s))
	}
	return app
}

func scope(m models.PermissionScopeable) entra.Scope {
	s := entra.Scope{Value: val(m.GetValue()), Description: val(m.GetAdminConsentDescription()), Enabled: val(m.GetIsEnabled())}
	if id := m.GetId(); id != nil {
		s.ID = id.String()
	}
	return s
}

// The two types of an entry of requiredResourceAccess.
const (
	delegatedAccess = "Scope"
	appRoleAccess   = "Role"
)

func resourcePermissions(m models.RequiredResourceAccessable) entra.ResourcePermissions {
	p := entra.ResourcePermissions{Resource: entra.ClientID(strings.ToLower(val(m.GetResourceAppId())))}
	for _, a := range present(m.GetResourceAccess()) {
		if a.GetId() == nil {
			continue
		}
		if val(a.GetTypeEscaped()) == appRoleAccess {
			p.AppRoles = append(p.AppRoles, a.GetId().String())
		} else {
			p.Delegated = append(p.Delegated, a.GetId().String())
		}
	}
	return p
}

func secretInfo(m models.PasswordCredentialable) entra.SecretInfo {
	s := entra.SecretInfo{Name: val(m.GetDisplayName()), Hint: val(m.GetHint()), Expires: val(m.GetEndDateTime())}
	if id := m.GetKeyId(); id != nil {
		s.KeyID = id.String()
	}
	return s
}

// applicationBody is what is written of an app registration. A text or version
// that is unset is left as it is; lists and switches are always written.
func applicationBody(app entra.Application) map[string]any {
	api := map[string]any{"oauth2PermissionScopes": scopeBodies(app.Scopes)}
	body := map[string]any{
		"api":                    api,
		"identifierUris":         some(app.IdentifierURIs),
		"tags":                   some(app.Tags),
		"isFallbackPublicClient": app.PublicClient,
		"publicClient":           map[string]any{"redirectUris": some(app.RedirectURIs)},
		"requiredResourceAccess": accessBodies(app.Permissions),
		"optionalClaims":         map[string]any{"accessToken": claimBodies(app)},
		"groupMembershipClaims":  noGroups,
	}
	if app.TokenVersion != 0 {
		api["requestedAccessTokenVersion"] = app.TokenVersion
	}
	for field, value := range map[string]string{
		"displayName": app.Name, "signInAudience": app.Audience, "notes": app.Notes, "groupMembershipClaims": app.GroupClaims,
	} {
		if value != "" {
			body[field] = value
		}
	}
	return body
}

// some returns list, or an empty one for nil: Graph takes no null for a list.
func some(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func scopeBodies(scopes []entra.Scope) []map[string]any {
	bodies := make([]map[string]any, len(scopes))
	for i, s := range scopes {
		bodies[i] = map[string]any{
			"id": s.ID, "value": s.Value, "type": "User", "isEnabled": s.Enabled,
			"adminConsentDisplayName": s.Description, "adminConsentDescription": s.Description,
			"userConsentDisplayName": s.Description, "userConsentDescription": s.Description,
		}
	}
	return bodies
}

func accessBodies(permissions []entra.ResourcePermissions) []map[string]any {
	bodies := make([]map[string]any, len(permissions))
	for i, p := range permissions {
		access := []map[string]string{}
		for _, id := range p.Delegated {
			access = append(access, map[string]string{"id": id, "type": delegatedAccess})
		}
		for _, id := range p.AppRoles {
			access = append(access, map[string]string{"id": id, "type": appRoleAccess})
		}
		bodies[i] = map[string]any{"resourceAppId": p.Resource, "resourceAccess": access}
	}
	return bodies
}

func claimBodies(app entra.Application) []map[string]any {
	bodies := make([]map[string]any, len(app.OptionalClaims))
	for i, name := range app.OptionalClaims {
		bodies[i] = map[string]any{"name": name, "essential": false}
		if name == "upn" && app.GuestUPN != "" {
			bodies[i]["additionalProperties"] = []string{app.GuestUPN}
		}
	}
	return bodies
}
