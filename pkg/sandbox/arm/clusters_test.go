package arm_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/arm"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// host is a ClusterHost whose starts last until they are let go.
type host struct {
	mu      sync.Mutex
	started []arm.ClusterSpec
	stopped []string
	gate    chan error // one value for each start
}

func (h *host) Start(ctx context.Context, spec arm.ClusterSpec) (arm.ClusterInfo, error) {
	h.mu.Lock()
	h.started = append(h.started, spec)
	h.mu.Unlock()
	select {
	case err := <-h.gate:
		if err != nil {
			return arm.ClusterInfo{}, err
		}
		return arm.Recorder{}.Start(ctx, spec)
	case <-ctx.Done():
		return arm.ClusterInfo{}, ctx.Err()
	}
}

func (h *host) Stop(_ context.Context, id string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = append(h.stopped, id)
	return nil
}

func (h *host) starts() []arm.ClusterSpec {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.started)
}

func TestManagedCluster(t *testing.T) {
	h := &host{gate: make(chan error, 1)}
	c := start(t, h)
	path := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	put := c.want(c.do("admin", "PUT", path, managed(nil)), 201, "")
	if put.get("properties.provisioningState") != "Creating" || put.header.Get("Retry-After") != "1" {
		t.Errorf("PUT: %s", put.raw)
	}
	if where := put.header.Get("Azure-AsyncOperation"); !strings.HasPrefix(where, c.s.Info().Endpoints.ARM+c.sub+"/providers/") || !strings.Contains(where, "api-version=2025-02-01") {
		t.Errorf("operation at %q", where)
	}
	op := c.want(c.do("admin", "GET", put.header.Get("Azure-AsyncOperation"), ""), 200, "")
	if op.doc["status"] != "InProgress" || op.header.Get("Retry-After") != "1" {
		t.Errorf("operation %s", op.raw)
	}
	c.want(c.do("admin", "PUT", path, managed(nil)), 409, "OperationNotAllowed")
	c.want(c.do("admin", "PATCH", path, `{"tags":{}}`), 409, "OperationNotAllowed")
	c.want(c.do("admin", "POST", path+"/listClusterAdminCredential", ""), 409, "OperationNotAllowed")

	h.gate <- nil
	if op := c.finish(put); op.doc["status"] != "Succeeded" || op.doc["endTime"] == nil {
		t.Errorf("operation %s", op.raw)
	}
	tenant := string(c.s.Info().Tenants[0].ID)
	got := c.want(c.do("alice", "GET", path, ""), 200, "")
	for name, want := range map[string]any{
		"name": "aks1", "location": "eastus", "type": "Microsoft.ContainerService/ManagedClusters", "tags.kubectl-aad": "managed",
		"properties.provisioningState": "Succeeded", "properties.powerState.code": "Running", "properties.dnsPrefix": "aks1-dns",
		"properties.aadProfile.managed": true, "properties.aadProfile.enableAzureRBAC": false, "properties.aadProfile.tenantID": tenant,
		"properties.enableRBAC": true, "properties.disableLocalAccounts": false, "identity.type": "SystemAssigned", "identity.tenantId": tenant,
	} {
		if v := got.get(name); v != want {
			t.Errorf("%s = %v, want %v", name, v, want)
		}
	}
	if groups, _ := got.get("properties.aadProfile.adminGroupObjectIDs").([]any); len(groups) != 1 || groups[0] != adminGroup {
		t.Errorf("admin groups %v", groups)
	}
	if fqdn, _ := got.get("properties.fqdn").(string); !strings.HasPrefix(fqdn, "aks1-dns-") || !strings.HasSuffix(fqdn, ".hcp.eastus.azmk8s.io") {
		t.Errorf("fqdn %q", fqdn)
	}
	spec := h.starts()[0]
	if !spec.Managed || spec.ServerAppID != string(entra.AKSServer) || spec.ClientAppID != string(entra.AKSClient) ||
		spec.ServerAppSecret != c.s.Directory().ManagedServerSecret() || spec.Tenant != tenant || !slices.Equal(spec.AdminGroups, []string{adminGroup}) {
		t.Errorf("the host got %+v", spec)
	}
	c.want(c.do("admin", "PUT", path, managed(nil)), 200, "")
	if n := len(h.starts()); n != 1 {
		t.Errorf("the same PUT again started it %d times", n)
	}
	for _, list := range []string{c.sub, c.sub + "/resourceGroups/RG1"} {
		if v := c.want(c.do("bob", "GET", list+"/providers/Microsoft.ContainerService/managedClusters", ""), 200, "").doc["value"].([]any); len(v) != 1 {
			t.Errorf("%s lists %d clusters", list, len(v))
		}
	}
	patched := c.want(c.do("admin", "PATCH", path, `{"tags":{"a":"b"}}`), 200, "")
	if patched.get("tags.a") != "b" || patched.get("tags.kubectl-aad") != nil {
		t.Errorf("tags %v", patched.get("tags"))
	}
	c.want(c.do("admin", "POST", path+"/resetAADProfile", `{"serverAppID":"x"}`), 400, "BadRequest")
	c.want(c.do("admin", "PUT", path, managed(legacy("s"))), 400, "BadRequest")
	c.want(c.do("admin", "PUT", path, managed(map[string]any{"dnsPrefix": "other"})), 400, "PropertyChangeNotAllowed")

	deleted := c.want(c.do("admin", "DELETE", path, ""), 202, "")
	c.finish(deleted)
	c.vanish(deleted)
	c.want(c.do("admin", "GET", path, ""), 404, "ResourceNotFound")
	if !slices.Equal(h.stopped, []string{spec.ID}) {
		t.Errorf("stopped %v", h.stopped)
	}
}

