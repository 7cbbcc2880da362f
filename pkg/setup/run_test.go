package setup

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// state is a world of named things that are there or not.
type state struct {
	mu    sync.Mutex
	there map[string]bool
	made  []string
}

func (s *state) has(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.there[id]
}

func (s *state) put(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.there == nil {
		s.there = map[string]bool{}
	}
	s.there[id] = true
	s.made = append(s.made, id)
}

// step makes one thing of the world.
func (s *state) step(id string, needs ...string) Step {
	return Step{ID: id, Needs: needs, Make: Action{Title: "make " + id,
		Check: func(context.Context) (Finding, error) {
			if s.has(id) {
				return AllDone("")
			}
			return ToDo("")
		},
		Do: func(context.Context) error { s.put(id); return nil },
	}}
}

func runner(observe func(Event)) Runner {
	return Runner{Observe: observe, Now: time.Now, Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}
}

func mustLook(t *testing.T, steps []Step) *Plan {
	t.Helper()
	p, err := Look(t.Context(), steps)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRunOrderAndSecondRun(t *testing.T) {
	s := &state{}
	steps := []Step{s.step("cluster", "group", "secret"), s.step("secret", "app"), s.step("app"), s.step("group")}
	if err := runner(nil).Run(t.Context(), mustLook(t, steps)); err != nil {
		t.Fatal(err)
	}
	for _, pair := range [][2]string{{"app", "secret"}, {"secret", "cluster"}, {"group", "cluster"}} {
		if slices.Index(s.made, pair[0]) > slices.Index(s.made, pair[1]) {
			t.Errorf("%s after %s in %v", pair[0], pair[1], s.made)
		}
	}
	again := mustLook(t, steps)
	if again.Pending() != 0 {
		t.Fatalf("second look: %d steps to do", again.Pending())
	}
	if err := runner(nil).Run(t.Context(), again); err != nil || len(s.made) != 4 {
		t.Fatalf("second run: %v, made %v", err, s.made)
	}
}

// Two steps that wait for each other end only if they run at the same time.
func TestRunInParallel(t *testing.T) {
	meet := make(chan struct{})
	both := func(id string) Step {
		s := (&state{}).step(id)
		s.Make.Do = func(ctx context.Context) error {
			select {
			case meet <- struct{}{}:
			case <-meet:
			case <-ctx.Done():
			}
			return ctx.Err()
		}
		return s
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if err := runner(nil).Run(ctx, mustLook(t, []Step{both("a"), both("b")})); err != nil {
		t.Fatal(err)
	}
}

func TestFailureBeginsNothingNew(t *testing.T) {
	s := &state{}
	bad := s.step("consent", "app")
	bad.Make.Do = func(context.Context) error {
		return fault.Hint(fault.New(fault.Forbidden, "not you"), "ask somebody")
	}
	var events []Event
	err := runner(func(e Event) { events = append(events, e) }).Run(t.Context(),
		mustLook(t, []Step{s.step("app"), bad, s.step("cluster", "consent"), s.step("kubeconfig", "cluster")}))
	if fault.KindOf(err) != fault.Forbidden || !strings.Contains(err.Error(), "make consent: not you") {
		t.Errorf("error %v", err)
	}
	if !slices.Equal(fault.Hints(err), []string{"ask somebody"}) {
		t.Errorf("hints %q", fault.Hints(err))
	}
	if !slices.Equal(s.made, []string{"app"}) {
		t.Errorf("made %v", s.made)
	}
	var phases []string
	for _, e := range events {
		phases = append(phases, e.Step+" "+string(e.Phase))
	}
	want := []string{"app started", "app done", "consent started", "consent failed", "cluster not begun", "kubeconfig not begun"}
	if !slices.Equal(phases, want) {
		t.Errorf("events %v", phases)
	}
}

func TestCancelThenGoOn(t *testing.T) {
	s := &state{}
	ctx, cancel := context.WithCancel(t.Context())
	second := s.step("b", "a")
	second.Make.Do = func(ctx context.Context) error {
		cancel()
		return fmt.Errorf("request: %w", ctx.Err())
	}
	steps := []Step{s.step("a"), second, s.step("c", "b")}
	err := runner(nil).Run(ctx, mustLook(t, steps))
	if fault.KindOf(err) != fault.Cancelled || !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	steps[1] = s.step("b", "a")
	if err := runner(nil).Run(t.Context(), mustLook(t, steps)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.made, []string{"a", "b", "c"}) {
		t.Errorf("made %v", s.made)
	}
}

func TestReplicationIsWaitedFor(t *testing.T) {
	notYet := fault.New(fault.NotFound, "not yet")
	for _, c := range []struct {
		name     string
		failures int
		err      error
		tries    int
		want     bool // succeeds
	}{
		{"known at once", 0, notYet, 1, true},
		{"known after three", 3, notYet, 4, true},
		{"by its text", 2, errors.New("400: Not a valid reference update"), 3, true},
		{"never known", 1000, notYet, len(Replication().Waits) + 1, false},
		{"forbidden", 1, fault.New(fault.Forbidden, "no"), 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, tries, waited, said := &state{}, 0, time.Duration(0), 0
			step := s.step("sp")
			step.Make.Retry = Replication()
			step.Make.Do = func(context.Context) error {
				if tries++; tries <= c.failures {
					return c.err
				}
				return nil
			}
			r := runner(func(e Event) {
				if e.Phase == Waiting {
					said++
				}
			})
			r.Wait = func(_ context.Context, d time.Duration) error { waited += d; return nil }
			err := r.Run(t.Context(), mustLook(t, []Step{step}))
			if (err == nil) != c.want || tries != c.tries || said != c.tries-1 {
				t.Errorf("error %v after %d tries, %d waits told", err, tries, said)
			}
			if waited > 2*time.Minute {
				t.Errorf("waited %s", waited)
			}
		})
	}
}

func TestCancelWhileWaiting(t *testing.T) {
	step := (&state{}).step("sp")
	step.Make.Retry = Replication()
	step.Make.Do = func(context.Context) error { return fault.New(fault.NotFound, "not yet") }
	ctx, cancel := context.WithCancel(t.Context())
	r := runner(nil)
	r.Wait = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if err := r.Run(ctx, mustLook(t, []Step{step})); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("error %v", err)
	}
}
