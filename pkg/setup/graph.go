package setup

import (
	"context"
	"fmt"
	"slices"
)

// graph is the order in which steps may run, by index.
type graph struct {
	after [][]int // steps that wait for this one
	needs []int   // how many steps this one waits for
}

// newGraph fails on an id that occurs twice or is unknown, and on a circle.
func newGraph(steps []Step) (graph, error) {
	index := map[string]int{}
	for i, s := range steps {
		if _, twice := index[s.ID]; twice {
			return graph{}, fmt.Errorf("step %q occurs twice", s.ID)
		}
		index[s.ID] = i
	}
	g := graph{after: make([][]int, len(steps)), needs: make([]int, len(steps))}
	for i, s := range steps {
		for _, id := range s.Needs {
			j, known := index[id]
			if !known {
				return graph{}, fmt.Errorf("step %q needs %q, which is no step", s.ID, id)
			}
			g.after[j] = append(g.after[j], i)
			g.needs[i]++
		}
	}
	return g, g.circle(steps)
}

func (g graph) circle(steps []Step) error {
	pending, seen := slices.Clone(g.needs), 0
	ready := zeros(pending)
	for len(ready) > 0 {
		i := ready[0]
		ready = ready[1:]
		seen++
		for _, j := range g.after[i] {
			if pending[j]--; pending[j] == 0 {
				ready = append(ready, j)
			}
		}
	}
	if seen == len(steps) {
		return nil
	}
	i := slices.IndexFunc(pending, func(n int) bool { return n > 0 })
	return fmt.Errorf("step %q waits for itself", steps[i].ID)
}

func zeros(counts []int) (at []int) {
	for i, n := range counts {
		if n == 0 {
			at = append(at, i)
		}
	}
	return at
}

// result is what became of one visit.
type result struct {
	begun bool
	err   error
}

// walk visits every step after the steps that it needs, in parallel where it
// may. What needs a failed step is not begun; with stop, nothing is begun after
// a failure. A cancelled ctx begins nothing more. It returns when all that was
// begun has ended.
func (g graph) walk(ctx context.Context, stop bool, visit func(context.Context, int) error) []result {
	results := make([]result, len(g.needs))
	ended := make(chan int)
	running := 0
	begin := func(i int) {
		results[i].begun = true
		running++
		go func() {
			results[i].err = visit(ctx, i)
			ended <- i
		}()
	}
	if ctx.Err() == nil {
		for _, i := range zeros(g.needs) {
			begin(i)
		}
	}
	pending, failed := slices.Clone(g.needs), false
	for running > 0 {
		i := <-ended
		running--
		if results[i].err != nil {
			failed = true
			continue
		}
		for _, j := range g.after[i] {
			if pending[j]--; pending[j] == 0 && ctx.Err() == nil && !(stop && failed) {
				begin(j)
			}
		}
	}
	return results
}
