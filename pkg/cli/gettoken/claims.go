package gettoken

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
)

// Claims returns a reader of the claims of the caller's own token for the
// cluster of a context: from the cache, or renewed in silence.
func Claims(methods login.Registry) func(context.Context, *factory.Factory, string) (entra.Claims, error) {
	return func(ctx context.Context, f *factory.Factory, name string) (entra.Claims, error) {
		at, found, err := FindContext(f, *f.Kube.KubeConfig, name)
		if err == nil && !found {
			err = fault.New(fault.NotFound, "the kubeconfig has no current context")
		}
		if err != nil {
			return entra.Claims{}, err
		}
		b, req, err := at.Broker(f, methods, false)
		if err != nil {
			return entra.Claims{}, err
		}
		t, err := b.Token(ctx, req)
		if err != nil {
			return entra.Claims{}, err
		}
		return entra.ParseClaims(t.Access.Reveal())
	}
}
