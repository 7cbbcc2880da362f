package binding

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestEach(t *testing.T) {
	const n = 1000
	tests := []struct {
		name string
		fail func(i int) error
		kind fault.Kind
		all  bool
	}{
		{"all well", func(int) error { return nil }, 0, true},
		{"conflicts are their own", func(i int) error {
			if i%100 == 0 {
				return fault.New(fault.Conflict, "taken")
			}
			return nil
		}, fault.Conflict, true},
		{"the server is down", func(i int) error {
			if i >= 7 { // all of them: a single one might not have its turn before the rest are through
				return fault.New(fault.Network, "down")
			}
			return nil
		}, fault.Network, false},
	}
	for _, tt := range tests {
		var begun, running, most atomic.Int64
		err := Each(t.Context(), n, func(_ context.Context, i int) error {
			begun.Add(1)
			if now := running.Add(1); now > most.Load() {
				most.Store(now)
			}
			defer running.Add(-1)
			return tt.fail(i)
		})
		if (err != nil) != (tt.kind != 0) || err != nil && fault.KindOf(err) != tt.kind || (begun.Load() == n) != tt.all {
			t.Errorf("%s: %v, %d begun", tt.name, err, begun.Load())
		}
		if most.Load() > workers {
			t.Errorf("%s: %d at once", tt.name, most.Load())
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var begun atomic.Int64
	err := Each(ctx, n, func(context.Context, int) error {
		if begun.Add(1) == 5 {
			cancel()
		}
		return nil
	})
	if fault.KindOf(err) != fault.Cancelled || begun.Load() >= n || !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v after %d", err, begun.Load())
	}
}

// shelf is a store that remembers what was done to it, in order.
type shelf struct {
	mu   sync.Mutex
	have map[string]Binding
	log  []string
	fail string // the operation that fails
}

func (s *shelf) did(op string, b Binding) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.log = append(s.log, op+" "+b.Name+" "+b.Role.Name)
	if s.fail == op {
		return fault.New(fault.Network, "down")
	}
	return nil
}

func (s *shelf) List(context.Context, string) ([]Binding, error) { return nil, nil }

func (s *shelf) Get(_ context.Context, _, name string) (Binding, error) {
	if b, ok := s.have[name]; ok {
		return b, nil
	}
	return Binding{}, fault.New(fault.NotFound, "not found")
}

func (s *shelf) Apply(_ context.Context, b Binding, dryRun bool) (Outcome, error) {
	if err := s.did("apply", b); err != nil || dryRun {
		return Created, err
	}
	s.have[b.Name] = b
	return Created, nil
}

func (s *shelf) Delete(_ context.Context, b Binding, dryRun bool) error {
	if err := s.did("delete", b); err != nil || dryRun {
		return err
	}
	delete(s.have, b.Name)
	return nil
}

// At no moment of a change of role is the principal without either.
func TestAChangedRoleIsAddedBeforeTheOldGoes(t *testing.T) {
	have := planned(t, member, "dev")
	have.Name, have.ResourceVersion = "oncall", "7"
	want := have
	want.Role.Name = "edit"
	s := &shelf{have: map[string]Binding{"oncall": have}}
	b, outcome, err := Apply(t.Context(), s, want, false)
	if err != nil || outcome != Configured || b.Role.Name != "edit" {
		t.Fatalf("%+v, %s, %v", b, outcome, err)
	}
	if steps := strings.Join(s.log, ", "); steps != "apply oncall-next edit, delete oncall view, apply oncall edit, delete oncall-next edit" {
		t.Errorf("steps: %s", steps)
	}
	if len(s.have) != 1 || s.have["oncall"].Role.Name != "edit" {
		t.Errorf("left: %+v", s.have)
	}
	refused := &shelf{have: map[string]Binding{"oncall": have}, fail: "delete"}
	if _, _, err := Apply(t.Context(), refused, want, false); err == nil || refused.have["oncall"].Role.Name != "view" || !refused.have["oncall-next"].Expired(noon()) {
		t.Errorf("halfway: %v, %+v", err, refused.have)
	}
}

func TestRemove(t *testing.T) {
	ours := planned(t, member, "dev")
	theirs := ours
	theirs.Owned = false
	for _, dryRun := range []bool{true, false, false} {
		s := &shelf{have: map[string]Binding{ours.Name: ours}}
		if err := Remove(t.Context(), s, ours, dryRun); err != nil || (len(s.have) == 1) != dryRun {
			t.Errorf("dry run %v: %v, left %v", dryRun, err, s.have)
		}
		shared := ours
		shared.Subjects = append(slices.Clone(ours.Subjects), Subject{Kind: KindUser, Name: "eve"})
		if err := Remove(t.Context(), s, shared, dryRun); fault.KindOf(err) != fault.Conflict || fault.Hints(err)[0] != "kubectl edit rolebinding "+ours.Name+" -n dev" {
			t.Errorf("one with somebody else in it: %v", err)
		}
		if err := Remove(t.Context(), s, theirs, dryRun); fault.KindOf(err) != fault.Conflict || len(s.log) != 1 {
			t.Errorf("somebody else's: %v, %q", err, s.log)
		}
	}
}

func TestANameIsForOneBinding(t *testing.T) {
	named := Planner{Name: "oncall"}
	grants := []Grant{{Principal: member, Role: view, Reach: Reach{[]string{"dev", "prod"}}}}
	plan, err := named.Plan(grants)
	if err != nil || len(plan) != 2 || slices.ContainsFunc(plan, func(p Planned) bool { return p.Binding.Name != "oncall" }) {
		t.Errorf("%+v, %v", plan, err)
	}
	if _, err := named.Plan(append(grants, Grant{Principal: guest, Role: view, Reach: Reach{[]string{"dev"}}})); fault.KindOf(err) != fault.Usage {
		t.Errorf("two of a name: %v", err)
	}
}
