package directory

import (
	"context"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Bulk is what a Lookup may be able to do besides: find what many references
// mean with few requests, the matches of each in the order of refs. Progress
// may be nil.
type Bulk interface {
	FindAll(ctx context.Context, refs []Ref, progress func(done, total int)) ([][]entra.Principal, error)
}

// ResolveAll is Resolve for many references, in their order. It asks about all
// of them before it fails, so that one run shows every mistake.
func (r Resolver) ResolveAll(ctx context.Context, refs []Ref, progress func(done, total int)) ([]entra.Principal, error) {
	found, err := r.findAll(ctx, refs, progress)
	if err != nil {
		return nil, err
	}
	resolved := make([]entra.Principal, len(refs))
	var errs []error
	for i, ref := range refs {
		if len(errs) >= explained && len(distinct(ref, found[i])) != 1 {
			errs = append(errs, fault.New(fault.NotFound, nobody(ref)))
			continue
		}
		if resolved[i], err = r.decide(ctx, ref, found[i]); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			return nil, &fault.Error{Kind: fault.Cancelled, Op: "look up principals", Err: ctx.Err()}
		}
	}
	return resolved, fault.Join(errs...)
}

// explained is how many failures are looked into, each with a request of its
// own; the rest are counted.
const explained = 10

func (r Resolver) findAll(ctx context.Context, refs []Ref, progress func(done, total int)) ([][]entra.Principal, error) {
	if bulk, ok := r.Lookup.(Bulk); ok && len(refs) > 1 {
		found, err := bulk.FindAll(ctx, refs, progress)
		return found, fault.Wrap(fault.Failure, fmt.Sprintf("look up %d principals", len(refs)), err)
	}
	found := make([][]entra.Principal, len(refs))
	for i, ref := range refs {
		var err error
		if found[i], err = r.Lookup.Find(ctx, ref); err != nil {
			return nil, fault.Wrap(fault.Failure, fmt.Sprintf("look up %q", ref.Text), err)
		}
		if progress != nil {
			progress(i+1, len(refs))
		}
	}
	return found, nil
}
