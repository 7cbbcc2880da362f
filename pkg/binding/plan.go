package binding

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Planner turns grants into bindings.
type Planner struct {
	Mapper Mapper
	By     string           // who grants, as the API server knows them; may be empty
	Now    func() time.Time // nil: the bindings carry no date
	// Name is given to every binding instead of one made from the grant. Two
	// bindings of a name in one namespace are fault.Usage.
	Name string
}

// Planned is a binding to be written, and why it names whom it names.
type Planned struct {
	Grant   Grant
	Binding Binding
	Why     string
}

// Plan returns one binding for each grant and namespace, in the order of the
// grants, namespaces sorted, nothing twice. The same grants give the same names
// everywhere.
func (p Planner) Plan(grants []Grant) ([]Planned, error) {
	var plan []Planned
	seen := map[[2]string]bool{}
	for _, g := range grants {
		subject, why, err := p.Mapper.Subject(g.Principal)
		if err != nil {
			return nil, err
		}
		namespaces := slices.Compact(slices.Sorted(slices.Values(g.Reach.Namespaces)))
		if len(namespaces) == 0 {
			if g.Role.Kind == KindRole {
				return nil, fault.Newf(fault.Usage, "%s is a role of one namespace and cannot be given in the whole cluster", g.Role)
			}
			namespaces = []string{""}
		}
		for _, namespace := range namespaces {
			b := p.binding(g, namespace, subject)
			id := [2]string{namespace, b.Name}
			switch {
			case !seen[id]:
				seen[id] = true
				plan = append(plan, Planned{Grant: g, Binding: b, Why: why})
			case p.Name != "":
				return nil, fault.Newf(fault.Usage, "the name %q is for one binding in a namespace, and this makes several", p.Name)
			}
		}
	}
	return plan, nil
}

func (p Planner) binding(g Grant, namespace string, subject Subject) Binding {
	b := Binding{
		Namespace:   namespace,
		Name:        cmp.Or(p.Name, Name(g.Role, g.Principal, subject)),
		Role:        g.Role,
		Subjects:    []Subject{subject},
		Labels:      map[string]string{LabelManagedBy: ManagedBy},
		Annotations: map[string]string{AnnotationKind: string(g.Principal.Kind)},
		Owned:       true,
	}
	if p.Now != nil {
		b.Annotations[AnnotationAt] = p.Now().UTC().Format(time.RFC3339)
	}
	if entra.IsGUID(string(g.Principal.ID)) {
		b.Labels[LabelPrincipal] = string(g.Principal.ID)
	}
	if g.Set != "" {
		b.Labels[LabelSet] = g.Set
	}
	if !g.Expires.IsZero() {
		b.Annotations[AnnotationExpires] = g.Expires.UTC().Format(time.RFC3339)
	}
	for key, value := range map[string]string{
		AnnotationName:   g.Principal.Name,
		AnnotationSignIn: g.Principal.SignInName(),
		AnnotationBy:     p.By,
		AnnotationReason: g.Reason,
	} {
		if value = safetext.Clean(value); value != "" {
			b.Annotations[key] = value
		}
	}
	return b
}

// Lengths of a name's parts: with "aad-", two dashes and the hash it is at most
// 63 characters, a valid DNS label.
const (
	roleLength = 20
	slugLength = 28
	hashLength = 8
)

// Name returns the name of the binding that gives role to p: the same one for
// every form of subject, so that binding again mends a wrong form in place. The
// subject stands in for a principal whose object id is not known.
func Name(role Role, p entra.Principal, subject Subject) string {
	who := string(p.ID)
	if who == "" {
		who = subject.Kind + "/" + subject.Name
	}
	sum := sha256.Sum256([]byte(role.Kind + "/" + role.Name + "/" + who))
	parts := []string{"aad"}
	for _, part := range []string{slug(role.Name, roleLength), slug(Title(p), slugLength)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(append(parts, hex.EncodeToString(sum[:])[:hashLength]), "-")
}

// slug keeps the ASCII letters and digits of s and puts single dashes between
// them.
func slug(s string, length int) string {
	var b strings.Builder
	dash := false
	for _, r := range strings.ToLower(s) {
		if r < 'a' || r > 'z' {
			if r < '0' || r > '9' {
				dash = b.Len() > 0
				continue
			}
		}
		if dash {
			b.WriteByte('-')
			dash = false
		}
		b.WriteRune(r)
	}
	s = b.String()
	return strings.TrimRight(s[:min(len(s), length)], "-")
}
