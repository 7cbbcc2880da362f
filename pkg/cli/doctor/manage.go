package doctor

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

type signIn func(context.Context, *factory.Factory) (token.Source, error)

// orIn opens the management sign-in that the flags mean and, where nobody is
// signed in by that and they name no tenant, the one in the cluster's own
// tenant: doctor cannot ask which is meant.
func orIn(open signIn, tenant string) signIn {
	return func(ctx context.Context, f *factory.Factory) (token.Source, error) {
		first, err := open(ctx, f)
		if err != nil || f.Management.TenantID != "" {
			return first, err
		}
		there := *f
		there.Management.TenantID = tenant
		second, err := open(ctx, &there)
		if err != nil {
			return first, nil
		}
		return func(ctx context.Context, scope string) (token.Token, error) {
			t, err := first(ctx, scope)
			if err == nil || fault.KindOf(err) != fault.SignIn {
				return t, err
			}
			return second(ctx, scope)
		}, nil
	}
}
