package lint

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// What is right and wrong depends on the cluster's rule; --fix writes by it.
func TestLintByTheClustersRule(t *testing.T) {
	w := worldtest.Start(t)
	w.Server.Put(worldtest.RBAC+"/clusterroles/view", map[string]any{})
	w.Bind("dev", "fine", "ClusterRole/view", "User/entra:alice@contoso.com", "Group/entra:"+string(worldtest.Platform.ID))
	w.Bind("dev", "bare", "ClusterRole/view", "User/dave@contoso.com")
	w.Bind("dev", "guest", "ClusterRole/view", "User/entra:carol@fabrikam.com")
	w.Bind("dev", "member", "ClusterRole/view", "User/entra:"+string(worldtest.Alice.ID))
	flags := []string{"--username-prefix", "entra:", "--groups-prefix", "entra:"}
	want := []string{"name-spelling/dev/rolebinding/bare", "guest-by-name/dev/rolebinding/guest", "member-by-object-id/dev/rolebinding/member"}
	if err := w.Run(t, New(w.Factory), append(flags, "-o", "name")...); fault.ExitCode(err) != 1 || !slices.Equal(names(w), want) {
		t.Errorf("%v, %q", err, names(w))
	}
	if !strings.Contains(w.Stderr.String(), "this cluster: nothing tells") {
		t.Errorf("by which rule is not said: %s", w.Stderr.String())
	}
	if err := w.Run(t, New(w.Factory), append(flags, "--rule", "guest-by-name", "--fix", "--yes", "--include-foreign", "--undo-file", t.TempDir()+"/undo")...); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.Stderr.String(), `to User "entra:`+string(worldtest.Carol.ID)+`"`) {
		t.Errorf("mended as\n%s", w.Stderr.String())
	}
	w.Authenticator = factory.Authenticator{}
	if err := w.Run(t, New(w.Factory), "-o", "name"); fault.ExitCode(err) != 1 || !slices.Contains(names(w), "unknown-principal/dev/rolebinding/fine") {
		t.Errorf("without the prefix: %q", names(w))
	}
}
