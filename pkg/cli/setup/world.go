package setup

import (
	"context"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
)

// people is the directory as the steps want it.
type people struct {
	factory.Directory
	resolver directory.Resolver
}

func newPeople(f *factory.Factory, dir factory.Directory) people {
	p := people{Directory: dir, resolver: directory.Resolver{Lookup: dir}}
	if f.CanAsk() {
		p.resolver.Choose = func(ctx context.Context, ref directory.Ref, among []entra.Principal) (int, error) {
			options := make([]string, len(among))
			for i, a := range among {
				options[i] = directory.Describe(a) + "  " + string(a.ID)
			}
			return f.Choose(ctx, fmt.Sprintf("Which %q?", ref.Text), options, -1)
		}
	}
	return p
}

// Resolve finds the one principal that text means.
func (p people) Resolve(ctx context.Context, text string, kind entra.Kind) (entra.Principal, error) {
	ref, err := directory.ParseRef(text)
	if err != nil {
		return entra.Principal{}, err
	}
	if kind != "" && ref.Kind != "" && ref.Kind != kind {
		return entra.Principal{}, fault.Newf(fault.Usage, "%q is not a %s", text, kind)
	}
	if kind != "" {
		ref.Kind = kind
	}
	return p.resolver.Resolve(ctx, ref)
}

// access binds administrators over the local admin credential.
type access struct{ now func() time.Time }

// Bound asks the API server what binding p would change.
func (a access) Bound(ctx context.Context, admin []byte, p entra.Principal) (bool, error) {
	outcome, err := a.apply(ctx, admin, p, true)
	return outcome == binding.Unchanged, err
}

// Bind makes p cluster-admin of the whole cluster.
func (a access) Bind(ctx context.Context, admin []byte, p entra.Principal) error {
	_, err := a.apply(ctx, admin, p, false)
	return err
}

func (a access) apply(ctx context.Context, admin []byte, p entra.Principal, dryRun bool) (binding.Outcome, error) {
	cluster, err := kube.FromKubeconfig(admin)
	if err != nil {
		return "", err
	}
	planned, err := binding.Planner{Now: a.now, By: "kubectl aad setup"}.Plan([]binding.Grant{{
		Principal: p,
		Role:      binding.Role{Kind: binding.KindClusterRole, Name: "cluster-admin"},
	}})
	if err != nil {
		return "", err
	}
	_, outcome, err := binding.Apply(ctx, rbac.New(cluster), planned[0].Binding, dryRun)
	return outcome, err
}
