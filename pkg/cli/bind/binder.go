package bind

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
)

// binder carries out one request on one cluster.
type binder struct {
	*factory.Factory
	request
	cluster *kube.Cluster
	who     string // the caller as the API server knows them; "" is unknown
}

// result is a planned binding and what became of it.
type result struct {
	binding.Planned
	Outcome binding.Outcome
}

func (b *binder) connect() (err error) {
	b.cluster, err = kube.Connect(b.Kube)
	return err
}

// bind writes a binding for each principal and namespace. All are tried before
// the first is written where the API server may refuse the role; after a
// failure halfway, what was done is shown, and the next run goes on.
func (b *binder) bind(ctx context.Context, principals []entra.Principal) error {
	var grants []binding.Grant
	for _, p := range principals {
		grants = append(grants, binding.Grant{Principal: p, Role: b.role, Reach: b.reach, Reason: b.reason})
	}
	planner := binding.Planner{Mapper: b.mapper, By: b.who, Now: b.Now}
	if b.dryRun == dryRunClient {
		planner.Now = nil // a manifest for a repository is the same tomorrow
	}
	plan, err := planner.Plan(grants)
	if err != nil {
		return err
	}
	b.warn(principals)
	if b.dryRun == dryRunClient {
		var results []result
		for _, p := range plan {
			results = append(results, result{p, binding.Created})
		}
		return b.show(results)
	}
	if b.dryRun == dryRunNone {
		if err := b.rehearse(ctx, plan); err != nil {
			return err
		}
	}
	results, err := b.apply(ctx, plan, b.dryRun == dryRunServer)
	if len(results) > 0 {
		if shown := b.show(results); err == nil {
			err = shown
		}
	}
	return err
}

func (b *binder) rehearse(ctx context.Context, plan []binding.Planned) error {
	for _, namespace := range b.namespaces() {
		allowed, err := b.mayGive(ctx, namespace)
		if err != nil {
			return err
		}
		if !allowed {
			_, err := b.apply(ctx, plan, true)
			return err
		}
	}
	return nil
}

func (b *binder) apply(ctx context.Context, plan []binding.Planned, dryRun bool) (results []result, err error) {
	store := rbac.New(b.cluster)
	for _, p := range plan {
		there, outcome, err := binding.Apply(ctx, store, p.Binding, dryRun)
		if err != nil {
			return results, b.refused(p.Binding, err)
		}
		p.Binding = there
		results = append(results, result{p, outcome})
	}
	return results, nil
}
