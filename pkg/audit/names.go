package audit

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Names are all the names of one principal: the one that the API server uses,
// and those that people bind by mistake. Empty ones are not known.
type Names struct {
	Kind   string // of the subject: User or Group
	Right  string // the subject's name that works; compared letter by letter
	Object string
	UPN    string // as the directory spells it; for guests the #EXT# spelling
	Mail   string
	SignIn string // home address of somebody who signs in elsewhere
	Client string // application id of a service principal
	Title  string // display name of a group
	Prefix string // what the cluster puts before names like Right
}

// NamesOf returns the names of a principal whom the cluster knows as right.
func NamesOf(p entra.Principal, right Subject) Names {
	n := Names{Kind: right.Kind, Object: string(p.ID), UPN: p.UPN, Mail: p.Mail, SignIn: p.SignInName(), Client: string(p.ClientID)}
	if p.Kind == entra.Group {
		n.Title = p.Name
	}
	n.Be(right.Name)
	return n
}

// Be sets the right name, and what of it the cluster has put before another.
func (n *Names) Be(right string) {
	n.Right, n.Prefix = right, ""
	for _, bare := range []string{n.Object, n.UPN, n.Mail, n.Client} {
		if prefix, ok := strings.CutSuffix(right, bare); ok && bare != "" {
			n.Prefix = prefix
			return
		}
	}
}

// Subject returns how a binding must name the principal.
func (n Names) Subject() Subject { return Subject{Kind: n.Kind, Name: n.Right} }

// Mistake is a way to name a principal that reaches nobody: the id of its rule,
// and what the name is.
type Mistake struct{ ID, Is string }

// Mistaken returns what a subject is instead of the right one; false when it is
// right or means somebody else.
func (n Names) Mistaken(s Subject) (Mistake, bool) {
	if m, ok := n.unprefixed(s); ok && s.Kind == n.Kind {
		return m, true
	}
	m := n.person(s)
	if n.Kind == KindGroup {
		m = n.group(s)
	}
	return m, m.ID != ""
}

func (n Names) is(s Subject, other string) bool {
	name := strings.TrimSpace(s.Name)
	return other != "" && (strings.EqualFold(name, other) || strings.EqualFold(strings.TrimPrefix(name, n.Prefix), other))
}

// unprefixed reports whether a subject is the right name but for its prefix.
func (n Names) unprefixed(s Subject) (Mistake, bool) {
	bare, ok := strings.CutPrefix(n.Right, n.Prefix)
	return Mistake{NameSpelling, fmt.Sprintf("the right name without %q, which the cluster puts before it", n.Prefix)},
		ok && n.Prefix != "" && strings.EqualFold(strings.TrimSpace(s.Name), bare)
}

func (n Names) person(s Subject) Mistake {
	switch {
	case s.Kind == KindGroup && (n.is(s, n.Object) || n.is(s, n.Right) || n.is(s, n.UPN)):
		return Mistake{WrongKind, "a person's name in a subject of kind Group"}
	case s.Kind != KindUser || s.Name == n.Right:
		return Mistake{}
	case n.is(s, n.Right) && strings.TrimSpace(s.Name) != s.Name:
		return Mistake{NameSpelling, "the right name with a space at its end"}
	case n.is(s, n.Right):
		return Mistake{NameSpelling, "the right name in another spelling of upper and lower case"}
	case n.is(s, n.Object):
		return Mistake{MemberByObjectID, "the object id"}
	case n.is(s, n.UPN) && strings.Contains(n.UPN, "#EXT#"):
		return Mistake{GuestByName, "the directory's #EXT# name of a guest"}
	case n.is(s, n.UPN):
		return Mistake{GuestByName, "the sign-in name (UPN)"}
	case n.is(s, n.Mail) || n.is(s, n.SignIn):
		if n.Right == n.Prefix+n.Object {
			return Mistake{GuestByName, "the mail address"}
		}
		return Mistake{PersonByMail, "the mail address"}
	case n.is(s, n.Client):
		return Mistake{AppByClientID, "the application's client id"}
	}
	return Mistake{}
}

func (n Names) group(s Subject) Mistake {
	switch {
	case s.Kind == KindUser && n.is(s, n.Object):
		return Mistake{WrongKind, "a group's object id in a subject of kind User"}
	case s.Kind != KindGroup || s.Name == n.Right:
		return Mistake{}
	case n.is(s, n.Right):
		return Mistake{NameSpelling, "the right object id in another spelling"}
	case n.is(s, n.Title):
		return Mistake{GroupByName, "a group's display name"}
	case n.is(s, n.Mail):
		return Mistake{GroupByName, "a group's mail address"}
	}
	return Mistake{}
}

// Ref returns what `kubectl aad bind` takes for a principal: the sign-in name,
// or the object id where there is none or a shell would take it for a flag.
func Ref(p entra.Principal) string {
	if p.Kind == entra.Group {
		return "group:" + string(p.ID)
	}
	if name := p.SignInName(); name != "" && !strings.HasPrefix(name, "-") {
		return name
	}
	return string(p.ID)
}
