package unbind

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// register finds bindings by what is written in them.
type register struct {
	list   []binding.Binding
	owners []entra.Principal // whom each binding says it is for
	at     map[string][]int  // by name or id, in lower case
}

func newRegister(list []binding.Binding) *register {
	r := &register{list: list, at: map[string][]int{}}
	for i, b := range list {
		p := b.Principal()
		r.owners = append(r.owners, p)
		keys := []string{string(p.ID), p.UPN, p.SignInName(), p.Name}
		for _, s := range b.Subjects {
			keys = append(keys, s.Name)
		}
		for _, k := range keys {
			k = strings.ToLower(k)
			if at := r.at[k]; k != "" && (len(at) == 0 || at[len(at)-1] != i) {
				r.at[k] = append(at, i)
			}
		}
	}
	return r
}

// of returns the positions of the bindings that name p.
func (r *register) of(p entra.Principal) (found []int) {
	for _, key := range []string{string(p.ID), p.UPN, p.SignInName()} {
		for _, i := range r.at[strings.ToLower(key)] {
			if r.list[i].Names(p) && !slices.Contains(found, i) {
				found = append(found, i)
			}
		}
	}
	return found
}

// identify finds out who is meant by each row: from the bindings themselves,
// which know the deleted too, and only for other names from the directory. A
// row may mean several: a name was one's and is now another's.
func (r *register) identify(ctx context.Context, f *factory.Factory, rows []people.Row) ([][]entra.Principal, error) {
	whom := make([][]entra.Principal, len(rows))
	var refs []directory.Ref
	var unknown []int
	for i, row := range rows {
		var err error
		if whom[i], err = r.recall(ctx, f, row.Ref); err != nil {
			return nil, err
		}
		if len(whom[i]) == 0 && row.Ref.By != directory.ID {
			refs, unknown = append(refs, row.Ref), append(unknown, i)
		}
	}
	if len(refs) == 0 {
		return whom, nil
	}
	found, err := people.Find(ctx, f, refs, "kubectl aad unbind OBJECT-ID")
	if err != nil {
		return nil, err
	}
	for k, i := range unknown {
		whom[i] = found[k : k+1]
	}
	return whom, nil
}

// recall returns whom ref means as far as the bindings tell.
func (r *register) recall(ctx context.Context, f *factory.Factory, ref directory.Ref) ([]entra.Principal, error) {
	var known []entra.Principal
	foreign := false
	for _, i := range r.at[strings.ToLower(ref.Text)] {
		p := r.owners[i]
		switch {
		case !r.list[i].Owned:
			foreign = true
		case called(p, ref) && !slices.Contains(known, p):
			known = append(known, p)
		}
	}
	switch {
	case ref.By == directory.Name && distinct(known) > 1:
		return choose(ctx, f, ref, known)
	case len(known) == 0 && foreign && ref.By == directory.ID:
		return []entra.Principal{{ID: entra.ObjectID(ref.Text), Kind: entra.User}}, nil
	case len(known) == 0 && foreign && ref.By == directory.UPNOrMail:
		return []entra.Principal{{UPN: ref.Text, Kind: entra.User}}, nil
	}
	return known, nil
}

func choose(ctx context.Context, f *factory.Factory, ref directory.Ref, known []entra.Principal) ([]entra.Principal, error) {
	if f.CanAsk() {
		i, err := people.Choose(ctx, f, ref, known)
		if err != nil {
			return nil, err
		}
		return known[i : i+1], nil
	}
	err := fault.Newf(fault.Ambiguous, "%q can be any of %d whom bind gave a role", ref.Text, distinct(known))
	for _, p := range known {
		err.Hints = append(err.Hints, fmt.Sprintf("use %s for %s", p.ID, directory.Describe(p)))
	}
	return nil, err
}

func distinct(list []entra.Principal) int {
	ids := map[entra.ObjectID]bool{}
	for _, p := range list {
		ids[p.ID] = true
	}
	return len(ids)
}

// called reports whether ref is a name that p has in its binding.
func called(p entra.Principal, ref directory.Ref) bool {
	if ref.Kind != "" && ref.Kind != p.Kind {
		return false
	}
	switch ref.By {
	case directory.ID:
		return strings.EqualFold(string(p.ID), ref.Text)
	case directory.UPNOrMail:
		return strings.EqualFold(p.UPN, ref.Text) || strings.EqualFold(p.SignInName(), ref.Text)
	case directory.Name:
		return strings.EqualFold(p.Name, ref.Text)
	default:
		return false // me, and client ids, which bindings do not carry
	}
}
