package lint

import (
	"encoding/json"
	"encoding/xml"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const dev = worldtest.RBAC + "/namespaces/dev/rolebindings/"

// start is a cluster with one wrong binding of several sorts.
func start(t *testing.T) *worldtest.World {
	w := worldtest.Start(t)
	for _, role := range []string{"view", "cluster-admin"} {
		w.Server.Put(worldtest.RBAC+"/clusterroles/"+role, map[string]any{})
	}
	w.Bind("dev", "fine", "ClusterRole/view", "User/alice@contoso.com")
	w.Bind("dev", "guest", "ClusterRole/view", "User/carol@fabrikam.com")
	w.Bind("dev", "mixed", "ClusterRole/view", "User/alice@contoso.com", "User/"+string(worldtest.Alice.ID), "User/zoe@contoso.com")
	w.Bind("dev", "lost", "Role/gone", "User/alice@contoso.com")
	w.Bind("", "boss", "ClusterRole/cluster-admin", "User/alice@contoso.com")
	old := w.Bind("dev", "aad-old", "ClusterRole/view", "User/alice@contoso.com")
	old["metadata"].(map[string]any)["labels"] = map[string]any{"app.kubernetes.io/managed-by": "kubectl-aad"}
	old["metadata"].(map[string]any)["annotations"] = map[string]any{"aad.kubectl.dev/expires-at": "2026-01-01T00:00:00Z"}
	return w
}

var all = []string{"direct-cluster-admin/clusterrolebinding/boss", "expired-grant/dev/rolebinding/aad-old", "guest-by-name/dev/rolebinding/guest",
	"missing-role/dev/rolebinding/lost", "member-by-object-id/dev/rolebinding/mixed", "unknown-principal/dev/rolebinding/mixed"}

func names(w *worldtest.World) []string {
	return strings.Split(strings.TrimSpace(w.Stdout.String()), "\n")
}

func TestLint(t *testing.T) {
	w := start(t)
	err := w.Run(t, New(w.Factory), "-o", "name")
	if got := names(w); fault.ExitCode(err) != 1 || !slices.Equal(got, all) {
		t.Errorf("%v, %q", err, got)
	}
	err = w.Run(t, New(w.Factory))
	if out := w.Stdout.String(); err == nil || !strings.Contains(out, "kubectl aad bind carol@fabrikam.com --clusterrole=view -n dev\n") || !strings.HasSuffix(out, "6 bindings read: 5 errors, 1 warnings\n") {
		t.Errorf("%v\n%s", err, out)
	}
	if err := w.Run(t, New(w.Factory), "--rule", "guest-by-name", "-o", "name"); err == nil || len(names(w)) != 1 {
		t.Errorf("one rule: %v, %q", err, names(w))
	}
	if err := w.Run(t, New(w.Factory), "--rule", "wrong-kind"); err != nil {
		t.Errorf("nothing found: %v", err)
	}
}

// Without the directory the rest is looked at, and a clean report is not called
// complete.
func TestWithoutTheDirectory(t *testing.T) {
	w := start(t)
	w.Blind()
	err := w.Run(t, New(w.Factory), "-o", "name")
	if got := names(w); fault.ExitCode(err) != 1 || len(got) != 3 {
		t.Errorf("%v, %q", err, got)
	}
	if err := w.Run(t, New(w.Factory), "--rule", "guest-by-name"); fault.KindOf(err) != fault.Incomplete {
		t.Errorf("%v", err)
	}
}

func TestFormatsForCI(t *testing.T) {
	w := start(t)
	_ = w.Run(t, New(w.Factory), "-o", "sarif")
	var sarif struct {
		Version string
		Runs    []struct {
			Tool struct {
				Driver struct{ Rules []struct{ ID string } }
			}
			Results []struct {
				RuleID, Level string
				Locations     []any
			}
		}
	}
	if err := json.Unmarshal(w.Stdout.Bytes(), &sarif); err != nil || sarif.Version != "2.1.0" || len(sarif.Runs) != 1 ||
		len(sarif.Runs[0].Tool.Driver.Rules) != len(audit.Rules) || len(sarif.Runs[0].Results) != 6 || sarif.Runs[0].Results[0].Level != "warning" || len(sarif.Runs[0].Results[0].Locations) != 1 {
		t.Errorf("%v, %+v", err, sarif)
	}
	_ = w.Run(t, New(w.Factory), "-o", "junit")
	var junit struct {
		Tests    int `xml:"tests,attr"`
		Failures int `xml:"failures,attr"`
		Cases    []struct {
			Failure *struct{} `xml:"failure"`
		} `xml:"testcase"`
	}
	if err := xml.Unmarshal(w.Stdout.Bytes(), &junit); err != nil || junit.Failures != 6 || junit.Tests != len(junit.Cases) || junit.Tests != 6+len(audit.Rules)-6 {
		t.Errorf("%v, %+v", err, junit)
	}
	_ = w.Run(t, New(w.Factory), "-o", "json")
	var doc struct{ Items []item }
	if err := json.Unmarshal(w.Stdout.Bytes(), &doc); err != nil || len(doc.Items) != 6 || doc.Items[2].Subject.Name != "carol@fabrikam.com" {
		t.Errorf("%v, %+v", err, doc)
	}
}

// A fix asks, mends, and can be taken back to the letter.
func TestFixAndUndo(t *testing.T) {
	w := start(t)
	before := map[string]any{}
	for _, name := range []string{"guest", "mixed", "lost", "aad-old"} {
		before[name] = w.Server.Object(dev + name)["subjects"]
	}
	file := filepath.Join(t.TempDir(), "undo.json")
	fix := []string{"--fix", "--include-foreign", "--undo-file", file, "-o", "name"}
	if err := w.Run(t, New(w.Factory), fix...); fault.KindOf(err) != fault.Usage || len(w.Server.Writes()) != 0 {
		t.Fatalf("without a terminal: %v, %q", err, w.Server.Writes())
	}
	if err := w.Run(t, New(w.Factory), append(fix, "--yes")...); fault.ExitCode(err) != 1 { // cluster-admin is left
		t.Fatalf("%v\n%s", err, w.Stderr.String())
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("undo file: %v, %v", info, err)
	}
	err := w.Run(t, New(w.Factory), "-o", "name")
	if got := names(w); !slices.Equal(got, all[:1]) {
		t.Errorf("after the fix: %v, %q\n%s", err, got, w.Stderr.String())
	}
	if subjects, _ := w.Server.Object(dev + "mixed")["subjects"].([]any); len(subjects) != 1 || w.Server.Object(dev+"guest") != nil {
		t.Errorf("mixed %v, guest %v", subjects, w.Server.Object(dev+"guest"))
	}
	if err := w.Run(t, New(w.Factory), "--undo", file); err != nil {
		t.Fatal(err)
	}
	for name, want := range before {
		if got := w.Server.Object(dev + name)["subjects"]; !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, was %v", name, got, want)
		}
	}
	_ = w.Run(t, New(w.Factory), "-o", "name")
	if got := names(w); !slices.Equal(got, all) {
		t.Errorf("after the undo: %q", got)
	}
	if err := w.Run(t, New(w.Factory), append(fix, "--yes")...); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an undo file was written over: %v", err)
	}
}

