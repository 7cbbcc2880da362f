package access

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Action is what a step does.
type Action string

// The actions, in the order in which they are carried out.
const (
	Add    Action = "add"
	Change Action = "change"
	Remove Action = "remove"
	Keep   Action = "keep"
)

// Wanted is a binding that a set declares, and where.
type Wanted struct {
	Binding binding.Binding
	Where   string // file and line
}

// Step is one binding and what is to become of it.
type Step struct {
	Action      Action
	Binding     binding.Binding      // as it is to be; of a removal, as it is
	Have        *binding.Binding     // as it is; nil for an addition
	Differences []binding.Difference // of a change
	Why         string               // of a removal
}

// Plan is what makes a cluster agree with sets.
type Plan struct {
	Steps []Step
	// Left are bindings of the sets that no file declares any more, kept
	// because pruning was not asked for.
	Left []binding.Binding
}

// Options say what a plan may do.
type Options struct {
	Sets     []string // names of the sets that are declared, those without grants too
	Prune    bool     // remove what the sets no longer declare
	TakeOver bool     // take grants out of other sets
	Now      time.Time
}

// Make plans what makes have, the bindings of a cluster, agree with want. What
// others made, what another set declares and what two sets want are
// fault.Conflict; all of them are told. Bindings of no set are taken into the
// one that declares them. A grant whose time is over is not wanted.
func Make(want []Wanted, have []binding.Binding, o Options) (Plan, error) {
	there, named := make(map[string]*binding.Binding, len(have)), map[gift]*binding.Binding{}
	for i := range have {
		there[have[i].String()] = &have[i]
		if have[i].Owned {
			named[giftOf(have[i])] = &have[i]
		}
	}
	var plan Plan
	var errs []error
	wanted, over := make(map[string]Wanted, len(want)), map[string]bool{}
	for _, w := range want {
		if other := named[giftOf(w.Binding)]; other != nil && there[w.Binding.String()] == nil {
			w.Binding.Name = other.Name // bind --name gave it that
		}
		key := w.Binding.String()
		if w.Binding.Expired(o.Now) {
			over[key] = true
			continue
		}
		if other, twice := wanted[key]; twice {
			errs = append(errs, rivals(other, w))
			continue
		}
		wanted[key] = w
		step, err := bring(w, there[key], o)
		errs = append(errs, err)
		plan.Steps = append(plan.Steps, step)
	}
	for _, b := range have {
		if _, ok := wanted[b.String()]; ok || !b.Owned || !slices.Contains(o.Sets, b.Set()) {
			continue
		}
		switch {
		case b.Expired(o.Now), over[b.String()]:
			plan.Steps = append(plan.Steps, Step{Action: Remove, Binding: b, Have: &b, Why: "its time is over"})
		case o.Prune:
			plan.Steps = append(plan.Steps, Step{Action: Remove, Binding: b, Have: &b, Why: "no longer declared"})
		default:
			plan.Left = append(plan.Left, b)
		}
	}
	slices.SortStableFunc(plan.Steps, func(a, b Step) int {
		return cmp.Or(cmp.Compare(rank(a.Action), rank(b.Action)), cmp.Compare(a.Binding.Namespace, b.Binding.Namespace), cmp.Compare(a.Binding.Name, b.Binding.Name))
	})
	return plan, fault.Join(errs...)
}

// gift is what one owned binding gives, whatever its name.
type gift struct {
	principal, namespace string
	role                 binding.Role
}

func giftOf(b binding.Binding) gift {
	return gift{b.Labels[binding.LabelPrincipal], b.Namespace, b.Role}
}

func rank(a Action) int { return slices.Index([]Action{Add, Change, Remove, Keep}, a) }

// rivals says why one grant is declared twice, unless both say the same.
func rivals(a, b Wanted) error {
	switch {
	case a.Binding.Set() != b.Binding.Set():
		return fault.Newf(fault.Conflict, "%s: %s is in the set %q and in the set %q (%s)", b.Where, grant(b.Binding), b.Binding.Set(), a.Binding.Set(), a.Where)
	case len(binding.Differences(a.Binding, b.Binding)) > 0:
		return fault.Newf(fault.Usage, "%s: %s is declared twice, with another %s (%s)", b.Where, grant(b.Binding), binding.Differences(a.Binding, b.Binding)[0].What, a.Where)
	}
	return nil
}

// bring plans what makes have, or nothing, into w.
func bring(w Wanted, have *binding.Binding, o Options) (Step, error) {
	step := Step{Action: Add, Binding: w.Binding, Have: have}
	if have == nil {
		return step, nil
	}
	switch set := have.Set(); {
	case !have.Owned:
		return step, fault.Hint(fault.Newf(fault.Conflict, "%s: %s exists and is not ours", w.Where, have), have.Undo())
	case set != "" && set != w.Binding.Set() && !slices.Contains(o.Sets, set) && !o.TakeOver:
		return step, fault.Hint(fault.Newf(fault.Conflict, "%s: %s is in the set %q and in the set %q", w.Where, grant(w.Binding), set, w.Binding.Set()),
			"take it out of one of the files, or move it here with --take-over")
	}
	step.Action = Change
	step.Differences = binding.Differences(*have, w.Binding)
	if have.Role != w.Binding.Role {
		step.Differences = append(step.Differences, binding.Difference{What: "role", Have: have.Role.String(), Want: w.Binding.Role.String()})
	}
	if len(step.Differences) == 0 {
		step.Action, step.Binding = Keep, *have
	}
	return step, nil
}

// grant says in words what a binding gives.
func grant(b binding.Binding) string {
	where := "in the whole cluster"
	if b.Namespace != "" {
		where = "in namespace " + b.Namespace
	}
	return fmt.Sprintf("%s for %s %s", b.Role, b.Title(), where)
}

// Count returns how many steps have an action.
func (p Plan) Count(a Action) int {
	n := 0
	for _, s := range p.Steps {
		if s.Action == a {
			n++
		}
	}
	return n
}

// Pending returns how many steps would change the cluster.
func (p Plan) Pending() int { return len(p.Steps) - p.Count(Keep) }
