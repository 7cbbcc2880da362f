package apply

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/clitest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// file writes an access file of a set and returns its path.
func file(t *testing.T, set, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), set+".yaml")
	text := "apiVersion: aad.kubectl.dev/v1alpha1\nkind: Access\nmetadata: {name: " + set + "}\n" + body
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const (
	two = `grants:
- {principal: alice@contoso.com, roles: [view], namespaces: [prod, team]}
- {principal: "group:Platform Team", roles: [edit], wholeCluster: true, reason: on call}
`
	one = `grants:
- {principal: alice@contoso.com, roles: [edit], namespaces: [prod]}
`
	onlyCarol = `grants:
- {principal: carol@fabrikam.com, roles: [view, role/deployer], namespaces: [prod], expires: 2026-01-02T03:04:06Z}
`
)

func TestApplyTwice(t *testing.T) {
	s := clitest.Start(t)
	path := file(t, "web", two)
	s.MustDo(t, New, "-f", path, "--yes")
	if !strings.Contains(s.Out.String(), "+ clusterrole/edit for Platform Team in the whole cluster") || len(s.Cluster.Writes()) != 3 {
		t.Fatalf("writes %q, output:\n%s", s.Cluster.Writes(), s.Out.String())
	}
	s.MustDo(t, New, "-f", path) // nothing to ask about
	if !strings.Contains(s.Out.String(), "0 to add, 0 to change, 0 to remove, 3 unchanged") || len(s.Cluster.Writes()) != 3 {
		t.Errorf("writes %q, output:\n%s", s.Cluster.Writes(), s.Out.String())
	}
}

func TestPruneStaysInTheSet(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, New, "-f", file(t, "web", two), "--yes")
	s.MustDo(t, New, "-f", file(t, "ops", onlyCarol), "--yes")
	s.MustDo(t, bind.New, "bob@contoso.com", "-n", "prod")
	s.Foreign("prod", "by-hand", "view", "eve@contoso.com")
	before := len(s.Cluster.Writes())
	s.MustDo(t, New, "-f", file(t, "web", one), "--yes")
	if !strings.Contains(s.Out.String(), "no longer declared, and left") || len(s.Cluster.Writes()) != before+1 {
		t.Errorf("without --prune: %q\n%s", s.Cluster.Writes()[before:], s.Out.String())
	}
	s.MustDo(t, New, "-f", file(t, "web", one), "--yes", "--prune")
	var gone []string
	for _, w := range s.Cluster.Writes()[before+1:] {
		gone = append(gone, w[:strings.LastIndex(w, "-")])
	}
	slices.Sort(gone)
	if want := []string{"DELETE " + clitest.RBAC + "/clusterrolebindings/aad-edit-platform-team",
		"DELETE " + clitest.RBAC + "/namespaces/prod/rolebindings/aad-view-alice-contoso-com",
		"DELETE " + clitest.RBAC + "/namespaces/team/rolebindings/aad-view-alice-contoso-com"}; !slices.Equal(gone, want) {
		t.Errorf("gone %q", gone)
	}
	none := file(t, "web", "grants: []\n")
	if err := s.Do(t, New, "-f", none, "--yes", "--prune"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "declares no grants") {
		t.Errorf("an empty file: %v", err)
	}
	s.MustDo(t, New, "-f", none, "--yes", "--prune", "--allow-empty")
	if !strings.Contains(s.Out.String(), "1 to remove") {
		t.Errorf("output:\n%s", s.Out.String())
	}
}

func TestAGrantIsInOneSet(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, New, "-f", file(t, "web", two), "--yes")
	same := `grants: [{principal: alice@contoso.com, roles: [view], namespaces: [prod]}]`
	ops := file(t, "ops", same)
	err := s.Do(t, New, "-f", ops, "--yes")
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), `in the set "web" and in the set "ops"`) || len(s.Cluster.Writes()) != 3 {
		t.Errorf("error %v", err)
	}
	s.MustDo(t, New, "-f", ops, "--yes", "--take-over")
	if !strings.Contains(s.Out.String(), "(set: web → ops)") {
		t.Errorf("output:\n%s", s.Out.String())
	}
	// The first set's file, as it was, now finds its grant elsewhere.
	if err := s.Do(t, New, "-f", file(t, "web", two), "--yes"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("error %v", err)
	}
	if err := s.Do(t, New, "-f", ops, "-f", file(t, "ops", one), "--yes"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "both the set") {
		t.Errorf("two files of one name: %v", err)
	}
}