// Without the flag, what others made is added to and not changed.
func TestForeignBindingsAreLeft(t *testing.T) {
	w := start(t)
	_ = w.Run(t, New(w.Factory), "--fix", "--yes", "--undo-file", filepath.Join(t.TempDir(), "u"))
	for _, write := range w.Server.Writes() {
		if !strings.Contains(write, "/aad-") {
			t.Errorf("wrote %s", write)
		}
	}
	if len(w.Server.Writes()) != 2 { // carol by object id, and the expired one
		t.Errorf("writes %q", w.Server.Writes())
	}
}

func TestUsage(t *testing.T) {
	w := start(t)
	other := filepath.Join(t.TempDir(), "other")
	os.WriteFile(other, []byte(`{"kind":"LintUndo","server":"https://elsewhere"}`), 0o600)
	for _, args := range [][]string{{"-o", "xml"}, {"-A", "-n", "x"}, {"--rule", "nope"}, {"--undo", "/nowhere"}, {"--undo", other}} {
		if err := w.Run(t, New(w.Factory), args...); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", args, err)
		}
	}
}

// Role assignments of who is gone are found, and mended by hand; without the
// right to see them lint is not done.
func TestAzurePlane(t *testing.T) {
	w := worldtest.Start(t)
	w.Server.Put(worldtest.RBAC+"/clusterroles/view", map[string]any{})
	azure := w.OnAKS(t)
	azure.Give(worldtest.AKS+"/namespaces/dev", "reader", worldtest.Alice, "")
	if err := w.Run(t, New(w.Factory)); err != nil {
		t.Errorf("all is well: %v\n%s", err, w.Stdout.String())
	}
	gone := worldtest.Alice
	gone.ID = "dead0000-0000-4000-8000-000000000009"
	azure.Give(worldtest.AKS+"/namespaces/dev", "reader", gone, azurerbac.Described(""))
	err := w.Run(t, New(w.Factory))
	if want := "kubectl aad unbind " + string(gone.ID) + " --plane=azure --role=reader -n dev"; fault.ExitCode(err) != 1 || !strings.Contains(w.Stdout.String(), want) {
		t.Errorf("%v\n%s", err, w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "--fix", "--yes"); fault.ExitCode(err) != 1 || len(azure.Writes) > 0 || !strings.Contains(w.Stderr.String(), "1 findings are left to you") {
		t.Errorf("%v %q %s", err, azure.Writes, w.Stderr.String())
	}
	azure.Err = fault.New(fault.Forbidden, "AuthorizationFailed")
	if err := w.Run(t, New(w.Factory)); fault.ExitCode(err) != 3 || !strings.Contains(err.Error(), "the azure plane could not be read") {
		t.Errorf("without the right: %v", err)
	}
}
