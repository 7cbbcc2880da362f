package doctor

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/authenticator"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

// namer finds out how the examined cluster names people. What an administrator
// may see is asked as the administrator, where there is one; whom the API server
// knows is asked as the one who is examined.
type namer struct {
	own, by *cluster
	apps    checks.Directory
}

// Naming implements checks.Naming.
func (n namer) Naming(ctx context.Context) (naming.Naming, error) {
	s := naming.Sight{Cluster: n}
	if n.apps != nil {
		s.Apps = n.apps
	}
	if n.own.tokens != nil {
		s.Claims = n.claims
	}
	return authenticator.Detect(ctx, n.own.Factory, n.own.entry, s)
}

func (n namer) claims(ctx context.Context) (entra.Claims, error) {
	t, err := n.own.tokens(ctx)
	if err != nil {
		return entra.Claims{}, err
	}
	return entra.ParseClaims(t.Access.Reveal())
}

// Record implements naming.Cluster.
func (n namer) Record(ctx context.Context) (naming.Record, error) {
	k, err := n.by.get(ctx)
	if err != nil {
		return naming.Record{}, err
	}
	return authenticator.Record(ctx, k)
}

// ServerFlags implements naming.Cluster.
func (n namer) ServerFlags(ctx context.Context) ([]string, error) {
	k, err := n.by.get(ctx)
	if err != nil {
		return nil, err
	}
	return k.ServerFlags(ctx)
}

// Caller implements naming.Cluster.
func (n namer) Caller(ctx context.Context) (naming.Identity, error) {
	k, err := n.own.get(ctx)
	if err != nil {
		return naming.Identity{}, err
	}
	return authenticator.Caller(ctx, k)
}
