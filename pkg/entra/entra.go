// Package entra holds the words of Microsoft Entra ID that every other room
// uses: identifiers, clouds, principals, app registrations, token claims and
// AADSTS codes. It makes no request and verifies no signature; the front links
// it, so it imports neither net/http nor crypto/x509.
package entra

// TenantID is the GUID of a tenant, in lower case.
type TenantID string

// ClientID is the GUID by which an app registration and all its service
// principals are known to OAuth ("application id", appId).
type ClientID string

// ObjectID is the GUID of one directory object in one tenant.
type ObjectID string

// Applications of Microsoft, the same in every tenant.
const (
	AKSServer      ClientID = "6dae42f8-4368-4678-94ff-3960e28e3630" // audience of every managed AKS cluster
	AKSClient      ClientID = "80faf920-1908-4b52-b5ef-a8e7bedfc67a" // public client that may ask for it
	AzureCLI       ClientID = "04b07795-8ddb-461a-bbee-02f9e1bf7b46" // public client of the management sign-in
	MicrosoftGraph ClientID = "00000003-0000-0000-c000-000000000000"
)

// Permissions of Microsoft Graph: ids are the same in every tenant (Graph
// permissions reference).
const (
	UserRead                 = "e1fe6dd8-ba31-4d61-89e7-88639da4683d" // delegated User.Read
	GroupMemberReadAll       = "bc024368-1153-4739-b217-4326f2e966d0" // delegated GroupMember.Read.All
	DirectoryReadAll         = "06da0dbc-49e2-44d2-8312-53f166ab848a" // delegated Directory.Read.All
	DirectoryReadAllApp      = "7ab1d382-f21e-4acd-a863-ba3e13f7da61" // application Directory.Read.All
	GroupMemberReadAllApp    = "98830695-27a2-44f7-8c18-0c3ebc9698f6" // application GroupMember.Read.All
	ApplicationReadAllApp    = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30" // application Application.Read.All
	UserReadBasicAllApp      = "97235f07-e226-4f63-ace3-39588e11d3a1" // application User.ReadBasic.All
	GroupMemberReadAllString = "GroupMember.Read.All"
)

// IsGUID reports whether s has the form of a GUID, in either case.
func IsGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f', 'A' <= c && c <= 'F':
		default:
			return false
		}
	}
	return true
}