func TestWhatBindGaveBecomesTheFiles(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, bind.New, "alice@contoso.com", "-n", "prod", "--clusterrole", "edit")
	s.MustDo(t, New, "-f", file(t, "web", one), "--yes")
	if !strings.Contains(s.Out.String(), "~ clusterrole/edit for Alice@contoso.com in namespace prod (set: none → web)") {
		t.Errorf("output:\n%s", s.Out.String())
	}
	// And bind leaves it in the set.
	s.MustDo(t, bind.New, "alice@contoso.com", "-n", "prod", "--clusterrole", "edit")
	s.MustDo(t, New, "-f", file(t, "web", one))
	if !strings.Contains(s.Out.String(), "1 unchanged") {
		t.Errorf("output:\n%s", s.Out.String())
	}
}

func TestDryRunsAndExitCodes(t *testing.T) {
	s := clitest.Start(t)
	path := file(t, "web", two)
	for _, how := range []string{"server", "client"} {
		err := s.Do(t, New, "-f", path, "--dry-run="+how, "--detailed-exitcode")
		var silent interface{ Silent() bool }
		if fault.ExitCode(err) != 10 || !errors.As(err, &silent) || !silent.Silent() || len(s.Cluster.Writes()) != 0 || !strings.Contains(s.Out.String(), "3 to add") {
			t.Errorf("%s: %v, %q\n%s", how, err, s.Cluster.Writes(), s.Out.String())
		}
		s.MustDo(t, New, "-f", path, "--dry-run="+how)
	}
	s.MustDo(t, New, "-f", path, "--yes", "--detailed-exitcode")
	s.MustDo(t, New, "-f", path, "--dry-run=server", "--detailed-exitcode")
}

func TestPlainManifests(t *testing.T) {
	s := clitest.Start(t)
	s.Cluster.Close() // not even asked
	s.MustDo(t, New, "-f", file(t, "web", two), "--dry-run=client", "-o", "json")
	first := s.Out.String()
	var list struct {
		Items []struct {
			Kind     string
			Metadata struct{ Labels, Annotations map[string]string }
		}
	}
	if err := json.Unmarshal(s.Out.Bytes(), &list); err != nil || len(list.Items) != 3 {
		t.Fatalf("%v\n%s", err, first)
	}
	for _, item := range list.Items {
		if item.Metadata.Labels["aad.kubectl.dev/set"] != "web" || item.Metadata.Annotations["aad.kubectl.dev/granted-at"] != "" {
			t.Errorf("%+v", item)
		}
	}
	if s.MustDo(t, New, "-f", file(t, "web", two), "--dry-run=client", "-o", "json"); s.Out.String() != first {
		t.Error("tomorrow's manifests differ")
	}
}

func TestItAsks(t *testing.T) {
	path := file(t, "web", one)
	s := clitest.Start(t)
	if err := s.Do(t, New, "-f", path); fault.KindOf(err) != fault.Usage || len(s.Cluster.Writes()) != 0 || !strings.Contains(s.Out.String(), "1 to add") {
		t.Errorf("nobody there: %v", err)
	}
	for answer, kind := range map[string]fault.Kind{"n\n": fault.Cancelled, "y\n": 0} {
		s := clitest.Start(t)
		s.InTTY, s.ErrTTY, s.In = true, true, strings.NewReader(answer)
		err := s.Do(t, New, "-f", path)
		if (err != nil) != (kind != 0) || err != nil && fault.KindOf(err) != kind || (len(s.Cluster.Writes()) == 1) != (kind == 0) {
			t.Errorf("%q: %v, %q", answer, err, s.Cluster.Writes())
		}
	}
}

func TestExpiredGrantsGo(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, New, "-f", file(t, "ops", onlyCarol), "--yes")
	over := strings.ReplaceAll(onlyCarol, ":06Z", ":05Z")
	s.MustDo(t, New, "-f", file(t, "ops", over), "--yes")
	if !strings.Contains(s.Out.String(), "2 to remove") || len(s.Cluster.Writes()) != 4 {
		t.Errorf("writes %q\n%s", s.Cluster.Writes(), s.Out.String())
	}
}
