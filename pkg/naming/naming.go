// Package naming knows how the authenticators of API servers name principals,
// and finds out by what can be seen which of them a cluster has. It talks to
// nobody: cluster, kubeconfig and directory are handed in.
package naming

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Kind is a kind of authenticator.
type Kind string

// The kinds of authenticator. They are words of the command line.
const (
	AKS    Kind = "aks"     // AKS's own
	Apps   Kind = "apps"    // the article's two apps, behind aad-webhook or guard
	Config Kind = "config"  // an AuthenticationConfiguration
	AKSJWT Kind = "aks-jwt" // AKS structured authentication
	OIDC   Kind = "oidc"    // the --oidc-* flags of kube-apiserver
)

// Naming is how one cluster names principals: what its authenticator makes of a
// token, what the tokens say, and how that is known.
type Naming struct {
	Kind     Kind
	Username Rule
	Groups   Groups
	Extra    string // key of the user's extra values that holds the object id; "" is none
	// Resolves: groups for which a token has no room are looked up.
	Resolves bool

	Token  Token
	Tenant entra.TenantID // "" is not known
	Server entra.ClientID // the server app; "" is not known
	Why    string         // where all this is known from, in one sentence
}

// Groups are the claim that groups are taken from, and what stands before each.
// No Claim is no groups.
type Groups struct{ Claim, Prefix string }

// Rule is how a username is made of a token's claims: the first choice that
// applies counts.
type Rule []Choice

// Choice is a prefix and the value of a claim, for tokens that have the claim
// Has; "" is every token.
type Choice struct{ Has, Prefix, Claim string }

var (
	upnElseOID = Rule{{Has: "upn", Claim: "upn"}, {Claim: "oid"}}
	asClaimed  = Groups{Claim: "groups"}
)

// aksPrefix must stand before the names of AKS structured authentication.
const aksPrefix = "aks:jwt:"

// known are the authenticators whose rule is always the same, and what is
// mostly configured of AKS structured authentication.
var known = []Naming{
	{Kind: AKS, Username: upnElseOID, Groups: asClaimed, Extra: "oid", Resolves: true, Token: Token{Version: 1}},
	{Kind: Apps, Username: upnElseOID, Groups: asClaimed, Extra: "oid", Resolves: true},
	{Kind: AKSJWT, Username: upnElseOID.prefixed(aksPrefix), Groups: Groups{Claim: "groups", Prefix: aksPrefix}},
}

// Of returns the naming of a kind whose rule is known; for another kind the
// error is fault.Usage.
func Of(kind Kind) (Naming, error) {
	if i := slices.IndexFunc(known, func(n Naming) bool { return n.Kind == kind }); i >= 0 {
		return known[i], nil
	}
	var words []string
	for _, n := range known {
		words = append(words, string(n.Kind))
	}
	return Naming{}, fault.Newf(fault.Usage, "%q is no kind of authenticator: there are %s", string(kind), strings.Join(words, ", "))
}

// Default is right for AKS and for the article's two apps. It is taken where
// nothing tells.
func Default() Naming { return known[1] }

// prefixed puts a prefix before all that a rule may say.
func (r Rule) prefixed(prefix string) Rule {
	out := slices.Clone(r)
	for i := range out {
		out[i].Prefix = prefix + out[i].Prefix
	}
	return out
}

// WithPrefixes puts other prefixes in place of those of n; nil leaves n's.
func (n Naming) WithPrefixes(user, group *string) Naming {
	if user != nil {
		n.Username = slices.Clone(n.Username)
		for i := range n.Username {
			n.Username[i].Prefix = *user
		}
	}
	if group != nil {
		n.Groups.Prefix = *group
	}
	return n
}

// Prefixes are all that may stand before the names of users, the longest first.
func (n Naming) Prefixes() []string {
	var list []string
	for _, c := range n.Username {
		if c.Prefix != "" && !slices.Contains(list, c.Prefix) {
			list = append(list, c.Prefix)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	return list
}
