package arm_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestKeptState(t *testing.T) {
	c := start(t, nil)
	rg := c.group("rg1")
	path := rg + "/providers/Microsoft.ContainerService/managedClusters/"
	for _, name := range []string{"on", "off"} {
		c.finish(c.want(c.do("admin", "PUT", path+name, managed(nil)), 201, ""))
	}
	c.vanish(c.want(c.do("admin", "POST", path+"off/stop", ""), 202, ""))
	erin, _ := c.s.Directory().Tenants()[0].Person("erin")
	c.want(c.do("admin", "PUT", at(rg, "1"), assignment(reader, string(erin.ID), "")), 201, "")
	file := filepath.Join(t.TempDir(), "state.json")
	if err := c.s.Save(file); err != nil {
		t.Fatal(err)
	}
	if err := c.s.Close(); err != nil {
		t.Fatal(err)
	}

	again := startWith(t, sandbox.Options{State: file})
	for name, want := range map[string]string{"on": "Running", "off": "Stopped"} {
		got := again.do("erin", "GET", path+name, "")
		for range 500 {
			if got.get("properties.provisioningState") == "Succeeded" {
				break
			}
			time.Sleep(2 * time.Millisecond)
			got = again.do("erin", "GET", path+name, "")
		}
		if got.get("properties.powerState.code") != want || got.get("properties.aadProfile.managed") != true {
			t.Errorf("%s: %s", name, got.raw)
		}
	}
	again.want(again.do("alice", "POST", path+"on/listClusterUserCredential", ""), 200, "")
	if err := again.s.Save(file); err != nil { // what was kept can be kept again
		t.Fatal(err)
	}
}
