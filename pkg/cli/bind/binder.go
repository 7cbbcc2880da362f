package bind

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/meter"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
)

// binder carries out one request on one cluster.
type binder struct {
	*factory.Factory
	request
	rows    []people.Row
	cluster *kube.Cluster
	who     string          // the caller as the API server knows them; "" is unknown
	asked   map[string]bool // what preflight knows already
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

// bind writes a binding for each principal, role and namespace. Where the API
// server may refuse a role, it is asked before the first is written; after a
// failure halfway, what was done is shown, and the next run goes on.
func (b *binder) bind(ctx context.Context) error {
	plan, err := b.plan()
	if err != nil {
		return err
	}
	b.warn()
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
	if err == nil && b.replace {
		err = b.replaceOthers(ctx, plan)
	}
	if len(results) > 0 {
		if shown := b.show(results); err == nil {
			err = shown
		}
	}
	if err == nil && b.verify {
		err = b.verified(ctx, results)
	}
	return err
}

func (b *binder) plan() ([]binding.Planned, error) {
	var grants []binding.Grant
	now := b.Now()
	for _, a := range b.asks {
		for _, role := range a.roles {
			g := binding.Grant{Principal: a.principal, Role: role, Reach: a.reach, Reason: a.reason}
			if b.lasts > 0 {
				g.Expires = now.Add(b.lasts)
			}
			grants = append(grants, g)
		}
	}
	planner := binding.Planner{Mapper: b.mapper, By: b.who, Now: b.Now, Name: b.name}
	if b.dryRun == dryRunClient {
		planner.Now = nil // a manifest for a repository is the same tomorrow
	}
	return planner.Plan(grants)
}

// rehearse asks the API server about the first binding of each role and place
// that it may refuse: whether it does depends on nothing else.
func (b *binder) rehearse(ctx context.Context, plan []binding.Planned) error {
	asked := map[place]bool{}
	var doubtful []binding.Planned
	for _, p := range plan {
		at := place{p.Binding.Role, p.Binding.Namespace}
		if asked[at] {
			continue
		}
		asked[at] = true
		allowed, err := b.mayGive(ctx, at)
		if err != nil {
			return err
		}
		if !allowed {
			doubtful = append(doubtful, p)
		}
	}
	_, err := b.apply(ctx, doubtful, true)
	return err
}

// apply writes the plan, some bindings at once, and returns in its order what
// was done.
func (b *binder) apply(ctx context.Context, plan []binding.Planned, dryRun bool) ([]result, error) {
	store := rbac.New(b.cluster)
	known, err := read(ctx, store, plan)
	if err != nil {
		return nil, err
	}
	m := meter.Start(b.Factory, "bindings written", len(plan))
	defer m.Stop()
	done := make([]*result, len(plan))
	err = binding.Each(ctx, len(plan), func(ctx context.Context, i int) error {
		p := plan[i]
		now, outcome, err := known.apply(ctx, store, p, b.adopt, dryRun)
		if err != nil {
			return b.refused(p.Binding, err)
		}
		p.Binding = now
		done[i] = &result{p, outcome}
		m.Add()
		return nil
	})
	var results []result
	for _, r := range done {
		if r != nil {
			results = append(results, *r)
		}
	}
	return results, err
}
