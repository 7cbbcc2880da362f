package apps

import (
	"context"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Directory is what the steps need of Microsoft Graph.
type Directory interface {
	Registrations
	Secrets
	Principals
	ScopeGrants
	RoleGrants
}

// Registrations reads and writes app registrations by their unique names.
type Registrations interface {
	ApplicationByUniqueName(ctx context.Context, uniqueName string) (entra.Application, error)
	UpsertApplication(ctx context.Context, app entra.Application) (entra.Application, error)
	UpdateApplication(ctx context.Context, app entra.Application) error
	DeleteApplication(ctx context.Context, id entra.ObjectID) error
}

// Secrets makes and removes the server app's secrets.
type Secrets interface {
	AddSecret(ctx context.Context, app entra.ObjectID, name string, expires time.Time) (entra.SecretInfo, safetext.Secret, error)
	RemoveSecret(ctx context.Context, app entra.ObjectID, keyID string) error
}

// Principals reads and makes service principals.
type Principals interface {
	ServicePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error)
	CreateServicePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error)
}

// ScopeGrants reads and writes consent to delegated permissions.
type ScopeGrants interface {
	ScopeGrants(ctx context.Context, client entra.ObjectID) ([]entra.ScopeGrant, error)
	GrantScope(ctx context.Context, g entra.ScopeGrant) (entra.ScopeGrant, error)
	UpdateScopeGrant(ctx context.Context, id, scope string) error
}

// RoleGrants reads and writes consent to application permissions.
type RoleGrants interface {
	RoleGrants(ctx context.Context, principal entra.ObjectID) ([]entra.RoleGrant, error)
	GrantRole(ctx context.Context, g entra.RoleGrant) (entra.RoleGrant, error)
}
