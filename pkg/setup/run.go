package setup

import (
	"context"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Runner runs plans.
type Runner struct {
	// Observe is told what happens, one event at a time; nil: nobody is.
	Observe func(Event)
	// Wait waits between tries, and returns early with ctx's error.
	Wait func(ctx context.Context, d time.Duration) error
	Now  func() time.Time
}

// Event is one thing that happened to one step.
type Event struct {
	Step  string
	Title string
	Phase Phase
	Err   error         // of Failed, and why Waiting waits
	Took  time.Duration // of Finished and Failed
}

// Phase is where a step has got to.
type Phase string

// The phases. NotBegun is said at the end of steps that were left out because
// another failed or the run was cancelled.
const (
	Unchanged Phase = "unchanged"
	Started   Phase = "started"
	Waiting   Phase = "waiting"
	Finished  Phase = "done"
	Failed    Phase = "failed"
	NotBegun  Phase = "not begun"
)

// Run does what the plan found missing. After a failure nothing new is begun;
// what has begun is let finish, so that it need not be done twice. Running
// again goes on from there. Errors name the step and keep their kind.
func (r Runner) Run(ctx context.Context, p *Plan) error {
	observe := serial(r.Observe)
	results := p.graph.walk(ctx, true, func(ctx context.Context, i int) error {
		return r.step(ctx, p.Items[i], observe)
	})
	for i, res := range results {
		if item := p.Items[i]; !res.begun && item.Finding.State != Done {
			observe(Event{Step: item.ID, Title: item.Make.Title, Phase: NotBegun})
		}
	}
	if err := join(results); err != nil {
		return err
	}
	return cancelled(ctx)
}

func (r Runner) step(ctx context.Context, item Item, observe func(Event)) error {
	event := Event{Step: item.ID, Title: item.Make.Title}
	if item.Finding.State == Done || item.Make.Do == nil {
		if !item.Make.Quiet {
			event.Phase = Unchanged
			observe(event)
		}
		return nil
	}
	event.Phase = Started
	observe(event)
	began := r.Now()
	err := item.Make.Retry.run(ctx, r.Wait, item.Make.Do, func(why error) {
		observe(Event{Step: item.ID, Title: item.Make.Title, Phase: Waiting, Err: why})
	})
	event.Took, event.Phase = r.Now().Sub(began), Finished
	if err != nil {
		err = fault.Wrap(fault.Failure, item.Make.Title, err)
		event.Phase, event.Err = Failed, err
	}
	observe(event)
	return err
}

// serial lets one event through at a time: observers write to a terminal.
func serial(observe func(Event)) func(Event) {
	if observe == nil {
		return func(Event) {}
	}
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		observe(e)
	}
}
