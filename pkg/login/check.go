package login

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// armAppID is Azure Resource Manager's client id, an audience that no cluster has.
const armAppID = "797f4846-ba00-4fd7-ba43-dac1f8f63013"

// checkGrant refuses to hand on a token that is not what was asked for: of
// another tenant, person or audience, or expired. It completes what the method
// could not know (account, expiry) from the token's claims.
func checkGrant(g Grant, p tokencache.Place, opaque bool, now time.Time) (Grant, error) {
	if g.Access == "" {
		return g, fault.New(fault.Config, "Entra ID's answer holds no access token")
	}
	req := p.Request
	claims, err := entra.ParseClaims(g.Access.Reveal())
	if err != nil {
		if opaque || ownAudience(req) {
			return checkExpiry(g, now)
		}
		return g, fault.Wrap(fault.Config, "the access token cannot be read", err,
			"the server app is set to encrypt its tokens, or --server-id is not a server app")
	}
	if claims.ExpiresAt > 0 {
		g.Expires = claims.Expires()
	}
	if req.ResolvedTenant() && !strings.EqualFold(string(claims.Tenant), req.Tenant) {
		return g, fault.Newf(fault.Config, "the token is of tenant %q, not of %s", safetext.Clean(string(claims.Tenant)), req.Tenant)
	}
	if !audienceFits(req, claims.Audience) {
		return g, fault.Newf(fault.Config, "the token is for %q, not for %s", safetext.Clean(claims.Audience), req.Audience())
	}
	if req.ForPerson() {
		if g, err = checkPerson(g, p, claims); err != nil {
			return g, err
		}
	}
	return checkExpiry(g, now)
}

func checkExpiry(g Grant, now time.Time) (Grant, error) {
	if !g.Expires.After(now) {
		return g, fault.New(fault.Clock, fmt.Sprintf("the new token ended at %s, and here it is %s", g.Expires.UTC().Format(time.RFC3339),
			now.UTC().Format(time.RFC3339)), "set this machine's clock, then run the command again")
	}
	return g, nil
}

// checkPerson refuses another person than the one that was pinned or named.
func checkPerson(g Grant, p tokencache.Place, claims entra.Claims) (Grant, error) {
	if g.Account.Object == "" {
		g.Account.Object = claims.Object
	}
	if g.Account.Home == "" {
		g.Account.Home = string(claims.Object) + "." + string(claims.Tenant)
	}
	if g.Account.Username == "" {
		g.Account.Username = claims.Username()
	}
	if claims.Object != "" && !strings.EqualFold(string(claims.Object), string(g.Account.Object)) {
		return g, fault.New(fault.Config, "the access token is another person's than the sign-in")
	}
	who := safetext.Clean(g.Account.Username)
	switch want := p.Account; {
	case want.Home != "" && want.Home != g.Account.Home:
		return g, fault.New(fault.SignIn, fmt.Sprintf("signed in as %s, but %s is expected here", who, safetext.Clean(want.Username)),
			"sign in as "+safetext.Clean(want.Username)+", or name the other account with --account "+who)
	case want.Home == "" && p.Request.Account != "" && !g.Account.Matches(p.Request.Account):
		return g, fault.New(fault.SignIn, fmt.Sprintf("signed in as %s, but --account is %q", who, p.Request.Account),
			"sign in as that account, or change --account")
	}
	return g, nil
}

// audienceFits judges a token's audience. A server id that holds a GUID has
// few spellings; one that does not may come back as any GUID, but never as
// that of a service which a cluster must not be able to use.
func audienceFits(req token.Request, aud string) bool {
	asked, aud := trim(req.Audience()), trim(aud)
	if aud == "" {
		return false
	}
	if aud == asked {
		return true
	}
	for _, group := range services(req.Cloud) {
		if slices.Contains(group, asked) {
			return slices.Contains(group, aud)
		}
		if slices.Contains(group, aud) {
			return false
		}
	}
	id := asked[strings.LastIndexAny(asked, "/:")+1:]
	if !entra.IsGUID(id) {
		return true
	}
	return aud == id || aud == "api://"+id || aud == "spn:"+id && req.Params.Get("legacy") == "true"
}

// ownAudience reports whether a token is for Graph or ARM and not for a
// cluster. Those are opaque by contract and go to nobody but their service.
func ownAudience(req token.Request) bool {
	return slices.ContainsFunc(services(req.Cloud), func(group []string) bool {
		return slices.Contains(group, trim(req.Audience()))
	})
}

// services are the names by which Graph and ARM appear as audiences.
func services(c entra.Cloud) [][]string {
	return [][]string{
		{trim(c.Graph), string(entra.MicrosoftGraph), "https://graph.microsoft.com"},
		{trim(c.ARM), trim(c.ARMAudience), armAppID, "https://management.azure.com", "https://management.core.windows.net"},
	}
}

func trim(s string) string { return strings.ToLower(strings.TrimRight(s, "/")) }
