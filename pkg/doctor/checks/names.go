package checks

import (
	"context"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// names are all the names of one person (or service principal): the one that
// the API server uses, and those that people bind by mistake.
type names struct {
	kind   string // of the subject: User or Group
	right  string // the subject's name that works; compared letter by letter
	reason string // why this one
	known  string // how people call the person
	ref    string // what `kubectl aad bind` takes
	object string
	upn    string // as the directory spells it; for guests the #EXT# spelling
	mail   string
	signIn string // home address of somebody who signs in elsewhere
	client string // application id of a service principal
	title  string // display name of a group
}

// names collects them from the token, the API server and the directory, as far
// as each of them can be read. The API server's word counts most.
func (c *Case) names(ctx context.Context) (names, error) {
	var n names
	p, whoErr := c.who(ctx)
	if whoErr == nil {
		n.object, n.upn, n.mail, n.client = string(p.ID), p.UPN, p.Mail, string(p.ClientID)
		n.signIn, n.known = p.SignInName(), binding.Title(p)
		if s, reason, err := (binding.Mapper{}).Subject(p); err == nil {
			n.kind, n.right, n.reason = s.Kind, s.Name, reason
		}
	}
	if c.For == nil {
		claims, err := c.claims(ctx)
		if err != nil {
			return names{}, err
		}
		n.fromToken(claims)
		if id, err := c.identity(ctx); err == nil {
			n.right = id.Username
		}
	}
	n.ref = n.signIn
	if n.kind == binding.KindGroup {
		n.title = p.Name
	}
	if n.ref == "" || strings.HasPrefix(n.ref, "-") {
		n.ref = n.object
	}
	return n, nil
}

func (n *names) fromToken(c entra.Claims) {
	n.kind, n.object, n.right = binding.KindUser, string(c.Object), c.Username()
	n.reason = "the token's upn"
	if c.UPN == "" {
		n.reason = "the token has no upn, so the object id counts"
	}
	if n.upn == "" {
		n.upn = c.UPN
	}
	if c.IsApp() {
		n.client = string(c.Client())
	} else if n.signIn == "" {
		n.signIn = homeAddress(c)
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
func (n names) subject() binding.Subject { return binding.Subject{Kind: n.kind, Name: n.right} }

// mistaken returns what a subject's name is instead of the right one; empty
// when it is right or means somebody else.
func (n names) mistaken(s binding.Subject) string {
	name := strings.TrimSpace(s.Name)
	is := func(other string) bool { return other != "" && strings.EqualFold(name, other) }
	if n.kind == binding.KindGroup {
		return n.mistakenGroup(s, is)
	}
	switch {
	case s.Kind == binding.KindGroup && (is(n.object) || is(n.right) || is(n.upn)):
		return "a person's name in a subject of kind Group"
	case s.Kind != binding.KindUser || s.Name == n.right:
		return ""
	case is(n.right) && name != s.Name:
		return "the right name with a space at its end"
	case is(n.right):
		return "the right name in another spelling of upper and lower case"
	case is(n.object):
		return "the object id"
	case is(n.upn) && strings.Contains(n.upn, "#EXT#"):
		return "the directory's #EXT# name of a guest"
	case is(n.upn):
		return "the sign-in name (UPN)"
	case is(n.mail), is(n.signIn):
		return "the mail address"
	case is(n.client):
		return "the application's client id"
	}
	return ""
}

func (n names) mistakenGroup(s binding.Subject, is func(string) bool) string {
	switch {
	case s.Kind == binding.KindUser && is(n.object):
		return "a group's object id in a subject of kind User"
	case s.Kind != binding.KindGroup || s.Name == n.right:
		return ""
	case is(n.right):
		return "the right object id in another spelling"
	case is(n.title):
		return "a group's display name"
	case is(n.mail):
		return "a group's mail address"
	}
	return ""
}
