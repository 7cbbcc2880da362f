package binding

import (
	"context"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// workers is how many requests are under way at once. The API server says by
// 429 and Retry-After when that is too many for it, which the client obeys.
const workers = 16

// Each does n things, some at once, and returns what went wrong. A conflict is
// one binding's own and the others go on; after any other failure, and when ctx
// ends, nothing new is begun, but what was begun is finished.
func Each(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	var g errgroup.Group
	g.SetLimit(workers)
	var stop atomic.Bool
	errs := make([]error, n)
	for i := range n {
		if stop.Load() || ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			if errs[i] = do(ctx, i); errs[i] != nil && fault.KindOf(errs[i]) != fault.Conflict {
				stop.Store(true)
			}
			return nil
		})
	}
	_ = g.Wait() // the errors are in errs
	if err := ctx.Err(); err != nil {
		return &fault.Error{Kind: fault.Cancelled, Op: "interrupted", Err: err,
			Hints: []string{"run the same command again: it goes on where this one stopped"}}
	}
	return fault.Join(errs...)
}

// Remove takes an owned binding out of the store. One that is gone already is
// no error; one that is not ours, or to which others have added subjects, is
// fault.Conflict and stays.
func Remove(ctx context.Context, store Store, b Binding, dryRun bool) error {
	if !b.Owned {
		return fault.Newf(fault.Conflict, "%s is not ours: it is left as it is", b)
	}
	if len(b.Subjects) > 1 {
		return fault.Hint(fault.Newf(fault.Conflict, "%s is ours, but others have added to it: %s", b, names(b.Subjects)), b.Undo())
	}
	err := store.Delete(ctx, b, dryRun)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return nil
	}
	return err
}
