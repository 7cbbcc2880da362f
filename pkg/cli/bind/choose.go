package bind

import (
	"context"
	"fmt"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// roles are Kubernetes' own for people, from the least to the most.
var roles = []struct{ name, means string }{
	{"view", "read most things, but no secrets"},
	{"edit", "change most things, secrets too, but no roles or bindings"},
	{"admin", "edit, and roles and bindings within a namespace"},
	{"cluster-admin", "everything"},
}

// complete makes the asks of the rows: what a row leaves out is the flags', the
// person's answer or the default.
func (o *options) complete(ctx context.Context, b *binder) (err error) {
	var given []binding.Role
	var reach binding.Reach
	if slices.ContainsFunc(b.rows, func(r people.Row) bool { return len(r.Roles) == 0 }) {
		if given, err = o.chooseRoles(ctx, b.Factory); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(b.rows, func(r people.Row) bool { return !r.Cluster && len(r.Namespaces) == 0 }) {
		if reach, err = o.chooseReach(ctx, b.Factory, b.cluster); err != nil {
			return err
		}
	}
	for _, row := range b.rows {
		a := ask{roles: row.Roles, reach: binding.Reach{Namespaces: row.Namespaces}, reason: row.Reason}
		if len(a.roles) == 0 {
			a.roles = given
		}
		if !row.Cluster && len(row.Namespaces) == 0 {
			a.reach = reach
		}
		if a.reason == "" {
			a.reason = o.reason
		}
		b.asks = append(b.asks, a)
	}
	return nil
}

// chooseRoles takes the roles from the flags, asks a person, or gives view and
// says so: nothing grants more than that unasked.
func (o *options) chooseRoles(ctx context.Context, f *factory.Factory) ([]binding.Role, error) {
	var given []binding.Role
	for _, name := range o.clusterRoles {
		given = append(given, binding.Role{Kind: binding.KindClusterRole, Name: name})
	}
	for _, name := range o.roles {
		given = append(given, binding.Role{Kind: binding.KindRole, Name: name})
	}
	if len(given) > 0 {
		return given, nil
	}
	role := binding.Role{Kind: binding.KindClusterRole, Name: roles[0].name}
	if !f.CanAsk() {
		fmt.Fprintf(f.Err, "no role named: giving %s\n", role)
		return []binding.Role{role}, nil
	}
	var list []string
	for _, r := range roles {
		list = append(list, r.name+": "+r.means)
	}
	i, err := f.Choose(ctx, "Which role?", list, 0)
	if err != nil {
		return nil, err
	}
	role.Name = roles[i].name
	return []binding.Role{role}, nil
}

// chooseReach takes the reach from the flags, asks a person, or takes the
// context's namespace, as kubectl does, and says so.
func (o *options) chooseReach(ctx context.Context, f *factory.Factory, cluster *kube.Cluster) (binding.Reach, error) {
	current := cluster.CurrentNamespace()
	here := binding.Reach{Namespaces: []string{current}}
	switch {
	case o.all:
		return binding.Reach{}, nil
	case len(o.namespaces) > 0:
		return binding.Reach{Namespaces: o.namespaces}, nil
	case o.selector != "":
		return o.selected(ctx, f, cluster)
	case !f.CanAsk() || len(o.roles) > 0:
		fmt.Fprintf(f.Err, "no namespace named: taking the context's, %s\n", current)
		return here, nil
	}
	i, err := f.Choose(ctx, "Where?", []string{"namespace " + current, "the whole cluster"}, 0)
	if err != nil || i == 0 {
		return here, err
	}
	return binding.Reach{}, nil
}

// selected are the namespaces that have the labels now.
func (o *options) selected(ctx context.Context, f *factory.Factory, cluster *kube.Cluster) (binding.Reach, error) {
	names, err := cluster.Select(ctx, kube.Namespaces, "", o.selector)
	if err != nil {
		return binding.Reach{}, err
	}
	if len(names) == 0 {
		return binding.Reach{}, fault.Hint(fault.Newf(fault.NotFound, "no namespace has the labels %q", o.selector),
			"kubectl get namespaces --show-labels")
	}
	fmt.Fprintf(f.Err, "namespaces with the labels %s now: %d; those that get them later need another bind\n", safetext.Clean(o.selector), len(names))
	return binding.Reach{Namespaces: names}, nil
}
