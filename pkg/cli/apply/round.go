package apply

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding/access"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/authenticator"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/meter"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/removal"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// round is what is done with one cluster.
type round struct {
	*options
	*factory.Factory
	context string // "" is the current one
	sets    []access.Set
	people  map[directory.Ref]entra.Principal

	cluster *kube.Cluster // nil: none is asked
	store   binding.Store
	who     string
	naming  naming.Naming
	plan    access.Plan
}

// prepare makes the plan, and has the API server check it as far as that can
// be done before anything is written.
func (r *round) prepare(ctx context.Context) error {
	if r.dryRun == removal.Client {
		err := r.know(ctx)
		if err != nil {
			return err
		}
		want, err := r.wanted(ctx)
		if err == nil {
			r.plan, err = access.Make(want, nil, r.allowed())
		}
		return err
	}
	if err := r.connect(ctx); err != nil {
		return err
	}
	if err := r.know(ctx); err != nil {
		return err
	}
	want, err := r.wanted(ctx)
	if err != nil {
		return err
	}
	have, err := r.have(ctx, want)
	if err != nil {
		return err
	}
	if r.plan, err = access.Make(want, have, r.allowed()); err != nil {
		return err
	}
	return r.rehearse(ctx)
}

func (r *round) allowed() access.Options {
	o := access.Options{Prune: r.prune, TakeOver: r.takeOver, Now: r.Now()}
	for _, set := range r.here() {
		o.Sets = append(o.Sets, set.Name)
	}
	return o
}

// here are the sets that are about this cluster.
func (r *round) here() []access.Set {
	return slices.DeleteFunc(slices.Clone(r.sets), func(s access.Set) bool {
		if len(s.Contexts) == 0 {
			return r.context != *r.Kube.Context
		}
		return !slices.Contains(s.Contexts, r.context)
	})
}

// connect opens the cluster of the round's context and asks who we are there.
func (r *round) connect(ctx context.Context) (err error) {
	flags := r.Kube
	if r.context != "" && r.context != *flags.Context {
		flags = genericclioptions.NewConfigFlags(true)
		flags.KubeConfig, flags.Timeout, flags.Context = r.Kube.KubeConfig, r.Kube.Timeout, &r.context
		flags.Impersonate, flags.ImpersonateUID, flags.ImpersonateGroup = r.Kube.Impersonate, r.Kube.ImpersonateUID, r.Kube.ImpersonateGroup
	}
	if r.cluster, err = kube.Connect(flags); err != nil {
		return err
	}
	r.store = rbac.New(r.cluster)
	who, err := r.cluster.WhoAmI(ctx)
	switch fault.KindOf(err) {
	case fault.Forbidden, fault.NotFound: // an API server that does not tell
		err = nil
	}
	r.who = safetext.Clean(who.Username)
	return err
}

// know finds out how the cluster names principals.
func (r *round) know(ctx context.Context) (err error) {
	var apps naming.Directory
	if len(r.people) > 0 {
		if apps, err = r.Directory(ctx); err != nil {
			return err
		}
	}
	r.naming, err = authenticator.Find(ctx, r.Factory, r.context, r.cluster, apps)
	return err
}

// wanted are the bindings that the sets declare for this cluster.
func (r *round) wanted(ctx context.Context) ([]access.Wanted, error) {
	planner := binding.Planner{Mapper: binding.Mapper{As: r.form, Naming: r.naming}, By: r.who, Now: r.Now}
	if r.dryRun == removal.Client {
		planner.Now = nil // a manifest for a repository is the same tomorrow
	}
	var want []access.Wanted
	for _, set := range r.here() {
		for _, e := range set.In(r.context) {
			reach, err := r.reach(ctx, e)
			if err != nil {
				return nil, err
			}
			var grants []binding.Grant
			for _, role := range e.Roles {
				grants = append(grants, binding.Grant{Principal: r.people[e.Ref], Role: role, Reach: reach, Reason: e.Reason, Expires: e.Expires, Set: set.Name})
			}
			planned, err := planner.Plan(grants)
			if err != nil {
				return nil, fault.Wrap(fault.Usage, e.Where, err)
			}
			for _, p := range planned {
				want = append(want, access.Wanted{Binding: p.Binding, Where: e.Where})
			}
		}
	}
	return want, nil
}

func (r *round) reach(ctx context.Context, e access.Entry) (binding.Reach, error) {
	if e.Selector == "" {
		return e.Reach, nil
	}
	if r.cluster == nil {
		return e.Reach, fault.Newf(fault.Usage, "%s: namespaceSelector needs the cluster, which --dry-run=client does not ask", e.Where)
	}
	names, err := r.cluster.Select(ctx, kube.Namespaces, "", e.Selector)
	if err == nil && len(names) == 0 {
		err = fault.Newf(fault.NotFound, "no namespace has the labels %q", e.Selector)
	}
	return binding.Reach{Namespaces: names}, fault.Wrap(fault.Failure, e.Where, err)
}

// have lists the bindings of the cluster. Who may not list all of them sees
// those of the namespaces that are declared, and prunes no others.
func (r *round) have(ctx context.Context, want []access.Wanted) ([]binding.Binding, error) {
	all, err := r.store.List(ctx, "")
	if err == nil || fault.KindOf(err) != fault.Forbidden {
		return all, err
	}
	namespaces := map[string]bool{}
	for _, w := range want {
		namespaces[w.Binding.Namespace] = true
	}
	if namespaces[""] || len(namespaces) == 0 {
		return nil, err
	}
	fmt.Fprintln(r.Err, "you may not list the bindings of all namespaces: only those that are declared are looked at")
	all = nil
	for _, namespace := range slices.Sorted(maps.Keys(namespaces)) {
		list, err := r.store.List(ctx, namespace)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

// carry carries the plan out, or has all of it checked, and prints what is then
// declared.
func (r *round) carry(ctx context.Context) error {
	if r.cluster != nil && r.plan.Pending() > 0 {
		m := meter.Start(r.Factory, "changes made", r.plan.Pending())
		err := r.plan.Carry(ctx, r.store, r.dryRun == removal.Server, func(access.Step) { m.Add() })
		m.Stop()
		if err != nil {
			return err
		}
		if r.dryRun == removal.None {
			fmt.Fprintf(r.Err, "changes made: %d\n", r.plan.Pending())
		}
	}
	return r.print()
}
