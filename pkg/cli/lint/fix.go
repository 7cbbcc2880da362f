package lint

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// change is one thing that --fix does: it gives, or it takes away.
type change struct {
	give   *binding.Planned // nil: take away
	from   audit.Binding
	index  int // of the subject that goes; -1: the whole binding
	reason string
}

func (c change) String() string {
	switch {
	case c.give != nil:
		b := c.give.Binding
		return fmt.Sprintf("+ %s: %s to %s %q", b, b.Role, b.Subjects[0].Kind, b.Subjects[0].Name)
	case c.index < 0:
		return fmt.Sprintf("- %s: %s", c.from.Place(), c.reason)
	default:
		s := c.from.Subjects[c.index]
		return fmt.Sprintf("- %s: without %s %q", c.from.Place(), s.Kind, s.Name)
	}
}

// mend carries out what mends the findings, after the plan was agreed to. It
// gives before it takes away, so that nobody is without access in between.
func (o *options) mend(ctx context.Context, w *bindings.World, found []audit.Finding) error {
	changes, left, err := o.plan(ctx, w, found)
	if err != nil {
		return err
	}
	if left > 0 {
		fmt.Fprintf(w.Err, "%d findings are left to you: the commands above mend them, and --include-foreign takes dead subjects out of bindings that others made\n", left)
	}
	if len(changes) == 0 {
		return o.rest(left)
	}
	fmt.Fprintln(w.Err, "Plan:")
	for _, c := range changes {
		fmt.Fprintln(w.Err, "  "+safetext.Clean(c.String()))
	}
	if !o.yes {
		yes, err := w.Confirm(ctx, fmt.Sprintf("Change %d things?", len(changes)))
		if err != nil {
			return err
		}
		if !yes {
			return fault.New(fault.Cancelled, "nothing was changed")
		}
	}
	journal, err := newJournal(o.undoFile, w)
	if err != nil {
		return err
	}
	for _, c := range changes {
		if err := c.do(ctx, w, journal); err != nil {
			return fault.Hint(err, "to take back what was done before this: kubectl aad lint --undo "+journal.path)
		}
		fmt.Fprintln(w.Err, safetext.Clean(c.String())+": done")
	}
	fmt.Fprintf(w.Err, "undo: kubectl aad lint --undo %s\n", safetext.Command(journal.path))
	return o.rest(left)
}

func (o *options) rest(left int) error {
	if left > 0 {
		return findings(left)
	}
	return nil
}

// plan turns findings into changes, and counts those that nothing is done about.
func (o *options) plan(ctx context.Context, w *bindings.World, found []audit.Finding) (changes []change, left int, err error) {
	who, _ := w.Cluster.WhoAmI(ctx) // an annotation: without it the plan is the same
	planner := binding.Planner{Mapper: w.Mapper, By: who.Username, Now: w.Now}
	var takes []change
	gone := map[*audit.Binding]bool{}
	for _, f := range found {
		mine := f.Binding.Owner == audit.Owned || o.foreign && f.Binding.Owner == audit.Foreign
		take := change{from: *f.Binding, index: f.Index, reason: f.Title}
		if f.Binding.Azure != nil { // the undo file keeps objects of Kubernetes
			left++
			continue
		}
		switch f.ID {
		case audit.ClusterAdmin, audit.Disabled, audit.NotInTokens:
			left++
			continue
		case audit.ExpiredGrant, audit.MissingRole, audit.UnknownPrincipal:
		default:
			if f.Right == nil {
				left++
				continue
			}
			give, inPlace, err := right(planner, f)
			if err != nil {
				return nil, 0, err
			}
			if f.Needed {
				changes = append(changes, change{give: &give})
			}
			if inPlace && f.Needed {
				continue
			}
		}
		if !mine {
			left++
			continue
		}
		if take.index < 0 || len(take.from.Subjects) == 1 {
			take.index = -1
			if gone[f.Binding] {
				continue
			}
			gone[f.Binding] = true
		}
		takes = append(takes, take)
	}
	return append(changes, inOrder(takes, gone)...), left, nil
}

// inOrder leaves out what goes with its binding anyway, and takes the last
// subject of a binding first, so that the others keep their places.
func inOrder(takes []change, gone map[*audit.Binding]bool) []change {
	whole := map[string]bool{}
	for b := range gone {
		whole[b.Place()] = true
	}
	takes = slices.DeleteFunc(takes, func(c change) bool { return c.index >= 0 && whole[c.from.Place()] })
	slices.SortStableFunc(takes, func(a, b change) int {
		return cmp.Or(strings.Compare(a.from.Place(), b.from.Place()), cmp.Compare(b.index, a.index))
	})
	return takes
}

// right plans the binding that gives under the right name what a finding's
// wanted to; true if it is the same one, mended in place.
func right(planner binding.Planner, f audit.Finding) (binding.Planned, bool, error) {
	g := binding.Grant{Principal: *f.Right, Role: binding.Role(f.Binding.Role), Reason: f.Binding.Reason, Expires: f.Binding.Expires}
	if f.Binding.Namespace != "" {
		g.Reach.Namespaces = []string{f.Binding.Namespace}
	}
	planned, err := planner.Plan([]binding.Grant{g})
	if err != nil {
		return binding.Planned{}, false, err
	}
	return planned[0], f.Binding.Owner == audit.Owned && planned[0].Binding.Name == f.Binding.Name && len(f.Binding.Subjects) == 1, nil
}

func (c change) do(ctx context.Context, w *bindings.World, j *journal) error {
	if c.give != nil {
		b := c.give.Binding
		if _, err := j.keep(ctx, path(b.Namespace, b.Name)); err != nil {
			return err
		}
		_, _, err := binding.Apply(ctx, rbac.New(w.Cluster), b, false)
		return err
	}
	at := path(c.from.Namespace, c.from.Name)
	before, err := j.keep(ctx, at)
	if err != nil {
		return err
	}
	if c.index < 0 {
		return w.Cluster.Do(ctx, kube.Call{Op: "delete " + c.from.Resource(), Method: http.MethodDelete, Path: at,
			Body: map[string]any{"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": map[string]any{"resourceVersion": resourceVersion(before)}}}, nil)
	}
	name, _ := json.Marshal(c.from.Subjects[c.index].Name) // a string always marshals
	subject := "/subjects/" + strconv.Itoa(c.index)
	return w.Cluster.Do(ctx, kube.Call{Op: "change " + c.from.Resource(), Method: http.MethodPatch, Path: at, ContentType: "application/json-patch+json",
		Body: []any{
			map[string]any{"op": "test", "path": subject + "/name", "value": json.RawMessage(name)},
			map[string]any{"op": "remove", "path": subject},
		}}, nil)
}

// path returns the segments of a binding's URL.
func path(namespace, name string) []string {
	r := kube.Resource{Group: binding.Group, Version: "v1", Plural: "rolebindings"}
	if namespace == "" {
		r.Plural = "clusterrolebindings"
	}
	return r.Path(namespace, name)
}
