package audit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Cluster is what Lint looks at.
type Cluster struct {
	Bindings []Binding
	People   People
	Name     Namer
	// Missing reports whether a role is known not to exist; nil: nobody looked.
	Missing func(r Role, namespace string) bool
	Now     time.Time
}

// Finding is one thing that is wrong with one binding.
type Finding struct {
	Rule
	Binding *Binding
	Index   int    // of the subject; -1: the binding as a whole
	Text    string // what was seen, in one sentence
	// Right is whom the subject means; nil: not known, or not only one.
	Right *entra.Principal
	// Needed is false where another binding gives the same under the right name.
	Needed bool
	// Commands are the words after kubectl that mend it, one line each.
	Commands [][]string
}

// Subject returns the subject that the finding is about, or none.
func (f Finding) Subject() Subject {
	if f.Index < 0 {
		return Subject{}
	}
	return f.Binding.Subjects[f.Index]
}

// Lint returns what is wrong with a cluster's bindings, in the order of the
// bindings by namespace and name. Kubernetes' own subjects are not looked at.
func Lint(c Cluster) []Finding {
	given := c.given()
	var found []Finding
	for i := range c.Bindings {
		b := &c.Bindings[i]
		found = append(found, c.whole(b)...)
		for n, s := range b.Subjects {
			if s.Kubernetes() {
				continue
			}
			if f, ok := c.subject(b, n, given); ok {
				found = append(found, f)
			}
			if f, ok := c.admin(b, n); ok {
				found = append(found, f)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Binding.Namespace, b.Binding.Namespace), strings.Compare(a.Binding.Name, b.Binding.Name))
	})
	return found
}

// gift is a role that a subject has somewhere.
type gift struct {
	namespace string
	role      Role
	subject   Subject
}

// given are the gifts that the names in bindings that may be mistaken are
// compared with: those of subjects that the directory was asked about.
func (c Cluster) given() map[gift]bool {
	given := map[gift]bool{}
	if !c.People.Asked() {
		return given
	}
	for _, b := range c.Bindings {
		for _, s := range b.Subjects {
			if !s.Kubernetes() {
				given[gift{b.Namespace, b.Role, s}] = true
			}
		}
	}
	return given
}

// whole judges a binding whoever is in it.
func (c Cluster) whole(b *Binding) []Finding {
	var found []Finding
	if b.Expired(c.Now) {
		f := finding(ExpiredGrant, b, -1, "%s expired on %s and still gives %s", b.Place(), b.Expires.UTC().Format(time.RFC3339), b.Role)
		f.Commands = [][]string{DeleteWords(*b)}
		found = append(found, f)
	}
	if b.Azure == nil && c.Missing != nil && c.Missing(b.Role, b.Namespace) {
		f := finding(MissingRole, b, -1, "%s gives %s, which does not exist", b.Place(), b.Role)
		f.Commands = [][]string{DeleteWords(*b)}
		found = append(found, f)
	}
	return found
}

func finding(id string, b *Binding, index int, format string, args ...any) Finding {
	r, _ := FindRule(id)
	return Finding{Rule: r, Binding: b, Index: index, Text: fmt.Sprintf(format, args...), Needed: true}
}

// subject judges one subject by whom the directory says it means.
func (c Cluster) subject(b *Binding, index int, given map[gift]bool) (Finding, bool) {
	s := b.Subjects[index]
	m, wrong := b.judge(s, c.People, c.Name)
	if !wrong {
		return Finding{}, false
	}
	f := finding(m.ID, b, index, "%s gives %s to %s %q: %s", b.Place(), b.Role, s.Kind, s.Name, m.Is)
	meant, _ := c.People.Meant(s)
	if len(meant) == 1 {
		f.Right = &meant[0]
	}
	switch m.ID {
	case Disabled, NotInTokens: // the name is right, and may come to life again
	case UnknownPrincipal:
		f.remove()
	default:
		c.mend(&f, meant, given)
	}
	return f, true
}

// remove says how to take the finding's subject out: Azure's tool takes away the
// assignments that unbind leaves.
func (f *Finding) remove() {
	if b := f.Binding; b.Azure != nil && b.Owner != Owned {
		f.Text += ". To take it away: " + safetext.Command("az", "role", "assignment", "delete", "--ids", b.Azure.ID)
		return
	}
	f.Commands = append(f.Commands, RemoveWords(*f.Binding, f.Index))
}

// mend says what the name should be and how to get there.
func (c Cluster) mend(f *Finding, meant []entra.Principal, given map[gift]bool) {
	b, s := *f.Binding, f.Subject()
	if f.Right == nil {
		f.Text += fmt.Sprintf("; %d principals are called so", len(meant))
		for _, p := range meant {
			f.Commands = append(f.Commands, BindWords(Ref(p), b))
		}
		return
	}
	right, reason, err := c.Name(*f.Right)
	if err != nil {
		return
	}
	f.Text += fmt.Sprintf(". The cluster knows %q as %s %q (%s)", s.Name, right.Kind, right.Name, reason)
	if given[gift{b.Namespace, b.Role, right}] || given[gift{"", b.Role, right}] {
		f.Needed = false
		f.Text += "; another binding gives the same under the right name"
	} else {
		f.Commands = append(f.Commands, BindWords(Ref(*f.Right), b))
	}
	f.Commands = append(f.Commands, RemoveWords(b, f.Index))
}

// admin finds people who are cluster-admin by their own name.
func (c Cluster) admin(b *Binding, index int) (Finding, bool) {
	s := b.Subjects[index]
	if b.Namespace != "" || !b.everything() || s.Kind != KindUser {
		return Finding{}, false
	}
	p, known := c.People.One(s)
	if known && p.Kind != entra.User || !known && !strings.Contains(s.Name, "@") {
		return Finding{}, false
	}
	who := s.Name
	if known && p.SignInName() != "" {
		who = p.SignInName()
	}
	f := finding(ClusterAdmin, b, index, "%s makes %s cluster-admin by name", b.Place(), who)
	f.Commands = [][]string{BindWords("group:NAME", *b)}
	f.remove()
	return f, true
}

// everything reports whether the binding's role is the one for all there is.
func (b Binding) everything() bool {
	if b.Azure != nil {
		return b.Azure.Role.Short() == "cluster-admin"
	}
	return b.Role == Role{KindClusterRole, "cluster-admin"}
}
