package binding

import (
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestParseRole(t *testing.T) {
	for text, want := range map[string]Role{
		"view": {KindClusterRole, "view"}, "clusterrole/view": {KindClusterRole, "view"}, "role/deployer": {KindRole, "deployer"},
		"ClusterRole/system:node": {KindClusterRole, "system:node"},
	} {
		got, err := ParseRole(text)
		if err != nil || got != want {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
		if again, err := ParseRole(got.String()); err != nil || again != want {
			t.Errorf("%q read again is %+v, %v", got, again, err)
		}
	}
	for _, bad := range []string{"", "role/", "clusterrole/", "user/view", "role/a/b", "a b", "role/../x", "%2e"} {
		if got, err := ParseRole(bad); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q is %+v, %v", bad, got, err)
		}
	}
}
