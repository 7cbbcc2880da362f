package audit

import (
	"cmp"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Access is one subject of one binding: who has what.
type Access struct {
	Binding   *Binding
	Subject   Subject
	Principal *entra.Principal // nil: not known, or not in the directory
	// Via are the groups between the person asked for and the subject, the
	// person's own first; empty where the subject names the person.
	Via []entra.Principal
	// Note is why the subject reaches nobody, or less than it seems; or "".
	Note string
}

// Name returns how people call the subject: the sign-in name, the display name,
// or what the binding says.
func (a Access) Name() string {
	if p := a.Principal; p != nil {
		for _, s := range []string{p.SignInName(), p.Name} {
			if s != "" {
				return s
			}
		}
	}
	if a.Subject.Kind == KindServiceAccount {
		return a.Subject.Namespace + ":" + a.Subject.Name
	}
	return a.Subject.Name
}

// Kind returns what the subject is, in words of people: user, guest, group, app,
// or the subject's kind where the directory does not tell.
func (a Access) Kind() string {
	switch p := a.Principal; {
	case p == nil && a.Subject.Kind == azurerbac.TypeServicePrincipal:
		return "app"
	case p == nil:
		return strings.ToLower(a.Subject.Kind)
	case p.Kind == entra.ServicePrincipal:
		return "app"
	case p.Kind == entra.User && p.External:
		return "guest"
	default:
		return string(p.Kind)
	}
}

// List returns the access that bindings give, sorted by name, reach and role.
// Kubernetes' own subjects are left out unless kubernetes is true.
func List(bindings []Binding, people People, name Namer, kubernetes bool) []Access {
	var list []Access
	known := map[string]*entra.Principal{} // one copy for all rows of a principal
	for i := range bindings {
		for _, s := range bindings[i].Subjects {
			if s.Kubernetes() && !kubernetes {
				continue
			}
			a := Access{Binding: &bindings[i], Subject: s}
			if p, ok := people.One(s); ok {
				if known[string(p.ID)] == nil {
					known[string(p.ID)] = &p
				}
				a.Principal = known[string(p.ID)]
			}
			if m, ok := bindings[i].judge(s, people, name); ok {
				a.Note = m.Is
			} else if z := bindings[i].Azure; z != nil && z.Condition != "" {
				a.Note = "under a condition, which only Azure judges"
			}
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, func(a, b Access) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Name()), strings.ToLower(b.Name())),
			strings.Compare(a.Binding.Namespace, b.Binding.Namespace), strings.Compare(a.Binding.Role.Name, b.Binding.Role.Name),
			strings.Compare(a.Binding.Name, b.Binding.Name))
	})
	return list
}

// For keeps the access that reaches a principal: by name, or through the groups
// that nesting tells. Subjects that mean the principal and reach nobody stay,
// with their note.
func For(list []Access, p entra.Principal, nesting Nesting, groups map[entra.ObjectID]entra.Principal) []Access {
	var mine []Access
	for _, a := range list {
		group, isGroup := nesting.Group(a.Subject)
		switch {
		case a.Principal != nil && a.Principal.ID == p.ID:
			mine = append(mine, a)
		case isGroup && nesting.Of[group]:
			for _, id := range nesting.Chain(group) {
				g, ok := groups[id]
				if !ok {
					g = entra.Principal{ID: id, Kind: entra.Group, Name: string(id)}
				}
				a.Via = append(a.Via, g)
			}
			mine = append(mine, a)
		}
	}
	return mine
}

// judge says what is wrong with a subject of the binding.
func (b Binding) judge(s Subject, people People, name Namer) (Mistake, bool) {
	if b.Azure != nil {
		return b.Azure.judge(s, people)
	}
	return judge(s, people, name)
}

// judge says what is wrong with a subject's name, by whom it means.
func judge(s Subject, people People, name Namer) (Mistake, bool) {
	found, asked := people.Meant(s)
	if !asked {
		return Mistake{}, false
	}
	if len(found) == 0 {
		if w, _ := people.want(s); w.Kind == entra.Group {
			return Mistake{}, false // some other authenticator's group
		}
		return Mistake{UnknownPrincipal, "the directory knows nobody of that name"}, true
	}
	var first Mistake
	for _, p := range found {
		right, _, err := name(p)
		if err != nil {
			continue
		}
		m, wrong := NamesOf(p, right).Mistaken(s)
		switch {
		case !wrong && s == right:
			return standing(p)
		case !wrong && p.Kind == entra.ServicePrincipal:
			m = Mistake{AppByObjectID, "the object id of the app registration, not of its service principal"}
		case !wrong:
			m = Mistake{WrongKind, "the name of a " + string(p.Kind) + " in a subject of kind " + s.Kind}
		}
		if first.ID == "" {
			first = m
		}
	}
	return first, first.ID != ""
}

// standing says what is wrong with a principal who is named rightly.
func standing(p entra.Principal) (Mistake, bool) {
	switch {
	case p.Disabled:
		return Mistake{Disabled, "disabled in the directory"}, true
	case p.Pending:
		return Mistake{Disabled, "the invitation was not accepted yet"}, true
	case p.Kind == entra.Group && !p.SecurityEnabled:
		return Mistake{NotInTokens, "not a security group"}, true
	}
	return Mistake{}, false
}
