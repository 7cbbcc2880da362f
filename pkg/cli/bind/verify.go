package bind

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/meter"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
)

// waits are the pauses while an API server may not have heard of a new binding.
var waits = []time.Duration{50 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second}

// verified asks the API server about everybody who was bound. All are asked
// about; one who is not let in fails the command.
func (b *binder) verified(ctx context.Context, results []result) error {
	groups, err := b.Directory(ctx)
	if err != nil {
		return fault.Wrap(fault.Incomplete, "the bindings are written and not verified", err)
	}
	v := binding.Verifier{Mapper: b.mapper, Witness: rbac.NewWitness(b.cluster), Groups: groups, Waits: waits}
	m := meter.Start(b.Factory, "bindings verified", len(results))
	found, errs := make([]binding.Verified, len(results)), make([]error, len(results))
	err = binding.Each(ctx, len(results), func(ctx context.Context, i int) error {
		found[i], errs[i] = v.Verify(ctx, results[i].Planned)
		m.Add()
		return nil
	})
	m.Stop()
	b.tell(results, found)
	if err != nil {
		return err
	}
	slices.SortStableFunc(errs, func(a, b error) int { return int(fault.KindOf(a)) - int(fault.KindOf(b)) }) // those kept out first
	return fault.Join(errs...)
}

// tell says who was let in, in a few lines.
func (b *binder) tell(results []result, found []binding.Verified) {
	for i, v := range found {
		switch {
		case v.Note != "":
			fmt.Fprintf(b.Err, "not verified: %s\n", v.Note)
		case v.As != "" && len(found) <= shown:
			fmt.Fprintf(b.Err, "verified: %q may %s (%s)\n", v.As, v.Asked, results[i].Binding.Role)
		}
	}
	if len(found) > shown {
		n := len(slices.DeleteFunc(slices.Clone(found), func(v binding.Verified) bool { return v.As == "" }))
		fmt.Fprintf(b.Err, "verified: %d of %d bindings let in whom they are for\n", n, len(found))
	}
}
