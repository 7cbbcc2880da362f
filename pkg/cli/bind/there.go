package bind

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// many is from how many bindings of one namespace on they are read by one list.
// Fewer are read one by one, for which nobody needs the right to list.
const many = 50

// there is what is known of the namespaces that were listed.
type there map[string]map[string]*binding.Binding // by namespace and name

// read lists the namespaces in which the plan has many bindings, where that is
// allowed. The whole cluster is not listed: that would be every namespace too.
func read(ctx context.Context, store binding.Store, plan []binding.Planned) (there, error) {
	counts := map[string]int{}
	for _, p := range plan {
		counts[p.Binding.Namespace]++
	}
	delete(counts, "")
	known := there{}
	for namespace, n := range counts {
		if n < many {
			continue
		}
		list, err := store.List(ctx, namespace)
		if fault.KindOf(err) == fault.Forbidden {
			continue
		}
		if err != nil {
			return nil, err
		}
		known[namespace] = make(map[string]*binding.Binding, len(list))
		for i := range list {
			known[namespace][list[i].Name] = &list[i]
		}
	}
	return known, nil
}

// apply brings a planned binding into the store, asking again only for what was
// not listed. Somebody else's of that name is left alone unless adopt.
func (t there) apply(ctx context.Context, store binding.Store, p binding.Planned, adopt, dryRun bool) (binding.Binding, binding.Outcome, error) {
	have, err := t.have(ctx, store, p.Binding)
	if err != nil {
		return p.Binding, "", err
	}
	if adopt && have != nil && !have.Owned {
		ours, err := binding.Adopt(*have, p)
		if err != nil {
			return p.Binding, "", err
		}
		have = &ours
	}
	return binding.Write(ctx, store, have, p.Binding, dryRun)
}

// have returns what has a binding's name, or nil.
func (t there) have(ctx context.Context, store binding.Store, want binding.Binding) (*binding.Binding, error) {
	if names, listed := t[want.Namespace]; listed {
		return names[want.Name], nil
	}
	have, err := store.Get(ctx, want.Namespace, want.Name)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	return &have, err
}
