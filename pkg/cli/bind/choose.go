package bind

import (
	"context"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
)

// roles are Kubernetes' own for people, from the least to the most.
var roles = []struct{ name, means string }{
	{"view", "read most things, but no secrets"},
	{"edit", "change most things, secrets too, but no roles or bindings"},
	{"admin", "edit, and roles and bindings within a namespace"},
	{"cluster-admin", "everything"},
}

// chooseRole takes the role from the flags, asks a person, or gives view and
// says so: nothing grants more than that unasked.
func (o *options) chooseRole(ctx context.Context, f *factory.Factory) (binding.Role, error) {
	switch {
	case o.role != "":
		return binding.Role{Kind: binding.KindRole, Name: o.role}, nil
	case o.clusterRole != "":
		return binding.Role{Kind: binding.KindClusterRole, Name: o.clusterRole}, nil
	}
	role := binding.Role{Kind: binding.KindClusterRole, Name: roles[0].name}
	if !f.CanAsk() {
		fmt.Fprintf(f.Err, "no role named: giving %s\n", role)
		return role, nil
	}
	var list []string
	for _, r := range roles {
		list = append(list, r.name+": "+r.means)
	}
	i, err := f.Choose(ctx, "Which role?", list, 0)
	if err != nil {
		return role, err
	}
	role.Name = roles[i].name
	return role, nil
}

// chooseReach takes the reach from the flags, asks a person, or takes the
// context's namespace, as kubectl does, and says so.
func (o *options) chooseReach(ctx context.Context, f *factory.Factory, current string) (binding.Reach, error) {
	here := binding.Reach{Namespaces: []string{current}}
	switch {
	case o.all:
		return binding.Reach{}, nil
	case len(o.namespaces) > 0:
		return binding.Reach{Namespaces: o.namespaces}, nil
	case !f.CanAsk() || o.role != "":
		fmt.Fprintf(f.Err, "no namespace named: taking the context's, %s\n", current)
		return here, nil
	}
	i, err := f.Choose(ctx, "Where?", []string{"namespace " + current, "the whole cluster"}, 0)
	if err != nil || i == 0 {
		return here, err
	}
	return binding.Reach{}, nil
}
