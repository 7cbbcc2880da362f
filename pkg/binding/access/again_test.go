package access

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
)

// world is a cluster with things of everybody, and a set for it, made of chance.
func world(t testing.TB, r *rand.Rand) (*cluster, []Wanted) {
	namespaces := []string{"dev", "prod", "test"}
	some := func(set string) (list []binding.Grant) {
		for range r.IntN(12) {
			g := view(r.IntN(6), namespaces[:1+r.IntN(3)]...)
			if r.IntN(4) == 0 {
				g.Reach.Namespaces = nil
			}
			g.Role.Name = []string{"view", "edit"}[r.IntN(2)]
			if g.Reason = fmt.Sprint(g.Principal.ID, g.Role)[20:]; r.IntN(5) == 0 {
				g.Expires = noon.Add(time.Duration(r.IntN(3)-1) * time.Hour)
			}
			if !slices.ContainsFunc(list, func(o binding.Grant) bool { return o.Principal.ID == g.Principal.ID && o.Role == g.Role }) {
				list = append(list, g)
			}
		}
		return list
	}
	c := &cluster{have: map[string]binding.Binding{}}
	for _, set := range []string{"ops", "web", ""} {
		for _, w := range grants(t, set, some(set)...) {
			w.Binding.ResourceVersion = "0"
			w.Binding.Owned = r.IntN(6) > 0
			c.have[w.Binding.String()] = w.Binding
		}
	}
	return c, grants(t, "web", some("web")...)
}

// Applied twice, the second time changes nothing, even when the first was
// interrupted and begun again; what is not the set's is as it was.
func TestApplyingAgainChangesNothing(t *testing.T) {
	applied := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		c, want := world(t, r)
		before := maps.Clone(c.have)
		o := Options{Sets: []string{"web"}, Prune: r.IntN(2) == 0, TakeOver: true, Now: noon}
		c.budget = r.IntN(4)
		for attempt := range 2 {
			have, _ := c.List(t.Context(), "")
			plan, err := Make(want, have, o)
			if err != nil {
				break // somebody else's binding is in the way
			}
			err = plan.Carry(t.Context(), c, false, func(Step) {})
			if c.budget == 0 && err != nil || attempt == 1 && err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if c.budget = 0; err != nil {
				continue
			}
			have, _ = c.List(t.Context(), "")
			again, err := Make(want, have, o)
			if err != nil || again.Pending() != 0 {
				t.Fatalf("seed %d: the second plan: %+v, %v", seed, again.Steps, err)
			}
			applied++
			break
		}
		for key, b := range before {
			after, there := c.have[key]
			if declared := slices.ContainsFunc(want, func(w Wanted) bool { return w.Binding.String() == key }); !declared && (!b.Owned || b.Set() != "web") &&
				(!there || after.ResourceVersion != b.ResourceVersion) {
				t.Errorf("seed %d: %s was touched", seed, key)
			}
		}
	}
	if applied < 50 {
		t.Errorf("only %d of the worlds came to a plan", applied)
	}
}

func TestAdditionsComeBeforeRemovals(t *testing.T) {
	edit := view(1, "dev")
	edit.Role.Name = "edit"
	c := &cluster{have: map[string]binding.Binding{}}
	for _, b := range existing(grants(t, "web", view(1, "dev"))...) {
		c.have[b.String()] = b
	}
	have, _ := c.List(t.Context(), "")
	plan, err := Make(grants(t, "web", edit), have, Options{Sets: []string{"web"}, Prune: true, Now: noon})
	if err != nil {
		t.Fatal(err)
	}
	var done []Action
	if err := plan.Carry(t.Context(), c, false, func(s Step) { done = append(done, s.Action) }); err != nil || !slices.Equal(c.writes, []string{"apply", "delete"}) || !slices.Equal(done, []Action{Add, Remove}) {
		t.Errorf("writes %q, done %q, %v", c.writes, done, err)
	}
	failing := &cluster{have: maps.Clone(c.have), writes: []string{"x"}, budget: 1}
	if err := plan.Carry(t.Context(), failing, false, func(Step) {}); err == nil || len(failing.writes) != 1 {
		t.Errorf("an addition failed and something was removed: %q, %v", failing.writes, err)
	}
}

// places are where whom something of ours gives a role.
func (c *cluster) places() map[string]bool {
	places := map[string]bool{}
	for _, b := range c.have {
		if b.Owned {
			places[b.Labels[binding.LabelPrincipal]+" in "+b.Namespace] = true
		}
	}
	return places
}

// Whoever has a role somewhere before and afterwards has one all the time,
// whatever the roles are: nothing is taken before what replaces it is there.
func TestNobodyIsWithoutARoleMeanwhile(t *testing.T) {
	changed := 0
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 2))
		c, want := world(t, r)
		have, _ := c.List(t.Context(), "")
		plan, err := Make(want, have, Options{Sets: []string{"web"}, Prune: true, TakeOver: true, Now: noon})
		if err != nil {
			continue // somebody else's binding is in the way
		}
		before, always := c.places(), c.places()
		c.watch = func() {
			now := c.places()
			maps.DeleteFunc(always, func(place string, _ bool) bool { return !now[place] })
		}
		if err := plan.Carry(t.Context(), c, false, func(Step) {}); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for place := range c.places() {
			if before[place] && !always[place] {
				t.Errorf("seed %d: meanwhile there was no role for %s", seed, place)
			}
		}
		if plan.Count(Add) > 0 && plan.Count(Remove) > 0 {
			changed++
		}
	}
	if changed < 50 {
		t.Errorf("only %d plans added and removed", changed)
	}
}

// A plan takes away nothing but what its own sets no longer declare or what has
// expired in them, and without Prune only the latter.
func TestPlansTakeOnlyTheirOwn(t *testing.T) {
	removed := 0
	for seed := range uint64(400) {
		c, want := world(t, rand.New(rand.NewPCG(seed, 3)))
		have, _ := c.List(t.Context(), "")
		for _, prune := range []bool{true, false} {
			plan, _ := Make(want, have, Options{Sets: []string{"web"}, Prune: prune, TakeOver: true, Now: noon})
			for _, s := range plan.Steps {
				if s.Action != Remove {
					continue
				}
				removed++
				if !s.Binding.Owned || s.Binding.Set() != "web" || !prune && s.Why != "its time is over" {
					t.Errorf("seed %d, prune %v: removes %s of %q", seed, prune, s.Binding, s.Binding.Set())
				}
			}
		}
	}
	if removed < 100 {
		t.Errorf("only %d removals", removed)
	}
}
