package arm

import (
	"maps"
	"net/http"
	"regexp"
	"strings"
)

// poolName is AKS's rule for pools of Linux nodes.
var poolName = regexp.MustCompile(`^[a-z][a-z0-9]{0,11}$`)

// Limits of AKS and of a new subscription.
const (
	maxNodes = 1000 // of a pool
	maxCores = 100  // of a region
)

// checkPools refuses what AKS refuses in the agent pools of a cluster.
func checkPools(list []any) error {
	met := map[string]bool{}
	system := false
	for _, v := range list {
		pool, ok := v.(map[string]any)
		name := text(pool, "name")
		switch {
		case !ok || !poolName.MatchString(name):
			e := aksFailure(http.StatusBadRequest, "InvalidParameter", "The value of parameter agentPoolProfile.name is invalid. Please see https://aka.ms/aks-naming-rules for more details.")
			e.target = "agentPoolProfile.name"
			return e
		case met[name]:
			return invalid("agentPoolProfile.name", "The agent pool name '"+name+"' is there twice.")
		case nodes(pool) < 0 || nodes(pool) > maxNodes:
			return invalid("agentPoolProfile.count", "The count of agent pool '"+name+"' must be from 0 to 1000.")
		}
		met[name] = true
		system = system || text(pool, "mode") != "User"
	}
	if !system {
		return aksFailure(http.StatusBadRequest, "InvalidParameter", "There has to be at least one system agent pool. For more information, please visit https://aka.ms/aks/system-node-pool")
	}
	return nil
}

// nodes is the count of a pool; AKS makes one node where none is given.
func nodes(pool map[string]any) int {
	switch n := pool["count"].(type) {
	case float64:
		return int(n)
	case int:
		return n
	}
	return 1
}

// quota refuses a cluster whose nodes would need more cores than a region has
// left; the lock is held.
func (s *state) quota(next *cluster) error {
	used := 0
	for _, c := range s.clusters {
		if c.location == next.location && c.spec.ID != next.spec.ID && !c.stopped {
			used += c.cores()
		}
	}
	if want := next.cores(); used+want > maxCores {
		return aksFailure(http.StatusBadRequest, "ErrCode_InsufficientVCPUQuota",
			"Insufficient regional vcpu quota left for location %s. left regional vcpu quota %d, requested quota %d. If you want to increase the quota, please follow this instruction: https://learn.microsoft.com/en-us/azure/quotas/view-quotas. Surge nodes would also consume vcpu quota, please consider use smaller maxSurge or use maxUnavailable to proceed upgrade without surge nodes, details: aka.ms/aks/maxUnavailable.",
			next.location, maxCores-used, want)
	}
	return nil
}

func (c *cluster) cores() int {
	list, _ := c.properties["agentPoolProfiles"].([]any)
	sum := 0
	for _, v := range list {
		pool, _ := v.(map[string]any)
		sum += nodes(pool) * coresOf(text(pool, "vmSize"))
	}
	return sum
}

var sizeNumber = regexp.MustCompile(`(?i)^Standard_[a-z]+(\d+)`)

// coresOf reads the cores of a node from the name of its size. In the second
// generation of D sizes the number is a step, not the count.
func coresOf(size string) int {
	m := sizeNumber.FindStringSubmatch(size)
	if m == nil {
		return 2
	}
	n := 0
	for _, digit := range m[1] {
		n = n*10 + int(digit-'0')
	}
	if name := strings.ToLower(size); strings.HasSuffix(name, "_v2") && strings.HasPrefix(name, "standard_d") && n >= 1 && n <= 5 {
		return 1 << (n - 1)
	}
	return n
}

// pools are the agent pools as a GET shows them.
func pools(properties, power map[string]any, state string) []any {
	list, _ := properties["agentPoolProfiles"].([]any)
	out := make([]any, len(list))
	for i, v := range list {
		pool, ok := v.(map[string]any)
		if !ok {
			out[i] = v
			continue
		}
		pool = maps.Clone(pool)
		pool["provisioningState"], pool["powerState"] = state, power
		if text(pool, "orchestratorVersion") == "" {
			pool["orchestratorVersion"] = properties["kubernetesVersion"]
		}
		pool["currentOrchestratorVersion"] = pool["orchestratorVersion"]
		for name, value := range poolDefaults() {
			if pool[name] == nil {
				pool[name] = value
			}
		}
		delete(pool, "eTag") // of a GET that was put back
		pool["eTag"] = etag(pool)
		out[i] = pool
	}
	return out
}

// poolDefaults are what AKS gives a pool that does not say otherwise.
func poolDefaults() map[string]any {
	return map[string]any{"count": 1, "osDiskSizeGB": 128, "osDiskType": "Managed", "kubeletDiskType": "OS", "maxPods": 110,
		"type": "VirtualMachineScaleSets", "enableAutoScaling": false, "enableNodePublicIP": false, "enableEncryptionAtHost": false,
		"enableUltraSSD": false, "enableFIPS": false, "mode": "System", "osType": "Linux", "osSKU": "Ubuntu", "upgradeSettings": map[string]any{}}
}

func (s *Server) listPools(c *call) (*reply, error) {
	list, err := s.poolsOf(c)
	if err != nil {
		return nil, err
	}
	return ok(map[string]any{"value": list}), nil
}

func (s *Server) getPool(c *call) (*reply, error) {
	list, err := s.poolsOf(c)
	if err != nil {
		return nil, err
	}
	for _, p := range list {
		if strings.EqualFold(text(p, "name"), c.PathValue("pool")) {
			return ok(p), nil
		}
	}
	return nil, aksFailure(http.StatusNotFound, "NotFound", "Could not find the agent pool '%s' of managed cluster '%s'.", c.PathValue("pool"), c.name())
}

func (s *Server) poolsOf(c *call) ([]map[string]any, error) {
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	cl, err := s.state.cluster(c)
	if err != nil {
		return nil, err
	}
	list, _ := cl.answer()["properties"].(map[string]any)["agentPoolProfiles"].([]any)
	out := []map[string]any{}
	for _, v := range list {
		pool, ok := v.(map[string]any)
		if ok {
			out = append(out, map[string]any{"id": cl.spec.ID + "/agentPools/" + text(pool, "name"), "name": pool["name"],
				"type": clusters + "/agentPools", "properties": pool})
		}
	}
	return out, nil
}
