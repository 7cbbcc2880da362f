package bindings

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Person is a principal with all groups that a token of theirs would name.
type Person struct {
	entra.Principal
	Subject audit.Subject // how the cluster names them
	Reason  string        // why so
	Groups  map[entra.ObjectID]entra.Principal
	Nesting audit.Nesting
}

// Person finds the principal that who means, and their way into the groups that
// bindings name. Without the directory only the name itself is known.
func (w *World) Person(ctx context.Context, who string) (Person, error) {
	// An API server's own words have the prefix.
	ref, err := directory.ParseRef(w.Mapper.Bare(binding.Subject{Kind: binding.KindUser, Name: who}))
	if err != nil {
		return Person{}, err
	}
	if w.Directory == nil {
		return w.unseen(ref)
	}
	resolver := directory.Resolver{Lookup: w.Directory, Choose: chooser(w.Factory)}
	p := Person{Groups: map[entra.ObjectID]entra.Principal{}, Nesting: audit.Nesting{Prefix: w.Mapper.Naming.Groups.Prefix, Of: map[entra.ObjectID]bool{}, Subgroups: map[entra.ObjectID][]entra.ObjectID{}}}
	if p.Principal, err = resolver.Resolve(ctx, ref); err != nil {
		return p, err
	}
	if p.Subject, p.Reason, err = w.Name(p.Principal); err != nil {
		return p, err
	}
	ids, err := w.Directory.MemberGroups(ctx, p.Principal, p.Kind != entra.Group)
	if err != nil && (p.Kind != entra.Group || fault.KindOf(err) != fault.NotFound) {
		return p, err
	}
	for _, id := range ids {
		p.Nesting.Of[id] = true
	}
	return p, w.nest(ctx, &p)
}

func chooser(f *factory.Factory) func(context.Context, directory.Ref, []entra.Principal) (int, error) {
	if !f.CanAsk() {
		return nil
	}
	return func(ctx context.Context, ref directory.Ref, among []entra.Principal) (int, error) {
		var list []string
		for _, p := range among {
			list = append(list, directory.Describe(p)+", "+string(p.ID))
		}
		return f.Choose(ctx, "Which "+ref.Text+"?", list, -1)
	}
}

// unseen is somebody of whom nothing but an exact name is known.
func (w *World) unseen(ref directory.Ref) (Person, error) {
	p := Person{Principal: entra.Principal{Kind: ref.Kind}, Reason: "taken on trust: the directory cannot be read"}
	if p.Kind == "" {
		p.Kind = entra.User
	}
	switch ref.By {
	case directory.ID:
		p.ID = entra.ObjectID(ref.Text)
	case directory.UPNOrMail:
		p.UPN = ref.Text
	default:
		return p, fault.Hint(fault.Wrap(fault.Incomplete, "find "+ref.String(), w.Blind), "without the directory: use an object id or the exact sign-in name")
	}
	var err error
	p.Subject, _, err = w.Name(p.Principal)
	return p, err
}

// nest reads which of the person's groups hold which, from the groups that are
// bound downwards, level by level.
func (w *World) nest(ctx context.Context, p *Person) error {
	level := map[entra.ObjectID]bool{}
	for _, b := range w.Bindings {
		for _, s := range b.Subjects {
			if id, ok := p.Nesting.Group(s); ok && p.Nesting.Of[id] {
				level[id] = true
			}
		}
	}
	all := maps.Clone(level)
	for len(level) > 0 {
		members, err := w.Directory.Members(ctx, slices.Sorted(maps.Keys(level)), true)
		if err != nil {
			return err
		}
		next := map[entra.ObjectID]bool{}
		for id := range level {
			for _, sub := range members[id] {
				if !p.Nesting.Of[sub.ID] {
					continue
				}
				p.Nesting.Subgroups[id] = append(p.Nesting.Subgroups[id], sub.ID)
				if !all[sub.ID] {
					all[sub.ID], next[sub.ID] = true, true
				}
			}
		}
		level = next
	}
	known, err := w.Directory.Principals(ctx, slices.Sorted(maps.Keys(all)))
	for _, g := range known {
		p.Groups[g.ID] = g
	}
	return err
}

// Access returns what reaches the person among a list.
func (p Person) Access(list []audit.Access) []audit.Access {
	if p.ID != "" && p.Nesting.Of != nil {
		return audit.For(list, p.Principal, p.Nesting, p.Groups)
	}
	var mine []audit.Access
	for _, a := range list {
		if a.Subject.Kind == p.Subject.Kind && strings.EqualFold(a.Subject.Name, p.Subject.Name) {
			mine = append(mine, a)
		}
	}
	return mine
}
