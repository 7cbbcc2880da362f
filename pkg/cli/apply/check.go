package apply

import (
	"context"
	"fmt"
	"io"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding/access"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/removal"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// place is a role and where it is given; namespace "" is the whole cluster.
type place struct {
	role      binding.Role
	namespace string
}

// rehearse finds out before the first write whether the roles and namespaces
// of what is to be written are there, and whether the API server lets us give
// them: it is asked about one binding of each role and namespace, because its
// answer depends on nothing else.
func (r *round) rehearse(ctx context.Context) error {
	first := map[place]access.Step{}
	var order []place
	for _, s := range r.plan.Steps {
		at := place{s.Binding.Role, s.Binding.Namespace}
		if _, ok := first[at]; !ok && (s.Action == access.Add || s.Action == access.Change) {
			first[at] = s
			order = append(order, at)
		}
	}
	var errs []error
	for _, at := range order {
		errs = append(errs, r.there(ctx, at))
	}
	if err := fault.Join(errs...); err != nil {
		return err
	}
	return binding.Each(ctx, len(order), func(ctx context.Context, i int) error {
		s := first[order[i]]
		_, _, err := binding.Write(ctx, r.store, s.Have, s.Binding, true)
		if fault.KindOf(err) == fault.Forbidden && err != nil {
			return fault.Hint(err, "to give a role one needs the verb bind on it, or all of its permissions: ask a cluster administrator")
		}
		return err
	})
}

// there fails where a role or a namespace is missing. Who may not look is let
// on: the API server has the last word.
func (r *round) there(ctx context.Context, at place) error {
	if at.namespace != "" {
		if err := r.exists(ctx, kube.Namespaces, "", at.namespace, fmt.Sprintf("the cluster has no namespace %q", at.namespace)); err != nil {
			return err
		}
	}
	if at.role.Kind == binding.KindRole {
		return r.exists(ctx, kube.Roles, at.namespace, at.role.Name, fmt.Sprintf("namespace %q has no role %q", at.namespace, at.role.Name))
	}
	return r.exists(ctx, kube.ClusterRoles, "", at.role.Name, fmt.Sprintf("the cluster has no cluster role %q", at.role.Name))
}

func (r *round) exists(ctx context.Context, what kube.Resource, namespace, name, missing string) error {
	found, err := r.cluster.Exists(ctx, what, namespace, name)
	switch {
	case err != nil && fault.KindOf(err) != fault.Forbidden:
		return err
	case err == nil && !found:
		return fault.New(fault.NotFound, missing)
	}
	return nil
}

// show prints the plan: to stdout, or where -o has that to stderr.
func (r *round) show() {
	var w io.Writer = r.Out
	if r.format != "" {
		w = r.Err
	}
	switch {
	case r.cluster == nil:
		fmt.Fprintln(w, "no cluster is asked: everything is new")
	case r.context != "":
		fmt.Fprintf(w, "context %s (%s)\n", r.context, r.cluster.Server())
	default:
		fmt.Fprintln(w, r.cluster.Server())
	}
	fmt.Fprintf(w, "this cluster: %s\n", safetext.Clean(r.naming.Why))
	r.plan.Print(w)
}

// print writes the declared bindings in the format of -o.
func (r *round) print() error {
	if r.format == "" {
		return nil
	}
	var list []binding.Binding
	for _, s := range r.plan.Steps {
		if s.Action != access.Remove {
			list = append(list, s.Binding)
		}
	}
	width := 0
	if r.OutTTY {
		width = r.Width
	}
	return printer.Print(r.Out, r.format, width, removal.Listing("declared"), list)
}
