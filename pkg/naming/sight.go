package naming

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Cluster is what a cluster shows of its authenticator.
type Cluster interface {
	// Record returns what setup has left in the cluster; none, or one that may
	// not be read, is fault.NotFound or fault.Forbidden.
	Record(ctx context.Context) (Record, error)
	// ServerFlags returns kube-apiserver's command line, where it is a pod.
	ServerFlags(ctx context.Context) ([]string, error)
	// Caller returns who the API server takes us for.
	Caller(ctx context.Context) (Identity, error)
}

// Record is what setup knows about the cluster's authenticator.
type Record struct {
	Kind          Kind
	Configuration []byte // of an AuthenticationConfiguration; may be empty
	Server        entra.ClientID
	Tenant        entra.TenantID
}

// Directory reads app registrations.
type Directory interface {
	Application(ctx context.Context, id entra.ClientID) (entra.Application, error)
}

// Sight is all that can be looked at. Nil and empty parts are not there.
type Sight struct {
	Asked   *Naming // as the command line says
	Cluster Cluster
	Address string // the API server's URL
	Server  string // the server app that the context's credential plugin is told: its id or URI
	Tenant  entra.TenantID
	Apps    Directory
	// Claims are those of the caller's own token for the cluster.
	Claims func(ctx context.Context) (entra.Claims, error)
}
