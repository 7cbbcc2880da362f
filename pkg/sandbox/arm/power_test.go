package arm_test

import (
	"context"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/arm"
)

func TestStopAndStart(t *testing.T) {
	c := start(t, nil)
	cluster := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	c.finish(c.want(c.do("admin", "PUT", cluster, managed(nil)), 201, ""))
	c.want(c.do("alice", "POST", cluster+"/stop", ""), 403, "AuthorizationFailed")
	c.vanish(c.want(c.do("admin", "POST", cluster+"/stop", ""), 202, ""))
	stopped := c.want(c.do("admin", "GET", cluster, ""), 200, "")
	if stopped.get("properties.powerState.code") != "Stopped" || stopped.get("properties.provisioningState") != "Succeeded" {
		t.Errorf("stopped: %s", stopped.raw)
	}
	again := c.want(c.do("admin", "POST", cluster+"/stop", ""), 409, "OperationNotAllowed")
	if !strings.Contains(again.raw, "Provisioning State(Succeeded) and Power State(Stopped), stopping cannot be performed") {
		t.Errorf("stopped twice: %s", again.raw)
	}
	c.want(c.do("admin", "PUT", cluster, managed(nil)), 400, "OperationNotAllowed")
	c.vanish(c.want(c.do("admin", "POST", cluster+"/start", ""), 202, ""))
	c.want(c.do("admin", "POST", cluster+"/start", ""), 409, "OperationNotAllowed")
	got := c.want(c.do("admin", "GET", cluster, ""), 200, "")
	if got.get("properties.powerState.code") != "Running" || got.get("properties.identityProfile.kubeletidentity.objectId") == nil {
		t.Errorf("started: %s", got.raw)
	}
	c.want(c.do("admin", "POST", cluster+"x/stop", ""), 404, "ResourceNotFound")
}

// deletesOnly is a host whose Stop would lose the cluster's data.
type deletesOnly struct{ inner arm.Recorder }

func (d deletesOnly) Start(ctx context.Context, spec arm.ClusterSpec) (arm.ClusterInfo, error) {
	return d.inner.Start(ctx, spec)
}
func (d deletesOnly) Stop(ctx context.Context, id string) error { return d.inner.Stop(ctx, id) }

func TestStopNeedsAPauser(t *testing.T) {
	c := start(t, deletesOnly{})
	cluster := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	c.finish(c.want(c.do("admin", "PUT", cluster, managed(nil)), 201, ""))
	c.want(c.do("admin", "POST", cluster+"/stop", ""), 400, "OperationNotAllowed")
}

func TestPoolsAndQuota(t *testing.T) {
	c := start(t, nil)
	path := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/"
	pools := func(list ...map[string]any) string { return managed(map[string]any{"agentPoolProfiles": list}) }
	for _, tt := range []struct {
		body, code string
	}{
		{pools(map[string]any{"name": "Pool", "count": 1}), "InvalidParameter"},
		{pools(map[string]any{"name": "averylongname", "count": 1}), "InvalidParameter"},
		{pools(map[string]any{"name": "a", "count": 1001}), "InvalidParameter"},
		{pools(map[string]any{"name": "a"}, map[string]any{"name": "a"}), "InvalidParameter"},
		{pools(map[string]any{"name": "a", "mode": "User"}), "InvalidParameter"},
		{pools(map[string]any{"name": "a", "count": 51, "vmSize": "Standard_DS2_v2"}), "ErrCode_InsufficientVCPUQuota"},
		{pools(map[string]any{"name": "a", "count": 13, "vmSize": "Standard_D8s_v5"}), "ErrCode_InsufficientVCPUQuota"},
	} {
		c.want(c.do("admin", "PUT", path+"aks1", tt.body), 400, tt.code)
	}
	c.finish(c.want(c.do("admin", "PUT", path+"aks1", pools(map[string]any{"name": "a", "count": 40, "vmSize": "Standard_DS2_v2"})), 201, ""))
	a := c.want(c.do("admin", "PUT", path+"aks2", pools(map[string]any{"name": "a", "count": 11, "vmSize": "Standard_DS2_v2"})), 400, "ErrCode_InsufficientVCPUQuota")
	if !strings.Contains(a.raw, "left regional vcpu quota 20, requested quota 22") {
		t.Errorf("quota: %s", a.raw)
	}
	if list := c.want(c.do("admin", "GET", path+"aks1/agentPools", ""), 200, ""); !strings.Contains(list.raw, `"currentOrchestratorVersion"`) {
		t.Errorf("pools: %s", list.raw)
	}
	c.want(c.do("admin", "GET", path+"aks1/agentPools/b", ""), 404, "NotFound")
}

func TestProviders(t *testing.T) {
	c := start(t, nil)
	if p := c.want(c.do("alice", "GET", c.sub+"/providers/microsoft.containerservice", ""), 200, ""); p.get("registrationState") != "Registered" {
		t.Errorf("provider %s", p.raw)
	}
	c.want(c.do("admin", "POST", c.sub+"/providers/Microsoft.ContainerService/register", ""), 200, "")
	c.want(c.do("admin", "GET", c.sub+"/providers/Microsoft.Nothing", ""), 404, "InvalidResourceNamespace")
	if a := c.want(c.do("alice", "GET", "/providers/Microsoft.ContainerService/operations", ""), 200, ""); !strings.Contains(a.raw, "managedClusters/listClusterUserCredential/action") {
		t.Errorf("operations %s", a.raw)
	}
	if a := c.want(c.do("alice", "GET", c.sub+"/locations", ""), 200, ""); !strings.Contains(a.raw, `"westeurope"`) {
		t.Errorf("locations %s", a.raw)
	}
}

func TestOperationFails(t *testing.T) {
	c := start(t, nil)
	cluster := c.group("rg1") + "/providers/Microsoft.ContainerService/managedClusters/aks1"
	fault := func() {
		t.Helper()
		if err := c.s.Fault("arm", "operation-failed", 1, ""); err != nil {
			t.Fatal(err)
		}
	}
	fault()
	if op := c.finish(c.want(c.do("admin", "PUT", cluster, managed(nil)), 201, "")); op.doc["status"] != "Failed" || op.get("error.message") == nil {
		t.Errorf("operation %s", op.raw)
	}
	if got := c.do("admin", "GET", cluster, ""); got.get("properties.provisioningState") != "Failed" {
		t.Errorf("cluster %s", got.raw)
	}
	c.finish(c.want(c.do("admin", "PUT", cluster, managed(nil)), 200, ""))
	fault()
	stop := c.want(c.do("admin", "POST", cluster+"/stop", ""), 202, "")
	if op := c.finish(stop); op.doc["status"] != "Failed" {
		t.Errorf("stop %s", op.raw)
	}
	if got := c.do("admin", "GET", cluster, ""); got.get("properties.powerState.code") != "Running" || got.get("properties.provisioningState") != "Failed" {
		t.Errorf("after the stop %s", got.raw)
	}
}
