package setup

import (
	"context"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// clock tells the time.
type clock = func() time.Time

// carryOut looks, shows the plan, asks, and does it. It reports whether things
// are now as wanted: after a dry run or a "no" they are not.
func (w *world) carryOut(ctx context.Context, f *factory.Factory, p *place, steps []setup.Step,
	doc document, headline []string, remove bool) (bool, error) {
	format, err := planFormat(p.output)
	if err != nil {
		return false, err
	}
	plan, err := look(ctx, f, steps)
	if err != nil {
		return false, err
	}
	if err := show(f, format, plan, doc, headline, remove); err != nil {
		return false, err
	}
	switch {
	case plan.Pending() == 0:
		fmt.Fprintln(f.Err, "\nNothing to do.")
		return !p.dryRun, nil
	case p.dryRun:
		return false, nil
	case !p.yes:
		yes, err := f.Confirm(ctx, "Go on?")
		if err != nil {
			return false, err
		}
		if !yes {
			return false, fault.New(fault.Cancelled, "nothing was changed")
		}
	}
	return true, do(ctx, f, plan)
}

// planFormat allows the two formats besides the plan for people.
func planFormat(output string) (printer.Format, error) {
	format, err := printer.ParseFormat(output)
	if err == nil && format != printer.Table && format != printer.JSON && format != printer.YAML {
		err = fault.Newf(fault.Usage, "-o %s: a plan is shown as json or yaml", output)
	}
	return format, err
}

func look(ctx context.Context, f *factory.Factory, steps []setup.Step) (*setup.Plan, error) {
	p := newProgress(f.Err, f.ErrTTY, f.Width)
	if f.ErrTTY {
		p.observe(setup.Event{Phase: setup.Started, Title: "looking at what is there"})
	}
	defer p.stop()
	return setup.Look(ctx, steps)
}

func show(f *factory.Factory, format printer.Format, plan *setup.Plan, doc document, headline []string, remove bool) error {
	if format != printer.Table {
		doc.ChangesPending, doc.Steps = plan.Pending() > 0, stepsOf(plan)
		return printer.Document(f.Out, format, doc)
	}
	writePlan(f.Out, headline, plan, remove)
	if plan.Pending() > 0 {
		fmt.Fprintf(f.Out, "\n%s\n", summary(plan))
	}
	return nil
}

func do(ctx context.Context, f *factory.Factory, plan *setup.Plan) error {
	p := newProgress(f.Err, f.ErrTTY, f.Width)
	runner := setup.Runner{Observe: p.observe, Wait: httpx.Sleep, Now: f.Now}
	err := runner.Run(ctx, plan)
	p.stop()
	return fault.Hint(err, "the same command goes on from here")
}
