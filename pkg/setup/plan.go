package setup

import (
	"context"
	"errors"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Plan is a graph of steps with what was found of each. It is as true as the
// moment in which it was made.
type Plan struct {
	Items []Item
	graph graph
}

// Item is one step of a plan.
type Item struct {
	Step
	Finding Finding
}

// Look asks every step what is there, in parallel where it may, and changes
// nothing. Its error joins all that was found wrong, in the order of the steps,
// so that a person mends everything at once.
func Look(ctx context.Context, steps []Step) (*Plan, error) {
	g, err := newGraph(steps)
	if err != nil {
		return nil, err
	}
	p := &Plan{Items: make([]Item, len(steps)), graph: g}
	for i, s := range steps {
		p.Items[i].Step = s
	}
	results := g.walk(ctx, false, func(ctx context.Context, i int) error {
		var err error
		p.Items[i].Finding, err = steps[i].Make.Check(ctx)
		return err
	})
	if err := join(results); err != nil {
		return nil, err
	}
	return p, cancelled(ctx)
}

// Pending returns how many steps have something to do.
func (p *Plan) Pending() int {
	n := 0
	for _, item := range p.Items {
		if item.Finding.State != Done {
			n++
		}
	}
	return n
}

// Shown returns the items that a person wants to see.
func (p *Plan) Shown() []Item {
	var shown []Item
	for _, item := range p.Items {
		if item.Finding.State != Done || !item.Make.Quiet {
			shown = append(shown, item)
		}
	}
	return shown
}

// join makes one error of all that went wrong: the kind of the first, the hints
// of all. What was only cut short because of a cancellation is left out.
func join(results []result) error {
	var errs []error
	var hints []string
	for _, r := range results {
		if r.err != nil && !errors.Is(r.err, context.Canceled) {
			errs = append(errs, r.err)
			hints = append(hints, fault.Hints(r.err)...)
		}
	}
	if len(errs) < 2 {
		return errors.Join(errs...)
	}
	return &fault.Error{Kind: fault.KindOf(errs[0]), Err: errors.Join(errs...), Hints: hints}
}

func cancelled(ctx context.Context) error {
	switch err := ctx.Err(); {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fault.Newf(fault.Network, "no time left: %w", err)
	default:
		return fault.Newf(fault.Cancelled, "cancelled: %w", err)
	}
}
