package setup

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// TestReplicationDelay makes everything in a directory whose replicas have not
// heard of a new object the first three times that they are asked.
func TestReplicationDelay(t *testing.T) {
	whole := newShell(t)
	whole.mustRun(New, article...)
	s := newShell(t)
	s.cloud.delay = 3
	o := &options{place: place{name: "myakscluster", group: "myResourceGroup", kubeconfig: s.file}, location: "eastus",
		integration: string(setup.Apps), secretLifetime: time.Hour, nodeCount: 1}
	var waits atomic.Int32
	run := func() *setup.Plan {
		w, err := o.place.enter(t.Context(), s.factory())
		if err != nil {
			t.Fatal(err)
		}
		steps, err := o.steps(w, &setup.Facts{})
		if err != nil {
			t.Fatal(err)
		}
		plan, err := setup.Look(t.Context(), steps)
		if err != nil {
			t.Fatal(err)
		}
		runner := setup.Runner{Now: time.Now, Wait: func(context.Context, time.Duration) error { waits.Add(1); return nil }}
		if err := runner.Run(t.Context(), plan); err != nil {
			t.Fatal(err)
		}
		return plan
	}
	run()
	if waits.Load() == 0 {
		t.Error("nothing was waited for")
	}
	converged(t, s, whole)
	for range 10 { // until every replica has heard of everything
		if run().Pending() == 0 {
			return
		}
		converged(t, s, whole)
	}
	t.Error("there is always something to do")
}
