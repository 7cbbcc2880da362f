package setup

// Integration is how a cluster is tied to Entra ID.
type Integration string

// The integrations: AKS's own, and the server and client applications of
// Microsoft's article of 2019.
const (
	Managed Integration = "managed"
	Apps    Integration = "apps"
)
