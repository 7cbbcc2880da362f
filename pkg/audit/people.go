package audit

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Wanted is a name in a binding that the directory may know.
type Wanted struct {
	Text string
	Kind entra.Kind // "" is any
	GUID bool
}

// People are the principals that names in bindings mean, as far as the
// directory was asked. The zero People know nobody and were not asked.
type People struct {
	// Bare takes off a subject's name what the cluster puts before it; nil: it
	// puts nothing there.
	Bare func(Subject) string

	meant map[string][]entra.Principal // by name in lower case
}

// Wants returns what the subjects of bindings may mean in the directory, each
// once, in the order of their first appearance: object ids, sign-in names and
// the names of groups. Other names of users are some other authenticator's.
func (p People) Wants(bindings []Binding) []Wanted {
	var list []Wanted
	seen := map[Wanted]bool{}
	for _, b := range bindings {
		for _, s := range b.Subjects {
			w, ok := p.want(s)
			if key := (Wanted{strings.ToLower(w.Text), w.Kind, w.GUID}); ok && !seen[key] {
				seen[key] = true
				list = append(list, w)
			}
		}
	}
	return list
}

func (p People) want(s Subject) (Wanted, bool) {
	text := s.Name
	if p.Bare != nil {
		text = p.Bare(s)
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "" || s.Kubernetes():
		return Wanted{}, false
	case entra.IsGUID(text):
		return Wanted{Text: text, GUID: true}, true
	case strings.Contains(text, "@"):
		return Wanted{Text: text}, true
	case s.Kind == KindGroup:
		return Wanted{Text: text, Kind: entra.Group}, true
	}
	return Wanted{}, false
}

// Add tells whom a name means; none is an answer too.
func (p *People) Add(text string, among []entra.Principal) {
	if p.meant == nil {
		p.meant = map[string][]entra.Principal{}
	}
	key := strings.ToLower(strings.TrimSpace(text))
	p.meant[key] = append(p.meant[key], among...)
}

// Asked reports whether the directory was asked at all.
func (p People) Asked() bool { return p.meant != nil }

// Meant returns whom a subject's name means; false if nobody asked.
func (p People) Meant(s Subject) ([]entra.Principal, bool) {
	w, ok := p.want(s)
	if !ok {
		return nil, false
	}
	found, asked := p.meant[strings.ToLower(w.Text)]
	return found, asked
}

// One returns the only principal that a subject can mean.
func (p People) One(s Subject) (entra.Principal, bool) {
	found, _ := p.Meant(s)
	if len(found) != 1 {
		return entra.Principal{}, false
	}
	return found[0], true
}
