package graph

import "github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph/odata"

// schema says how a kind of object is shown and asked about.
type schema struct {
	name     string         // "user"
	set      string         // collection in @odata.context: "users"
	always   []string       // shown without $select; nil: everything but onSelect
	onSelect []string       // shown only when asked for
	constant map[string]any // documented properties that the sandbox does not keep
	filter   map[string]filterable
	boolean  map[string]bool // properties that compare with true and false
	order    []string        // of $orderby
	search   []string        // of $search
	expand   []string        // relations of $expand
	derive   func(map[string]any)
}

// filterable says which operators a property takes; those of advanced need the
// header ConsistencyLevel: eventual and $count=true, as do ne and not.
type filterable struct{ plain, advanced []odata.Op }

var (
	exact  = filterable{plain: []odata.Op{odata.Eq, odata.In}}
	prefix = filterable{plain: []odata.Op{odata.Eq, odata.In, odata.StartsWith}}
	affix  = filterable{plain: []odata.Op{odata.Eq, odata.In, odata.StartsWith, odata.Any}, advanced: []odata.Op{odata.EndsWith}}
)

var userSchema = &schema{
	name: "user", set: "users", derive: deriveSID,
	always: []string{"id", "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
		"preferredLanguage", "surname", "userPrincipalName"},
	constant: nulls(map[string]any{"businessPhones": []any{}, "assignedLicenses": []any{}, "assignedPlans": []any{}},
		"mobilePhone", "officeLocation", "preferredLanguage", "department", "companyName", "employeeId", "employeeType",
		"usageLocation", "city", "country", "state", "streetAddress", "postalCode", "onPremisesSyncEnabled", "onPremisesImmutableId",
		"onPremisesSamAccountName", "onPremisesDomainName", "onPremisesUserPrincipalName", "onPremisesSecurityIdentifier",
		"deletedDateTime", "ageGroup", "passwordPolicies"),
	filter: map[string]filterable{
		"id": exact, "displayName": prefix, "givenName": prefix, "surname": prefix, "jobTitle": prefix, "mailNickname": prefix,
		"userPrincipalName": affix, "mail": affix, "otherMails": affix, "proxyAddresses": affix,
		"accountEnabled": exact, "userType": exact, "creationType": exact, "externalUserState": exact,
		"identities/issuer": exact, "identities/issuerAssignedId": exact,
		"department": prefix, "companyName": prefix, "employeeId": prefix, "country": prefix, "city": prefix,
	},
	boolean: map[string]bool{"accountEnabled": true},
	order:   []string{"displayName", "userPrincipalName", "givenName", "surname", "mail", "createdDateTime"},
	search:  []string{"displayName", "givenName", "surname", "mail", "mailNickname", "userPrincipalName"},
	expand:  []string{"memberOf", "transitiveMemberOf", "ownedObjects", "appRoleAssignments"},
}

var groupSchema = &schema{
	name: "group", set: "groups", derive: deriveGroup,
	constant: nulls(map[string]any{"creationOptions": []any{}, "resourceBehaviorOptions": []any{}, "resourceProvisioningOptions": []any{},
		"onPremisesProvisioningErrors": []any{}, "serviceProvisioningErrors": []any{}},
		"classification", "deletedDateTime", "expirationDateTime", "isAssignableToRole", "membershipRule", "membershipRuleProcessingState",
		"onPremisesDomainName", "onPremisesLastSyncDateTime", "onPremisesNetBiosName", "onPremisesSamAccountName",
		"onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "preferredDataLocation", "preferredLanguage",
		"theme", "uniqueName"),
	filter: map[string]filterable{"id": exact, "displayName": prefix, "mailNickname": prefix, "mail": affix, "proxyAddresses": affix,
		"securityEnabled": exact, "mailEnabled": exact, "groupTypes": exact, "visibility": exact},
	boolean: map[string]bool{"securityEnabled": true, "mailEnabled": true},
	order:   []string{"displayName", "mail", "createdDateTime"},
	search:  []string{"displayName", "description", "mail", "mailNickname"},
	expand:  []string{"members", "owners", "memberOf", "transitiveMembers", "transitiveMemberOf", "appRoleAssignments"},
}

