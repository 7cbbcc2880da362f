package authenticator

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

// Where setup notes how a cluster that people run themselves authenticates, and
// the keys of the note.
const (
	recordNamespace = "kube-system"
	recordName      = "kubectl-aad"

	keyKind          = "authenticator"         // a kind of the naming room
	keyConfiguration = "authentication-config" // the AuthenticationConfiguration, where there is one
	keyTenant        = "tenant-id"
	keyServer        = "server-id"
)

// Record reads what setup has left in a cluster.
func Record(ctx context.Context, c *kube.Cluster) (naming.Record, error) {
	data, err := c.ConfigMap(ctx, recordNamespace, recordName)
	if err != nil {
		return naming.Record{}, err
	}
	r := naming.Record{Kind: naming.Kind(data[keyKind]), Configuration: []byte(data[keyConfiguration]),
		Tenant: entra.TenantID(data[keyTenant]), Server: entra.ClientID(data[keyServer])}
	if r.Kind == "" && len(r.Configuration) == 0 {
		return r, fault.New(fault.NotFound, "setup's record tells nothing of the authenticator")
	}
	return r, nil
}
