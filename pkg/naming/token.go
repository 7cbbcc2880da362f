package naming

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Token is what decides on the claims of the access tokens for a cluster: the
// server app's registration.
type Token struct {
	Version  int      // 1 or 2; 0 is not known and taken for 1
	Optional []string // names of the optional claims
	NoGroups bool     // the tokens name no groups
	GuestUPN string   // the property that makes guests' tokens carry a upn; or ""
}

// TokenOf reads what tokens for a server app are like.
func TokenOf(app entra.Application) Token {
	return Token{Version: max(app.TokenVersion, 1), Optional: app.OptionalClaims, GuestUPN: app.GuestUPN, NoGroups: app.GroupClaims == ""}
}

// Claims are what an access token says: "" is a claim that it does not have,
// and one that is missing here cannot be foretold.
type Claims map[string]string

// V2 reports whether the tokens have the newer set of claims.
func (t Token) V2() bool { return t.Version == 2 }

// Claims returns what p's access token will say (Entra, access token claims
// reference). Of users only those claims are known whose value is in the
// directory's entry.
func (t Token) Claims(p entra.Principal) Claims {
	c := Claims{"oid": string(p.ID), "upn": ""}
	if p.Tenant != "" {
		c["tid"] = string(p.Tenant)
	}
	switch {
	case p.Kind == entra.ServicePrincipal:
		client, other := "appid", "azp"
		if t.V2() {
			client, other = other, client
		}
		c["sub"], c[client], c[other] = string(p.ID), string(p.ClientID), ""
		c["unique_name"], c["preferred_username"], c["email"] = "", "", ""
	case Elsewhere(p):
		c["upn"] = t.guestUPN(p)
	default:
		t.member(c, p)
	}
	return c
}

func (t Token) member(c Claims, p entra.Principal) {
	c["email"] = ""
	if slices.Contains(t.Optional, "email") {
		c["email"] = p.Mail
	}
	c["unique_name"], c["preferred_username"] = p.UPN, ""
	if t.V2() {
		c["unique_name"], c["preferred_username"] = "", p.UPN
	}
	if !t.V2() || slices.Contains(t.Optional, "upn") {
		c["upn"] = p.UPN
	}
}

// How the optional claim upn may name who signs in elsewhere (Entra, optional
// claims reference).
const (
	guestUPN         = "include_externally_authenticated_upn"
	guestUPNWithout  = "include_externally_authenticated_upn_without_hash"
	externalSpelling = "#EXT#"
)

func (t Token) guestUPN(p entra.Principal) string {
	switch t.GuestUPN {
	case guestUPN:
		return p.UPN
	case guestUPNWithout:
		return strings.ReplaceAll(p.UPN, "#", "_")
	}
	return ""
}

// Elsewhere reports whether p signs in in another directory. A #EXT# name
// settles it, whatever else is said of them.
func Elsewhere(p entra.Principal) bool {
	return p.Kind == entra.User && (p.External || strings.Contains(strings.ToUpper(p.UPN), externalSpelling))
}
