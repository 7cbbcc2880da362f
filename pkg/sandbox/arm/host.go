package arm

import "context"

// ClusterSpec is what a cluster's API server needs to know of the PUT that asked
// for it. It holds a secret: never log it.
type ClusterSpec struct {
	ID            string // ARM id of the cluster
	Name          string
	ResourceGroup string
	Tenant        string // tenant id whose tokens the cluster accepts

	AzureRBAC       bool   // role assignments allow too, besides Kubernetes' own bindings
	Managed         bool   // AKS-managed: the server app is Microsoft's own
	ServerAppID     string // audience of the cluster's tokens; empty: no Entra sign-in
	ServerAppSecret string // with which the webhook asks Graph on overage
	ClientAppID     string
	AdminGroups     []string // object ids to bind to cluster-admin
}

// ClusterInfo is how a started cluster is reached. Certificates and keys are PEM.
type ClusterInfo struct {
	Server    string // "https://127.0.0.1:port"
	CA        []byte
	AdminCert []byte
	AdminKey  []byte
}

// Pauser is a ClusterHost that can stop a cluster and keep its data; Start goes
// on with it. Without one, clusters cannot be stopped.
type Pauser interface {
	Pause(ctx context.Context, id string) error
}

// ClusterHost runs API servers. Start returns when the cluster serves. Start of
// an id that runs already applies the new spec to it (a new server secret, other
// admin groups) and keeps its data. A Start that fails leaves nothing running.
// Stop of an id that does not run succeeds.
type ClusterHost interface {
	Start(ctx context.Context, spec ClusterSpec) (ClusterInfo, error)
	Stop(ctx context.Context, id string) error
}
