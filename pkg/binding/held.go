package binding

import (
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// String returns the binding as kubectl's arguments name it, with its
// namespace.
func (b Binding) String() string {
	if b.Namespace == "" {
		return "clusterrolebinding/" + b.Name
	}
	return "rolebinding/" + b.Name + " -n " + b.Namespace
}

// Undo returns the kubectl command that takes b away, or where it has several
// subjects the one that takes one of them out.
func (b Binding) Undo() string {
	verb := "delete"
	if len(b.Subjects) > 1 {
		verb = "edit"
	}
	if b.Namespace == "" {
		return safetext.Command("kubectl", verb, "clusterrolebinding", b.Name)
	}
	return safetext.Command("kubectl", verb, "rolebinding", b.Name, "-n", b.Namespace)
}

// Set returns the name of the access file that declares b, or "".
func (b Binding) Set() string { return b.Labels[LabelSet] }

// Expires returns until when b is meant to be; false is for good. A date that
// cannot be read is none: nobody loses a role by a typing error.
func (b Binding) Expires() (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, b.Annotations[AnnotationExpires])
	return at, err == nil
}

// Expired reports whether b's time is over.
func (b Binding) Expired(now time.Time) bool {
	at, ok := b.Expires()
	return ok && !now.Before(at)
}

// Principal returns whom an owned binding says it is for: as much as its label,
// annotations and subject tell, without a look at the directory. Somebody
// else's binding tells it of its first subject alone.
func (b Binding) Principal() entra.Principal {
	p := entra.Principal{Kind: entra.User}
	if b.Owned {
		p.ID, p.Name = entra.ObjectID(b.Labels[LabelPrincipal]), b.Annotations[AnnotationName]
		if kind := entra.Kind(b.Annotations[AnnotationKind]); kind != "" {
			p.Kind = kind
		}
	}
	if len(b.Subjects) > 0 {
		s := b.Subjects[0]
		if s.Kind == KindGroup {
			p.Kind = entra.Group
		}
		switch {
		case entra.IsGUID(s.Name) && p.ID == "":
			p.ID = entra.ObjectID(strings.ToLower(s.Name))
		case entra.IsGUID(s.Name), p.ID != "" && strings.HasSuffix(s.Name, string(p.ID)): // maybe behind a prefix
		case p.Kind == entra.User:
			p.UPN = s.Name
			if name := b.Annotations[AnnotationSignIn]; b.Owned && name != "" && strings.HasSuffix(s.Name, name) {
				p.UPN = name
			}
		case p.Name == "":
			p.Name = s.Name
		}
	}
	if signIn := b.Annotations[AnnotationSignIn]; b.Owned && p.Kind == entra.User && p.UPN == "" && signIn != "" {
		p.Mail, p.External = signIn, true // bound by object id although a name is known
	}
	return p
}

// Title names whom b is for, cleaned; for somebody else's its subjects.
func (b Binding) Title() string {
	if b.Owned {
		return Title(b.Principal())
	}
	return names(b.Subjects)
}

func names(subjects []Subject) string {
	var list []string
	for _, s := range subjects {
		list = append(list, safetext.Clean(s.Kind+" "+s.Name))
	}
	return strings.Join(list, ", ")
}

// Names reports whether a subject of b is p: by its object id or, for users, by
// a name that it signs in with. Case does not count here: a binding in the
// wrong case is meant for p although it lets nobody in.
func (b Binding) Names(p entra.Principal) bool {
	if p.ID != "" && b.Owned && strings.EqualFold(b.Labels[LabelPrincipal], string(p.ID)) {
		return true
	}
	for _, s := range b.Subjects {
		if s.Kind != KindUser && s.Kind != KindGroup {
			continue
		}
		candidates := []string{string(p.ID)}
		if s.Kind == KindUser && p.Kind == entra.User {
			candidates = append(candidates, p.UPN, p.SignInName())
		}
		for _, c := range candidates {
			if c != "" && strings.EqualFold(c, s.Name) {
				return true
			}
		}
	}
	return false
}
