package audit

import (
	"fmt"
	"slices"
	"strings"
)

// Identity is who asks, as the API server knows them.
type Identity struct {
	Username string
	Groups   []string
	// Object is their object id, by which Azure knows them; "" is not known.
	Object string
}

// named reports whether a subject of a binding names the identity. The API
// server compares letter by letter; Azure knows nothing but object ids.
func (i Identity) named(b *Binding, s Subject) bool {
	if b.Azure != nil {
		return s.Name == i.Object || slices.Contains(i.Groups, s.Name)
	}
	switch s.Kind {
	case KindUser:
		return s.Name == i.Username
	case KindGroup:
		return slices.Contains(i.Groups, s.Name)
	case KindServiceAccount:
		return "system:serviceaccount:"+s.Namespace+":"+s.Name == i.Username
	}
	return false
}

// Way is one path to a permission: the subject that names somebody, the binding
// that it is in, and what of its role allows it: a PolicyRule or a data action.
type Way struct {
	Subject Subject
	Binding *Binding
	Rule    fmt.Stringer
}

// Authorizer decides by bindings and role assignments alone, as the API server
// does with RBAC and Azure's webhook: what either allows is allowed.
type Authorizer struct {
	bindings []Binding
	roles    map[place]RoleRules
}

type place struct {
	namespace string
	role      Role
}

// NewAuthorizer returns an authorizer for a cluster's bindings and roles.
func NewAuthorizer(bindings []Binding, roles []RoleRules) Authorizer {
	a := Authorizer{bindings, make(map[place]RoleRules, len(roles))}
	for _, r := range roles {
		a.roles[place{r.Namespace, r.Role}] = r
	}
	return a
}

func (a Authorizer) role(b Binding) (RoleRules, bool) {
	at := place{b.Namespace, b.Role}
	if b.Role.Kind == KindClusterRole {
		at.namespace = ""
	}
	r, ok := a.roles[at]
	return r, ok
}

// Ways returns every path by which somebody may do it, those by their own name
// first; none is no.
func (a Authorizer) Ways(who Identity, do Action) []Way {
	var ways []Way
	for i := range a.bindings {
		b := &a.bindings[i]
		if b.Namespace != "" && b.Namespace != do.Namespace {
			continue
		}
		n := slices.IndexFunc(b.Subjects, func(s Subject) bool { return who.named(b, s) })
		if n < 0 {
			continue
		}
		if r, ok := a.allows(*b, do); ok {
			ways = append(ways, Way{b.Subjects[n], b, r})
		}
	}
	slices.SortStableFunc(ways, func(x, y Way) int { return strings.Compare(y.Subject.Kind, x.Subject.Kind) }) // User before Group
	return ways
}

func (a Authorizer) allows(b Binding, do Action) (fmt.Stringer, bool) {
	if b.Azure != nil {
		return b.Azure.allows(do)
	}
	role, _ := a.role(b)
	if n := slices.IndexFunc(role.Rules, func(r PolicyRule) bool { return r.Allows(do) }); n >= 0 {
		return role.Rules[n], true
	}
	return nil, false
}

// The edges of a path that can be missing.
const (
	EdgeName      = "name"      // a binding means them by a name that reaches nobody
	EdgeBinding   = "binding"   // no binding names them
	EdgeNamespace = "namespace" // bindings name them elsewhere
	EdgeRole      = "role"      // the role of their binding does not exist
	EdgeRule      = "rule"      // their roles do not include it
)

// Gap is the first edge that is missing on the way to a permission.
type Gap struct {
	Edge string   `json:"edge"`
	Text string   `json:"text"`
	Role string   `json:"-"` // a cluster role that would do, where the remedy is a new binding
	Near *Binding `json:"-"` // the binding that nearly does
}

// Gap says what is missing for somebody who may not do it. Mistaken are the
// findings about subjects that mean them.
func (a Authorizer) Gap(who Identity, do Action, mistaken []Finding) Gap {
	for _, f := range mistaken {
		b := f.Binding
		if _, ok := a.allows(*b, do); ok && (b.Namespace == "" || b.Namespace == do.Namespace) {
			return Gap{Edge: EdgeName, Text: f.Text, Near: b, Role: b.Role.Name}
		}
	}
	g := Gap{Role: a.least(do)}
	var here, elsewhere []string
	for i := range a.bindings {
		b := &a.bindings[i]
		if !slices.ContainsFunc(b.Subjects, func(s Subject) bool { return who.named(b, s) && s.Name != "system:authenticated" }) {
			continue
		}
		_, exists := a.role(*b)
		_, allows := a.allows(*b, do)
		switch reaches := b.Namespace == "" || b.Namespace == do.Namespace; {
		case reaches && !exists && b.Azure == nil:
			return Gap{Edge: EdgeRole, Text: fmt.Sprintf("%s gives %s, which does not exist", b.Place(), b.Role), Near: b, Role: g.Role}
		case reaches:
			here = append(here, b.Role.String())
		case allows:
			elsewhere = append(elsewhere, fmt.Sprintf("%s by %s", b.Role, b.Place()))
		}
	}
	slices.Sort(here)
	switch {
	case len(here) > 0:
		g.Edge = EdgeRule
		g.Text = fmt.Sprintf("the roles held here (%s) do not include it", strings.Join(slices.Compact(here), ", "))
	case len(elsewhere) > 0:
		g.Edge = EdgeNamespace
		g.Text = "the permission is held elsewhere only: " + strings.Join(elsewhere[:min(len(elsewhere), 3)], ", ")
	default:
		g.Edge = EdgeBinding
		g.Text = fmt.Sprintf("no binding that counts there names %q or one of %d groups", who.Username, len(who.Groups))
	}
	return g
}

// least returns the weakest of Kubernetes' own roles for people that allows it,
// or "".
func (a Authorizer) least(do Action) string {
	for _, name := range []string{"view", "edit", "admin", "cluster-admin"} {
		if _, ok := a.allows(Binding{Role: Role{KindClusterRole, name}}, do); ok {
			return name
		}
	}
	return ""
}
