package checks

import (
	"context"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// names are all the names of one person (or service principal), and how people
// call them.
type names struct {
	audit.Names
	reason string // why the right name is this one
	known  string
	ref    string // what `kubectl aad bind` takes
}

// names collects them from the token, the API server and the directory, as far
// as each of them can be read. The API server's word counts most.
func (c *Case) names(ctx context.Context) (names, error) {
	var n names
	mapper, err := c.mapper(ctx)
	if err != nil {
		return n, err
	}
	p, whoErr := c.who(ctx)
	if whoErr == nil {
		s, reason, err := mapper.Subject(p)
		n = names{Names: audit.NamesOf(p, audit.Subject(s)), known: binding.Title(p)}
		if err == nil {
			n.reason = reason
		}
	}
	if c.For == nil {
		claims, err := c.claims(ctx)
		if err != nil {
			return names{}, err
		}
		n.fromToken(claims)
		if id, err := c.identity(ctx); err == nil {
			n.Be(id.Username)
		}
	}
	n.ref = n.SignIn
	if n.ref == "" || strings.HasPrefix(n.ref, "-") {
		n.ref = n.Object
	}
	return n, nil
}

func (n *names) fromToken(c entra.Claims) {
	n.Kind, n.Object, n.Right = binding.KindUser, string(c.Object), c.Username()
	n.reason = "the token's upn"
	if c.UPN == "" {
		n.reason = "the token has no upn, so the object id counts"
	}
	if n.UPN == "" {
		n.UPN = c.UPN
	}
	if c.IsApp() {
		n.Client = string(c.Client())
	} else if n.SignIn == "" {
		n.SignIn = homeAddress(c)
	}
	if n.known == "" {
		n.known = describe(c)
	}
}

// homeAddress is the name with which a person signed in: for personal accounts
// unique_name has the provider before it.
func homeAddress(c entra.Claims) string {
	for _, s := range []string{c.UPN, c.UniqueName, c.PreferredName} {
		if _, name, ok := strings.Cut(s, "#"); ok && !strings.Contains(s, "#EXT#") {
			s = name
		}
		if strings.Contains(s, "@") {
			return s
		}
	}
	return ""
}

// subject is how a binding must name them.
func (n names) subject() binding.Subject { return binding.Subject(n.Subject()) }

// mistaken returns what a subject's name is instead of the right one; empty
// when it is right or means somebody else.
func (n names) mistaken(s binding.Subject) string {
	m, _ := n.Mistaken(audit.Subject(s))
	return m.Is
}
