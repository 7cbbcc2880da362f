package arm

import (
	"encoding/json"
	"hash/fnv"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// kubernetesVersion is what the sandbox's API servers are.
const kubernetesVersion = "1.37.2"

// body is a PUT of a cluster. Properties stay as they came, so that every
// api-version's are given back.
type body struct {
	Location   string            `json:"location"`
	Tags       map[string]string `json:"tags"`
	Identity   map[string]any    `json:"identity"`
	SKU        map[string]any    `json:"sku"`
	Properties map[string]any    `json:"properties"`
}

// readOnly are the properties that a client cannot set: those of a GET that was
// changed and put back.
var readOnly = []string{"provisioningState", "powerState", "fqdn", "azurePortalFQDN", "currentKubernetesVersion",
	"maxAgentPools", "identityProfile", "resourceUID", "aadProfile"}

var (
	clusterName = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,61}[a-zA-Z0-9])?$`)
	dnsPrefix   = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]{0,52}[a-zA-Z0-9])?$`)
)

// merge lays the request over what the cluster had and checks the outcome.
func (b body) merge(c *cluster) error {
	prefix, before := text(b.Properties, "dnsPrefix"), text(c.properties, "dnsPrefix")
	if before != "" && prefix != "" && prefix != before {
		return aksFailure(http.StatusBadRequest, "PropertyChangeNotAllowed", "Changing property 'dnsPrefix' is not allowed.")
	}
	properties := maps.Clone(c.properties)
	if properties == nil {
		properties = map[string]any{}
	}
	maps.Copy(properties, b.Properties)
	for _, name := range readOnly {
		delete(properties, name)
	}
	if b.Identity != nil {
		c.identity = b.Identity
	}
	if b.Tags != nil {
		c.tags = b.Tags
	}
	if b.SKU != nil {
		c.sku = b.SKU
	}
	c.properties = properties
	return c.complete()
}

// complete checks what AKS requires and fills in what it gives by itself.
func (c *cluster) complete() error {
	p := c.properties
	if prefix := text(p, "dnsPrefix"); !dnsPrefix.MatchString(prefix) {
		return invalid("dnsPrefix", "DNS prefix '"+prefix+"' is invalid. DNS prefix must contain between 1 and 54 characters. Please see https://aka.ms/aks-naming-rules for more details.")
	}
	pools, _ := p["agentPoolProfiles"].([]any)
	if len(pools) == 0 {
		return required("agentPoolProfiles")
	}
	if err := checkPools(pools); err != nil {
		return err
	}
	if c.identity == nil && p["servicePrincipalProfile"] == nil {
		return required("servicePrincipalProfile")
	}
	drop(p, "servicePrincipalProfile", "secret")
	drop(p, "windowsProfile", "adminPassword")
	if text(p, "kubernetesVersion") == "" {
		p["kubernetesVersion"] = kubernetesVersion
	}
	for name, value := range map[string]any{
		"enableRBAC": true, "disableLocalAccounts": false,
		"nodeResourceGroup":       "MC_" + c.spec.ResourceGroup + "_" + c.spec.Name + "_" + c.location,
		"servicePrincipalProfile": map[string]any{"clientId": "msi"},
		"networkProfile":          map[string]any{"networkPlugin": "azure", "loadBalancerSku": "standard"},
		"supportPlan":             "KubernetesOfficial",
	} {
		if p[name] == nil {
			p[name] = value
		}
	}
	return nil
}

// answer is the cluster as a GET shows it.
func (c *cluster) answer() map[string]any {
	p := maps.Clone(c.properties)
	sum := fnv.New32a()
	sum.Write([]byte(c.spec.ID))
	host := strings.ToLower(text(p, "dnsPrefix")) + "-" + strconv.FormatUint(uint64(sum.Sum32()), 36) + ".hcp." + c.location + ".azmk8s.io"
	power := map[string]any{"code": c.power()}
	p["provisioningState"], p["powerState"] = c.state, power
	p["resourceUID"] = strings.ReplaceAll(directory.ID("resource", c.spec.ID), "-", "")[:24]
	p["agentPoolProfiles"] = pools(p, power, c.state)
	p["currentKubernetesVersion"], p["maxAgentPools"] = p["kubernetesVersion"], 100
	p["fqdn"], p["azurePortalFQDN"] = host, strings.Replace(host, ".hcp.", ".portal.hcp.", 1)
	if c.profile != nil {
		p["aadProfile"] = c.profile.answer()
	}
	out := map[string]any{"id": c.spec.ID, "name": c.spec.Name, "type": "Microsoft.ContainerService/ManagedClusters",
		"location": c.location, "properties": p}
	if c.tags != nil {
		out["tags"] = c.tags
	}
	if c.sku == nil {
		out["sku"] = map[string]any{"name": "Base", "tier": "Free"}
	} else {
		out["sku"] = c.sku
	}
	if c.identity != nil {
		identity := maps.Clone(c.identity)
		identity["principalId"], identity["tenantId"] = c.principal, c.tenant
		out["identity"] = identity
		p["identityProfile"] = map[string]any{"kubeletidentity": c.kubelet()}
	}
	out["eTag"] = etag(out)
	return out
}

// aadProfile reads the profile of a request; nil when there is none.
func (b body) aadProfile() (*profile, error) {
	if b.Properties["aadProfile"] == nil {
		return nil, nil
	}
	raw, err := json.Marshal(b.Properties["aadProfile"])
	if err != nil {
		return nil, err
	}
	p := new(profile)
	if json.Unmarshal(raw, p) != nil {
		return nil, invalid("aadProfile", "it is not an object of the documented form.")
	}
	return p, nil
}

func text(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}

// drop takes a secret out of a profile. It makes a new map: the one that is there
// may be on its way to a client.
func drop(m map[string]any, profile, field string) {
	if p, ok := m[profile].(map[string]any); ok {
		p = maps.Clone(p)
		delete(p, field)
		m[profile] = p
	}
}

// kubelet is the identity of the cluster's nodes.
func (c *cluster) kubelet() map[string]any {
	subscription, _, _ := strings.Cut(strings.TrimPrefix(c.spec.ID, "/subscriptions/"), "/")
	return map[string]any{"clientId": directory.ID("kubelet client", c.spec.ID), "objectId": directory.ID("kubelet", c.spec.ID),
		"resourceId": "/subscriptions/" + subscription + "/resourcegroups/" + text(c.properties, "nodeResourceGroup") +
			"/providers/Microsoft.ManagedIdentity/userAssignedIdentities/" + c.spec.Name + "-agentpool"}
}

// location brings "East US" into the form in which ARM answers it.
func location(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

func clusterID(subscription, group, name string) string {
	return "/subscriptions/" + subscription + "/resourcegroups/" + group + "/providers/Microsoft.ContainerService/managedClusters/" + name
}
