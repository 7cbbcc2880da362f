package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

var (
	signInAudiences = []string{"AzureADMyOrg", "AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"}
	groupClaims     = []string{"None", "SecurityGroup", "All", "DirectoryRole", "ApplicationGroup"}
)

// checkApplication refuses what Entra refuses in an app registration; old is how
// it was before, empty for a new one.
func checkApplication(old, next *directory.Application, t *directory.Tenant) error {
	if next.DisplayName == "" || len(next.DisplayName) > 256 {
		return badRequest("Property 'displayName' must have between 1 and 256 characters.")
	}
	if a := next.SignInAudience; a != "" && !slices.Contains(signInAudiences, a) {
		return badRequest("Invalid value specified for property 'signInAudience' of resource 'Application'.")
	}
	if v := next.API.RequestedAccessTokenVersion; v != nil && *v != 1 && *v != 2 {
		return badRequest("Invalid value specified for property 'requestedAccessTokenVersion' of resource 'Application'.")
	}
	if err := checkGroupClaims(next.GroupMembershipClaims); err != nil {
		return err
	}
	if err := checkURIs(old, next, t); err != nil {
		return err
	}
	if err := checkPermissions(old, next); err != nil {
		return err
	}
	for _, r := range next.RequiredResourceAccess {
		for _, a := range r.ResourceAccess {
			if !entra.IsGUID(a.ID) || !entra.IsGUID(string(r.ResourceAppID)) || a.Type != "Scope" && a.Type != "Role" {
				return badRequest("Invalid value specified for property 'requiredResourceAccess' of resource 'Application'.")
			}
		}
	}
	return nil
}

func checkGroupClaims(claims *string) error {
	if claims == nil {
		return nil
	}
	for c := range strings.SplitSeq(*claims, ",") {
		if !slices.Contains(groupClaims, strings.TrimSpace(c)) {
			return badRequest("Invalid value specified for property 'groupMembershipClaims' of resource 'Application'.")
		}
	}
	return nil
}

// permissionOf is a scope or app role as far as their rules are the same.
type permissionOf struct {
	id, value string
	enabled   bool
	property  string // of the application that has it
}

func offered(a *directory.Application) []permissionOf {
	var out []permissionOf
	for _, p := range a.API.OAuth2PermissionScopes {
		out = append(out, permissionOf{p.ID, p.Value, p.IsEnabled, "api.oauth2PermissionScopes"})
	}
	for _, p := range a.AppRoles {
		out = append(out, permissionOf{p.ID, p.Value, p.IsEnabled, "appRoles"})
	}
	return out
}

// checkPermissions refuses scopes and roles without id or value, and the removal
// of those that are enabled. Clients can be pre-authorized only for scopes that
// were there before.
func checkPermissions(old, next *directory.Application) error {
	list, before := offered(next), offered(old)
	for i, p := range list {
		if !entra.IsGUID(p.id) {
			return badRequest("Property 'id' of permission '%s' must be a GUID.", p.value)
		}
		if p.value == "" && i < len(next.API.OAuth2PermissionScopes) {
			return badRequest("Property api.oauth2PermissionScopes.value is invalid.")
		}
		for _, other := range list[:i] {
			if strings.EqualFold(other.id, p.id) || other.value != "" && other.value == p.value {
				return failure(http.StatusBadRequest, "DuplicateValue", "Request contains a property with duplicate values.").about(p.property, "DuplicateValue")
			}
		}
	}
	for _, p := range before {
		same := func(q permissionOf) bool { return strings.EqualFold(p.id, q.id) && (p.value == q.value || !q.enabled) }
		if p.enabled && !slices.ContainsFunc(list, same) {
			return failure(http.StatusBadRequest, "CannotDeleteOrUpdateEnabledEntitlement",
				"Permission (scope or role) cannot be deleted or updated unless disabled first.")
		}
	}
	for _, client := range next.API.PreAuthorizedApplications {
		for _, id := range client.DelegatedPermissionIDs {
			if !slices.ContainsFunc(before, func(p permissionOf) bool { return strings.EqualFold(p.id, id) }) {
				return failure(http.StatusBadRequest, "InvalidValue",
					"Property PreAuthorizedApplications references applications %s permission %s that cannot be found.", client.AppID, id)
			}
		}
	}
	return nil
}

// checkURIs applies the policy for identifier URIs to those that are new.
func checkURIs(old, next *directory.Application, t *directory.Tenant) error {
	for _, uri := range next.IdentifierURIs {
		if slices.Contains(old.IdentifierURIs, uri) {
			continue
		}
		if err := checkURI(uri, next, t); err != nil {
			return err
		}
	}
	return nil
}

// checkURI accepts the forms of Entra's identifier-uri-restrictions page. Apps
// whose tokens are v2 are free in the choice of an api:// URI.
func checkURI(uri string, a *directory.Application, t *directory.Tenant) error {
	scheme, rest, ok := strings.Cut(uri, "://")
	switch {
	case ok && rest != "" && strings.HasSuffix(rest, "/"):
		return failure(http.StatusBadRequest, "IdentifierUrisEndsWithSlash", "Application alias '%s' value is invalid.", uri)
	case !ok || rest == "":
		return failure(http.StatusBadRequest, "Request_BadRequest", "Invalid value specified for property 'identifierUris' of resource 'Application'.")
	case scheme == "https":
		host, _, _ := strings.Cut(rest, "/")
		if !verified(host, t) {
			return failure(http.StatusBadRequest, "HostNameNotOnVerifiedDomain",
				"Values of identifierUris property must use a verified domain of the organization or its subdomain: '%s'", uri)
		}
		return nil
	case scheme == "api" && (apiForm(rest, a, t) || versionOf(a) == 2):
		return nil
	}
	return failure(http.StatusBadRequest, "HostNameNotOnVerifiedDomain",
		"Failed to add identifier URI %s. All newly added URIs must contain a tenant verified domain, tenant ID, or app ID, as per the default tenant policy of your organization. See https://aka.ms/identifier-uri-formatting-error for more information on this error.", uri)
}

func versionOf(a *directory.Application) int {
	if v := a.API.RequestedAccessTokenVersion; v != nil {
		return *v
	}
	return 1
}

func verified(host string, t *directory.Tenant) bool {
	return slices.ContainsFunc(t.Domains, func(d string) bool {
		return strings.EqualFold(host, d) || strings.HasSuffix(strings.ToLower(host), "."+strings.ToLower(d))
	})
}

// apiForm: {appId}, {tenantId}/{appId}, {tenantId}/{text}, {text}/{appId}.
func apiForm(rest string, a *directory.Application, t *directory.Tenant) bool {
	parts := strings.Split(rest, "/")
	app := func(s string) bool { return a.AppID != "" && strings.EqualFold(s, string(a.AppID)) }
	if len(parts) == 1 {
		return app(parts[0])
	}
	return len(parts) == 2 && parts[1] != "" && parts[0] != "" && (strings.EqualFold(parts[0], string(t.ID)) || app(parts[1]))
}
