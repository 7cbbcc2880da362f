package login

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// maxGroups is how many groups a JWT carries; one more, and it carries none.
const maxGroups = 200

// guestRole is the role template in every guest's wids.
const guestRole = "10dae51f-b6af-4016-8d66-8c2a99b929b3"

// grantee is on whose behalf and through which client a token is issued.
type grantee struct {
	tenant *directory.Tenant
	client *directory.Application
	proof  proof
	mfa    bool                        // the sign-in had a second factor
	user   *directory.User             // nil: the application itself
	sp     *directory.ServicePrincipal // of the client, for applications
	scopes []string
	roles  []string
}

// common are the claims that every access token has.
func (g grantee) common(to target, now, until time.Time) map[string]any {
	acr := g.proof
	if acr == "" {
		acr = noProof
	}
	c := map[string]any{
		"aud": to.audience, "iss": issuer(g.tenant.ID, to.v2), "tid": g.tenant.ID,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": until.Unix(), "uti": opaque("")[:22], "rh": "0.",
	}
	if to.v2 {
		c["ver"], c["azp"], c["azpacr"] = "2.0", g.client.AppID, acr
	} else {
		c["ver"], c["appid"], c["appidacr"] = "1.0", g.client.AppID, acr
	}
	if len(g.roles) > 0 {
		c["roles"] = g.roles
	}
	return c
}

// access returns the claims of an access token.
func (g grantee) access(to target, now, until time.Time) map[string]any {
	c := g.common(to, now, until)
	if g.user != nil {
		g.userClaims(c, to)
	} else {
		c["oid"], c["sub"], c["idp"] = g.sp.ID, g.sp.ID, issuer(g.tenant.ID, false)
	}
	g.groups(c, to)
	g.optional(c, to)
	return c
}

func (g grantee) userClaims(c map[string]any, to target) {
	u := g.user
	c["oid"], c["name"], c["scp"] = u.ID, u.DisplayName, strings.Join(g.scopes, " ")
	c["sub"] = pairwise(u, to.app.AppID)
	external := u.External(g.tenant.ID)
	if external {
		c["idp"] = issuer(u.Person.Home, false)
	}
	if to.v2 {
		c["preferred_username"] = u.Person.SignInName
		return
	}
	c["acr"], c["amr"], c["ipaddr"], c["unique_name"] = "1", g.methods(), "127.0.0.1", u.Person.SignInName
	if external {
		c["email"] = u.Person.SignInName // and no upn
	} else {
		c["upn"], c["unique_name"] = u.UserPrincipalName, u.UserPrincipalName
	}
}

// methods are the ways in which the person has proved who they are.
func (g grantee) methods() []string {
	if g.mfa {
		return []string{"pwd", "mfa"}
	}
	return []string{"pwd"}
}

// pairwise is a subject that no two applications share.
func pairwise(u *directory.User, app entra.ClientID) string {
	return strings.ReplaceAll(directory.ID("sub", string(u.ID), string(app)), "-", "")
}

// groups adds groups and wids as the resource asks with groupMembershipClaims.
func (g grantee) groups(c map[string]any, to target) {
	var asks []string
	if m := to.app.GroupMembershipClaims; m != nil {
		asks = strings.FieldsFunc(*m, func(r rune) bool { return r == ',' || r == ' ' })
	}
	all := slices.Contains(asks, "All")
	first := to.app.AppID == entra.MicrosoftGraph || to.app.AppID == directory.ResourceManager
	id, path := entra.ObjectID(""), "users"
	if g.user != nil {
		id = g.user.ID
	} else {
		id, path = g.sp.ID, "servicePrincipals"
	}
	if g.user != nil && (all || first || slices.Contains(asks, "DirectoryRole")) {
		ordinary := directory.OrdinaryUser
		if g.user.UserType == "Guest" {
			ordinary = guestRole
		}
		c["wids"] = append(g.tenant.RoleTemplates(id), ordinary)
	}
	if !all && !slices.Contains(asks, "SecurityGroup") {
		return
	}
	list := g.tenant.TransitiveGroups(id, !all)
	if len(list) == 0 {
		return
	}
	if len(list) > maxGroups {
		// the address is of a service that was switched off, as in real tokens
		c["_claim_names"] = map[string]string{"groups": "src1"}
		c["_claim_sources"] = map[string]any{"src1": map[string]string{
			"endpoint": fmt.Sprintf("https://graph.windows.net/%s/%s/%s/getMemberObjects", g.tenant.ID, path, id)}}
		return
	}
	ids := make([]entra.ObjectID, len(list))
	for i, group := range list {
		ids[i] = group.ID
	}
	c["groups"] = ids
}

// optional adds what the resource asks for with optionalClaims.accessToken.
func (g grantee) optional(c map[string]any, to target) {
	if to.app.OptionalClaims == nil {
		return
	}
	for _, o := range to.app.OptionalClaims.AccessToken {
		has := func(property string) bool { return slices.Contains(o.AdditionalProperties, property) }
		switch {
		case o.Name == "aud" && has("use_guid"):
			c["aud"] = to.app.AppID
		case o.Name == "idtyp" && g.user == nil:
			c["idtyp"] = "app"
		case o.Name == "idtyp" && has("include_user_token"):
			c["idtyp"] = "user"
		case g.user != nil:
			g.optionalUser(c, o.Name, has)
		}
	}
}

func (g grantee) optionalUser(c map[string]any, name string, has func(string) bool) {
	u := g.user
	external := u.External(g.tenant.ID)
	switch {
	case name == "upn" && !external:
		c["upn"] = u.UserPrincipalName
	case name == "upn" && has("include_externally_authenticated_upn"):
		c["upn"] = u.UserPrincipalName
	case name == "upn" && has("include_externally_authenticated_upn_without_hash"):
		c["upn"] = strings.ReplaceAll(u.UserPrincipalName, "#", "_")
	case name == "email" && u.Mail != nil:
		c["email"] = *u.Mail
	case name == "acct":
		c["acct"] = 0
		if u.UserType == "Guest" {
			c["acct"] = 1
		}
	}
}

// identity returns the claims of an ID token, which is for the client.
func (g grantee) identity(now, until time.Time, nonce string, v1 bool) map[string]any {
	u := g.user
	c := map[string]any{
		"aud": g.client.AppID, "iss": issuer(g.tenant.ID, true), "tid": g.tenant.ID, "ver": "2.0",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": until.Unix(), "uti": opaque("")[:22], "rh": "0.",
		"oid": u.ID, "sub": pairwise(u, g.client.AppID), "name": u.DisplayName, "preferred_username": u.Person.SignInName,
	}
	if v1 {
		c["iss"], c["ver"], c["unique_name"], c["amr"] = issuer(g.tenant.ID, false), "1.0", u.Person.SignInName, g.methods()
		delete(c, "preferred_username")
		if !u.External(g.tenant.ID) {
			c["upn"] = u.UserPrincipalName
		}
	}
	if nonce != "" {
		c["nonce"] = nonce
	}
	if u.External(g.tenant.ID) {
		c["idp"] = issuer(u.Person.Home, false)
	}
	return c
}
