package factory

import (
	"context"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Directory is all that the commands need of Microsoft Graph; each room takes
// the part that it declares for itself.
type Directory interface {
	directory.Lookup
	Principals
	Many
	Groups
	Applications
	Secrets
	ServicePrincipals
	Grants
}

// Principals reads users, groups and service principals.
type Principals interface {
	Principal(ctx context.Context, id entra.ObjectID) (entra.Principal, error)
	Principals(ctx context.Context, ids []entra.ObjectID) ([]entra.Principal, error)
	Me(ctx context.Context) (entra.Principal, error)
	Organization(ctx context.Context) (entra.Organization, error)
}

// Many looks up and expands by the thousand, in batches.
type Many interface {
	FindAll(ctx context.Context, refs []directory.Ref, progress func(done, total int)) ([][]entra.Principal, error)
	Members(ctx context.Context, groups []entra.ObjectID, groupsOnly bool) (map[entra.ObjectID][]entra.Principal, error)
}

// Groups reads memberships and makes security groups.
type Groups interface {
	MemberGroups(ctx context.Context, p entra.Principal, securityOnly bool) ([]entra.ObjectID, error)
	MembersAndOwners(ctx context.Context, group entra.ObjectID) (members, owners []entra.ObjectID, err error)
	CreateGroup(ctx context.Context, name string, members []entra.ObjectID) (entra.Principal, error)
	DeleteGroup(ctx context.Context, id entra.ObjectID) error
}

// Applications reads and writes app registrations.
type Applications interface {
	Application(ctx context.Context, id entra.ClientID) (entra.Application, error)
	ApplicationByUniqueName(ctx context.Context, uniqueName string) (entra.Application, error)
	UpsertApplication(ctx context.Context, app entra.Application) (entra.Application, error)
	UpdateApplication(ctx context.Context, app entra.Application) error
	DeleteApplication(ctx context.Context, id entra.ObjectID) error
}

// Secrets makes and removes password credentials of app registrations.
type Secrets interface {
	AddSecret(ctx context.Context, app entra.ObjectID, name string, expires time.Time) (entra.SecretInfo, safetext.Secret, error)
	RemoveSecret(ctx context.Context, app entra.ObjectID, keyID string) error
}

// ServicePrincipals reads and writes applications' presence in the tenant.
type ServicePrincipals interface {
	ServicePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error)
	CreateServicePrincipal(ctx context.Context, id entra.ClientID) (entra.ServicePrincipalInfo, error)
	DeleteServicePrincipal(ctx context.Context, id entra.ObjectID) error
}

// Grants reads and writes consent.
type Grants interface {
	ScopeGrants(ctx context.Context, client entra.ObjectID) ([]entra.ScopeGrant, error)
	GrantScope(ctx context.Context, g entra.ScopeGrant) (entra.ScopeGrant, error)
	UpdateScopeGrant(ctx context.Context, id, scope string) error
	RoleGrants(ctx context.Context, principal entra.ObjectID) ([]entra.RoleGrant, error)
	GrantRole(ctx context.Context, g entra.RoleGrant) (entra.RoleGrant, error)
}

// Azure is all that the commands need of ARM.
type Azure interface {
	ResourceGroups
	Clusters
	Credentials
	RoleAssignments
}

// ResourceGroups reads and writes what clusters live in.
type ResourceGroups interface {
	Subscriptions(ctx context.Context) ([]aks.Subscription, error)
	ResourceGroup(ctx context.Context, subscription, name string) (aks.ResourceGroup, error)
	CreateResourceGroup(ctx context.Context, subscription string, g aks.ResourceGroup) error
	DeleteResourceGroup(ctx context.Context, subscription, name string) error
}

// Clusters reads and writes managed clusters.
type Clusters interface {
	Cluster(ctx context.Context, subscription, group, name string) (aks.Cluster, error)
	Clusters(ctx context.Context, subscription string) ([]aks.Cluster, error)
	CreateCluster(ctx context.Context, spec aks.ClusterSpec) (aks.Cluster, error)
	DeleteCluster(ctx context.Context, subscription, group, name string) error
	TagCluster(ctx context.Context, subscription, group, name string, tags map[string]string) error
}

// Credentials hands out kubeconfigs and replaces the server app's secret.
type Credentials interface {
	UserKubeconfig(ctx context.Context, subscription, group, name string) ([]byte, error)
	AdminKubeconfig(ctx context.Context, subscription, group, name string) ([]byte, error)
	ResetEntraProfile(ctx context.Context, subscription, group, name string, server entra.ClientID,
		secret safetext.Secret, client entra.ClientID, tenant entra.TenantID) error
}

// RoleAssignments reads and writes Azure's own roles.
type RoleAssignments interface {
	Assignments(ctx context.Context, scope string, below bool) ([]azurerbac.Assignment, error)
	RoleNamed(ctx context.Context, scope, name string) (azurerbac.Role, error)
	Assign(ctx context.Context, a azurerbac.Assignment) (made bool, err error)
	Unassign(ctx context.Context, id string) error
}
