package naming

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// fromCaller works out a rule from one person: their name at the API server and
// the claims of their token. False where the one is not made of the other.
func fromCaller(who Identity, claims entra.Claims) (Naming, bool) {
	n := Default()
	n.Token = Token{Version: 1}
	if claims.Version == "2.0" {
		n.Token.Version = 2
	}
	n.Extra = ""
	for key, values := range who.Extra {
		if slices.Equal(values, []string{string(claims.Object)}) {
			n.Extra = key
		}
	}
	rule := func(claim string) Rule {
		if claim == "upn" || claim == "oid" && claims.UPN == "" {
			return upnElseOID // nobody's name tells what becomes of tokens without a upn
		}
		return Rule{{Claim: claim}}
	}
	for _, c := range []struct{ claim, value string }{
		{"upn", claims.UPN}, {"oid", string(claims.Object)}, {"preferred_username", claims.PreferredName}, {"unique_name", claims.UniqueName}, {"sub", claims.Subject},
	} {
		prefix, ok := strings.CutSuffix(who.Username, c.value)
		if c.value == "" || !ok {
			continue
		}
		n.Username = rule(c.claim).prefixed(prefix)
		n.Groups.Prefix = groupPrefix(who.Groups, claims.Groups)
		switch {
		case strings.HasPrefix(prefix, aksPrefix):
			n.Kind = AKSJWT
		case prefix != "" || n.Extra != "oid":
			n.Kind = Config
		}
		n.Resolves = n.Kind == Apps
		n.Why = fmt.Sprintf("the API server knows you by your token's %s", c.claim)
		if prefix != "" {
			n.Why += fmt.Sprintf(", with %q before it", prefix)
		}
		return n, true
	}
	return Naming{}, false
}

// groupPrefix is what stands before a group of the token at the API server.
func groupPrefix(names, ids []string) string {
	for _, name := range names {
		for _, id := range ids {
			if prefix, ok := strings.CutSuffix(name, id); ok {
				return prefix
			}
		}
	}
	return ""
}