func TestLegacyCluster(t *testing.T) {
	h := &host{gate: make(chan error, 5)}
	c := start(t, h)
	path := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	if err := c.s.Fault("arm", "legacy-retired", 1, ""); err != nil {
		t.Fatal(err)
	}
	if a := c.want(c.do("admin", "PUT", path, managed(legacy("hidden-1"))), 400, "BadRequest"); !strings.Contains(a.raw, "aad-legacy") {
		t.Errorf("refusal %s", a.raw)
	}
	h.gate <- nil
	put := c.want(c.do("admin", "PUT", path, managed(legacy("hidden-1"))), 201, "")
	c.finish(put)
	got := c.want(c.do("admin", "GET", path, ""), 200, "")
	if strings.Contains(put.raw+got.raw, "hidden-1") {
		t.Error("the server secret is in an answer")
	}
	if got.get("properties.aadProfile.serverAppID") != directory.ID("s") || got.get("properties.aadProfile.managed") != nil {
		t.Errorf("profile %v", got.get("properties.aadProfile"))
	}
	c.want(c.do("admin", "PUT", path, managed(legacy(""))), 200, "") // the secret stays

	h.gate <- nil
	c.finish(c.want(c.do("admin", "POST", path+"/resetAADProfile", `{"serverAppID":"`+directory.ID("s")+`","clientAppID":"`+directory.ID("c")+`","serverAppSecret":"hidden-2"}`), 202, ""))
	specs := h.starts()
	if len(specs) != 2 || specs[0].ServerAppSecret != "hidden-1" || specs[1].ServerAppSecret != "hidden-2" || specs[0].ID != specs[1].ID {
		t.Fatalf("%d starts, want one with each secret", len(specs))
	}
	h.gate <- nil
	c.finish(c.want(c.do("admin", "PUT", path, managed(nil)), 200, "")) // migration
	if last := h.starts()[2]; !last.Managed || last.ServerAppID != string(entra.AKSServer) {
		t.Errorf("migrated to %+v", last)
	}
}

func TestFailedAndInterruptedStart(t *testing.T) {
	h := &host{gate: make(chan error, 1)}
	c := start(t, h)
	rg := c.group("rg1")
	path := rg + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	h.gate <- errors.New("no free port")
	op := c.finish(c.want(c.do("admin", "PUT", path, managed(nil)), 201, ""))
	if op.doc["status"] != "Failed" || !strings.Contains(op.raw, "no free port") {
		t.Errorf("operation %s", op.raw)
	}
	if a := c.do("admin", "GET", path, ""); a.get("properties.provisioningState") != "Failed" {
		t.Errorf("cluster %s", a.raw)
	}
	c.want(c.do("admin", "POST", path+"/listClusterUserCredential", ""), 409, "OperationNotAllowed")
	h.gate <- nil
	c.finish(c.want(c.do("admin", "PUT", path, managed(nil)), 200, "")) // mends it

	second := rg + "/providers/Microsoft.ContainerService/managedClusters/aks2"
	c.want(c.do("admin", "PUT", second, managed(nil)), 201, "")
	c.vanish(c.want(c.do("admin", "DELETE", rg, ""), 202, "")) // with aks2 still starting
	c.want(c.do("admin", "GET", rg, ""), 404, "ResourceGroupNotFound")
	if len(h.stopped) != 2 {
		t.Errorf("stopped %v", h.stopped)
	}
}

// A PUT with the eTag of a GET goes through once.
func TestETags(t *testing.T) {
	c := start(t, nil)
	path := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	c.header = "If-None-Match: *"
	c.finish(c.want(c.do("admin", "PUT", path, managed(nil)), 201, ""))
	c.header = ""
	before := c.want(c.do("admin", "GET", path, ""), 200, "")
	tag, _ := before.get("eTag").(string)
	if again := c.do("admin", "GET", path, ""); tag == "" || again.get("eTag") != tag {
		t.Fatalf("eTag %q, then %v", tag, again.get("eTag"))
	}
	c.header = "If-Match: " + tag
	changed := c.want(c.do("admin", "PATCH", path, `{"tags":{"a":"b"}}`), 200, "")
	if changed.get("eTag") == tag {
		t.Error("the change left the eTag as it was")
	}
	c.want(c.do("admin", "PATCH", path, `{"tags":{"a":"c"}}`), 412, "PreConditionFailed")
	c.want(c.do("admin", "PUT", path, before.raw), 412, "PreConditionFailed")
	c.header = "If-Match: *"
	put := c.want(c.do("admin", "PUT", path, before.raw), 200, "")
	if tags, _ := put.get("tags").(map[string]any); len(tags) != 1 || tags["kubectl-aad"] == nil {
		t.Errorf("the document put back: %s", put.raw)
	}
	c.header = ""
	c.want(c.do("admin", "DELETE", path, ""), 202, "")
}
