package arm

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// profile is the aadProfile of a request, of either kind.
type profile struct {
	Managed             bool     `json:"managed"`
	EnableAzureRBAC     bool     `json:"enableAzureRBAC"`
	AdminGroupObjectIDs []string `json:"adminGroupObjectIDs"`
	TenantID            string   `json:"tenantID"`
	ClientAppID         string   `json:"clientAppID"`
	ServerAppID         string   `json:"serverAppID"`
	ServerAppSecret     string   `json:"serverAppSecret"`
}

// answer returns the profile as ARM shows it; the secret is never in it.
func (p *profile) answer() map[string]any {
	if !p.Managed {
		return map[string]any{"clientAppID": p.ClientAppID, "serverAppID": p.ServerAppID, "tenantID": p.TenantID}
	}
	var groups any
	if len(p.AdminGroupObjectIDs) > 0 {
		groups = p.AdminGroupObjectIDs
	}
	return map[string]any{"managed": true, "enableAzureRBAC": p.EnableAzureRBAC, "adminGroupObjectIDs": groups, "adminUsers": nil, "tenantID": p.TenantID}
}

// apply writes the profile into the spec of a cluster. A managed cluster's server
// app is Microsoft's, with the secret that the sandbox keeps for it.
func (p *profile) apply(spec *ClusterSpec, managedSecret string) {
	spec.Managed, spec.Tenant, spec.AdminGroups = p.Managed, p.TenantID, p.AdminGroupObjectIDs
	spec.AzureRBAC = p.Managed && p.EnableAzureRBAC
	spec.ServerAppID, spec.ClientAppID, spec.ServerAppSecret = p.ServerAppID, p.ClientAppID, p.ServerAppSecret
	if p.Managed {
		spec.ServerAppID, spec.ClientAppID, spec.ServerAppSecret = string(entra.AKSServer), string(entra.AKSClient), managedSecret
	}
}

// check completes a profile and refuses what AKS refuses. old is the profile of
// the cluster that is there already, or nil.
func (p *profile) check(old *profile, tenant string) error {
	if p.TenantID == "" {
		p.TenantID = tenant
	}
	ids := slices.Concat(p.AdminGroupObjectIDs, []string{p.TenantID})
	if !p.Managed {
		ids = append(ids, p.ServerAppID, p.ClientAppID)
	}
	for _, id := range ids {
		if !entra.IsGUID(id) {
			return invalid("aadProfile", "'"+id+"' is not a valid GUID.")
		}
	}
	switch {
	case p.EnableAzureRBAC && !p.Managed:
		return invalid("aadProfile.enableAzureRBAC", "Azure RBAC for Kubernetes authorization needs a managed AAD profile.")
	case p.EnableAzureRBAC && !strings.EqualFold(p.TenantID, tenant):
		return invalid("aadProfile.enableAzureRBAC", "Azure RBAC for Kubernetes authorization needs the tenant of the subscription.")
	case p.Managed:
		return p.checkManaged()
	}
	return p.checkLegacy(old)
}

func (p *profile) checkManaged() error {
	if p.ServerAppID+p.ClientAppID+p.ServerAppSecret != "" {
		return invalid("aadProfile", "clientAppID, serverAppID and serverAppSecret cannot be set for a managed AAD enabled cluster.")
	}
	return nil
}

func (p *profile) checkLegacy(old *profile) error {
	switch {
	case old != nil && old.Managed:
		return aksFailure(http.StatusBadRequest, "BadRequest", "Managed AAD cannot be disabled or changed to legacy AAD on an existing cluster.")
	case len(p.AdminGroupObjectIDs) > 0:
		return invalid("aadProfile.adminGroupObjectIDs", "Admin groups need a managed AAD profile.")
	case p.ServerAppSecret != "":
		return nil
	case old != nil && strings.EqualFold(old.ServerAppID, p.ServerAppID):
		p.ServerAppSecret = old.ServerAppSecret
		return nil
	}
	return required("aadProfile.serverAppSecret")
}
