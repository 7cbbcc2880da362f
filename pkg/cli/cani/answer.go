package cani

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Verdict is the API server's own answer.
type Verdict struct {
	Allowed bool   `json:"allowed"`
	Reason  string `json:"reason,omitempty"`
}

// Answer is whether somebody may do something, and through what. Its JSON is a
// contract.
type Answer struct {
	Allowed  bool         `json:"allowed"`
	Username string       `json:"username"`
	Claim    string       `json:"claim"` // why the cluster knows them so
	Action   audit.Action `json:"action"`
	Path     []string     `json:"path,omitempty"`    // one way to the permission, from the person to the rule
	Ways     int          `json:"ways"`              // how many there are
	Missing  *audit.Gap   `json:"missing,omitempty"` // the first edge that is not there
	Fix      []string     `json:"fix,omitempty"`
	Server   *Verdict     `json:"server,omitempty"` // nil: it could not be asked
	Note     string       `json:"note,omitempty"`
	Plane    audit.Plane  `json:"plane,omitempty"` // of the path
	// Unread are the planes that could not be read: what they give is not known.
	Unread  []bindings.Unread `json:"unread,omitempty"`
	Unknown bool              `json:"unknown,omitempty"` // not allowed by what was read, and that is not all

	Person *bindings.Person `json:"-"`

	asked  string
	now    time.Time
	who    audit.Identity
	extra  map[string][]string // what else the API server keeps of them
	groups map[string]string   // names of the caller's groups
	worked bool                // worked out from bindings and roles
	azure  bool                // and from role assignments
}

// reason works the answer out.
func (a *Answer) reason(w *bindings.World, rbac audit.Authorizer) {
	a.worked, a.azure, a.Unread = true, w.Azure, w.Unread
	ways := rbac.Ways(a.who, a.Action)
	if a.Ways = len(ways); a.Ways > 0 {
		a.Allowed, a.Path, a.Plane = true, a.path(ways[0]), ways[0].Binding.Plane()
		return
	}
	gap := rbac.Gap(a.who, a.Action, a.mistaken(w))
	if gap.Edge == audit.EdgeBinding && w.Azure {
		gap.Text += ", and no role assignment of Azure does"
	}
	a.Missing = &gap
	a.fix(w, gap)
}

// path tells a way from the person's token to the rule.
func (a *Answer) path(way audit.Way) []string {
	steps := []string{a.known()}
	if way.Binding.Azure != nil && a.who.Object != "" {
		steps[0] = fmt.Sprintf("%s is %s to Azure (the object id)", a.name(), a.who.Object)
	}
	if s := way.Subject; s.Kind == audit.KindGroup {
		steps = append(steps, a.membership(s.Name)...)
	}
	return append(steps,
		fmt.Sprintf("%s names %s %q", way.Binding.Place(), way.Subject.Kind, way.Subject.Name),
		"it gives "+way.Binding.Role.String(),
		"whose rule allows "+way.Rule.String())
}

// membership is the nesting of groups up to one, or its name where only that is
// known.
func (a *Answer) membership(group string) []string {
	if a.Person == nil {
		if name := a.groups[group]; name != "" {
			return []string{fmt.Sprintf("in group %s (%s)", name, group)}
		}
		return []string{"in group " + group}
	}
	id, _ := a.Person.Nesting.Group(audit.Subject{Kind: audit.KindGroup, Name: group})
	chain := a.Person.Nesting.Chain(id)
	if len(chain) == 0 && group != a.Person.Subject.Name {
		return []string{"in group " + group}
	}
	var steps []string
	for _, id := range chain {
		name := a.Person.Groups[id].Name
		if name == "" {
			name = "?"
		}
		steps = append(steps, fmt.Sprintf("in group %s (%s)", name, id))
	}
	return steps
}

// mistaken are the findings about subjects that mean the person and reach nobody.
func (a *Answer) mistaken(w *bindings.World) []audit.Finding {
	var id entra.ObjectID
	var found []audit.Finding
	if a.Person != nil {
		id = a.Person.ID
	} else if p, ok := w.People.One(audit.Subject{Kind: audit.KindUser, Name: a.who.Username}); ok {
		id = p.ID
	}
	for _, f := range audit.Lint(audit.Cluster{Bindings: w.Bindings, People: w.People, Name: w.Name, Now: a.now}) {
		if f.Right != nil && id != "" && f.Right.ID == id {
			found = append(found, f)
		}
	}
	return found
}

// fix is the command that gives what is missing.
func (a *Answer) fix(w *bindings.World, gap audit.Gap) {
	b := audit.Binding{Namespace: a.Action.Namespace, Role: audit.Role{Kind: audit.KindClusterRole, Name: gap.Role}}
	if gap.Edge == audit.EdgeName {
		b = *gap.Near
	}
	if b.Role.Name == "" {
		return
	}
	ref := a.who.Username
	if a.Person != nil {
		ref = a.asked
		if a.Person.ID != "" {
			ref = audit.Ref(a.Person.Principal)
		}
	}
	a.Fix = []string{safetext.Command(slices.Concat([]string{"kubectl"}, audit.BindWords(ref, b), w.Authenticator.Words())...)}
}

// known says whom the cluster takes the person for, and why.
func (a *Answer) known() string {
	switch {
	case a.Person == nil:
		return fmt.Sprintf("you are %q to the cluster (%s)", a.who.Username, a.Claim)
	case a.Person.Kind == entra.Group:
		return fmt.Sprintf("group %s is %q to the cluster (%s)", a.name(), a.Person.Subject.Name, a.Claim)
	}
	return fmt.Sprintf("%s is %q to the cluster (%s)", a.name(), a.who.Username, a.Claim)
}

func (a *Answer) name() string {
	if a.Person == nil {
		return "you"
	}
	for _, s := range []string{a.Person.SignInName(), a.Person.Name, a.asked} {
		if s != "" {
			return s
		}
	}
	return a.who.Username
}