var applicationSchema = &schema{
	name: "application", set: "applications",
	constant: nulls(map[string]any{"addIns": []any{}, "info": info(), "verifiedPublisher": publisher(),
		"parentalControlSettings": map[string]any{"countriesBlockedForMinors": []any{}, "legalAgeGroupRule": "Allow"}},
		"applicationTemplateId", "certification", "defaultRedirectUri", "deletedDateTime", "disabledByMicrosoftStatus",
		"isDeviceOnlyAuthSupported", "nativeAuthenticationApisEnabled", "requestSignatureVerification", "samlMetadataUrl",
		"serviceManagementReference", "servicePrincipalLockConfiguration", "tokenEncryptionKeyId", "windows"),
	filter: map[string]filterable{"id": exact, "appId": exact, "uniqueName": exact, "displayName": prefix, "identifierUris": prefix,
		"publisherDomain": prefix, "signInAudience": prefix, "tags": exact},
	order:  []string{"displayName", "createdDateTime"},
	search: []string{"displayName"},
	expand: []string{"owners", "federatedIdentityCredentials"},
}

var servicePrincipalSchema = &schema{
	name: "servicePrincipal", set: "servicePrincipals",
	constant: nulls(map[string]any{"addIns": []any{}, "alternativeNames": []any{}, "info": info(), "notificationEmailAddresses": []any{},
		"replyUrls": []any{}, "resourceSpecificApplicationPermissions": []any{}, "verifiedPublisher": publisher()},
		"appDescription", "applicationTemplateId", "deletedDateTime", "description", "disabledByMicrosoftStatus", "homepage", "loginUrl",
		"logoutUrl", "notes", "preferredSingleSignOnMode", "preferredTokenSigningKeyThumbprint", "samlSingleSignOnSettings", "tokenEncryptionKeyId"),
	filter: map[string]filterable{"id": exact, "appId": exact, "displayName": prefix, "servicePrincipalNames": prefix,
		"servicePrincipalType": exact, "accountEnabled": exact, "appOwnerOrganizationId": exact, "tags": exact},
	boolean: map[string]bool{"accountEnabled": true},
	order:   []string{"displayName"},
	search:  []string{"displayName"},
	expand:  []string{"owners", "memberOf", "transitiveMemberOf", "ownedObjects", "appRoleAssignments", "appRoleAssignedTo"},
}

var grantSchema = &schema{name: "oauth2PermissionGrant", set: "oauth2PermissionGrants",
	filter: map[string]filterable{"clientId": exact, "resourceId": exact, "principalId": exact, "consentType": exact}}

var assignmentSchema = &schema{name: "appRoleAssignment", set: "appRoleAssignments",
	constant: map[string]any{"deletedDateTime": nil},
	filter:   map[string]filterable{"resourceId": exact, "appRoleId": exact, "principalId": exact, "principalType": exact}}

var roleSchema = &schema{name: "directoryRole", set: "directoryRoles", constant: map[string]any{"deletedDateTime": nil},
	filter: map[string]filterable{"roleTemplateId": exact, "displayName": exact}}

var organizationSchema = &schema{name: "organization", set: "organization"}

func nulls(with map[string]any, names ...string) map[string]any {
	for _, n := range names {
		with[n] = nil
	}
	return with
}

func info() map[string]any {
	return nulls(map[string]any{}, "logoUrl", "marketingUrl", "privacyStatementUrl", "supportUrl", "termsOfServiceUrl")
}

func publisher() map[string]any {
	return nulls(map[string]any{}, "displayName", "verifiedPublisherId", "addedDateTime")
}
