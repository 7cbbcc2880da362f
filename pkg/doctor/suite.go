package doctor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Check looks at one thing of T. It reports what it saw and never prompts.
type Check[T any] struct {
	ID       string
	Title    string // what is true when all is well
	Category string
	Needs    []string      // earlier checks without which this one makes no sense
	Timeout  time.Duration // 0 is 15 s
	Run      func(ctx context.Context, t T) []Finding
}

const defaultTimeout = 15 * time.Second

// Suite is a list of checks in the order of the report.
type Suite[T any] struct{ checks []Check[T] }

// NewSuite returns a suite. A check may need only checks that come before it,
// so that there are no cycles; anything else is an error, and so is an id that
// is used twice.
func NewSuite[T any](checks ...Check[T]) (Suite[T], error) {
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.ID] {
			return Suite[T]{}, fmt.Errorf("check %q is there twice", c.ID)
		}
		for _, need := range c.Needs {
			if !seen[need] {
				return Suite[T]{}, fmt.Errorf("check %q needs %q, which does not come before it", c.ID, need)
			}
		}
		seen[c.ID] = true
	}
	return Suite[T]{checks}, nil
}

// Only returns the suite of the named checks and all that they need. The error
// lists the known ids.
func (s Suite[T]) Only(ids ...string) (Suite[T], error) {
	var known []string
	for _, c := range s.checks {
		known = append(known, c.ID)
	}
	want := map[string]bool{}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			return Suite[T]{}, fault.Newf(fault.Usage, "unknown check %q: known are %s", id, strings.Join(known, ", "))
		}
		want[id] = true
	}
	var kept []Check[T]
	for _, c := range slices.Backward(s.checks) {
		if want[c.ID] {
			kept = append(kept, c)
			for _, need := range c.Needs {
				want[need] = true
			}
		}
	}
	slices.Reverse(kept)
	return Suite[T]{kept}, nil
}

// Run runs every check as soon as what it needs is there and returns their
// findings in the suite's order.
func (s Suite[T]) Run(ctx context.Context, t T) Report {
	runs := make(map[string]*run, len(s.checks))
	for _, c := range s.checks {
		r := &run{title: c.Title, done: make(chan struct{})}
		for _, need := range c.Needs {
			r.parents = append(r.parents, runs[need])
		}
		runs[c.ID] = r
		go func() {
			defer close(r.done)
			r.findings = named(c, examine(ctx, c, r.parents, t))
		}()
	}
	var report Report
	for _, c := range s.checks {
		<-runs[c.ID].done
		report.Findings = append(report.Findings, runs[c.ID].findings...)
	}
	return report
}

// run is one check on its way; findings are there when done is closed.
type run struct {
	title    string
	parents  []*run
	done     chan struct{}
	findings []Finding
}

// failed reports whether the checks that need this one make no sense.
func (r *run) failed() bool {
	return slices.ContainsFunc(r.findings, func(f Finding) bool {
		return f.Status == Error || f.Status == Unknown || f.Status == Skipped
	})
}

func examine[T any](ctx context.Context, c Check[T], parents []*run, t T) []Finding {
	for _, p := range parents {
		<-p.done
		if p.failed() {
			return Found(Skipped, "not looked at: it needs %q", p.title).List()
		}
	}
	timeout := c.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	// The check runs apart, so that one that ignores its context delays
	// nobody.
	found := make(chan []Finding, 1)
	go func() { found <- c.Run(ctx, t) }()
	select {
	case f := <-found:
		return f
	case <-ctx.Done():
		if context.Cause(ctx) == context.DeadlineExceeded {
			return Found(Unknown, "no answer within %s", timeout).List()
		}
		return Found(Unknown, "cancelled").List()
	}
}

func named[T any](c Check[T], findings []Finding) []Finding {
	for i := range findings {
		f := &findings[i]
		f.ID, f.Title, f.Category = c.ID, c.Title, c.Category
		f.Evidence, f.Cause = safetext.Clean(f.Evidence), safetext.Clean(f.Cause)
		if f.Fixes == nil {
			f.Fixes = []string{}
		}
	}
	return findings
}
