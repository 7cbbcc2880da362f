package access

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const head = "apiVersion: aad.kubectl.dev/v1alpha1\nkind: Access\nmetadata: {name: web}\n"

func TestRead(t *testing.T) {
	set, err := Read("a.yaml", strings.NewReader(head+`contexts: [a, b]
grants:
- principal: group:"Platform Team"
  name: Platform
  roles: [view, role/deployer]
  namespaces: [dev, prod]
  contexts: [b]
  expires: 2026-12-31T18:00:00+01:00
  reason: on call
- {principal: alice@contoso.com, roles: [view], wholeCluster: true}
- {principal: bob@contoso.com, roles: [view], namespaceSelector: "team in (a, b)"}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Entry{
		Where: "a.yaml, line 6", Ref: directory.Ref{Text: "Platform Team", Kind: entra.Group, By: directory.Name}, Name: "Platform",
		Roles: []binding.Role{{Kind: binding.KindClusterRole, Name: "view"}, {Kind: binding.KindRole, Name: "deployer"}},
		Reach: binding.Reach{Namespaces: []string{"dev", "prod"}}, Contexts: []string{"b"}, Reason: "on call",
	}
	got := set.Entries[0]
	if !got.Expires.Equal(time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC)) {
		t.Errorf("expires %v", got.Expires)
	}
	if got.Expires = (time.Time{}); !reflect.DeepEqual(got, want) || set.Name != "web" {
		t.Errorf("read %+v", set)
	}
	if a, b := len(set.In("a")), len(set.In("b")); a != 2 || b != 3 || set.Entries[2].Selector == "" || set.Entries[1].Where != "a.yaml, line 13" {
		t.Errorf("%d and %d entries of %+v", a, b, set.Entries)
	}
}

// Everything that is wrong is told, with its line.
func TestReadSaysWhatIsWrongAndWhere(t *testing.T) {
	tests := map[string][]string{
		"": {"x.yaml: it is empty"}, "# nothing\n": {"it is empty"}, "[]": {"line 1: cannot unmarshal"}, "x: 1\na: b: c": {"line 2"},
		"apiVersion: v1\nkind: Role\nmetadata: {}\ngrants: []\n": {`line 1: apiVersion is "v1"`, `line 2: kind is "Role"`, "line 3: metadata.name"},
		head + "grants: []\n---\n" + head:                        {"more than one document"},
		head + "grants:\n- principle: x\n  roles: view\n":        {"line 5: field principle not found", "line 6: cannot unmarshal !!str `view`"},
		head + "grants: []\ngrants: []\n":                        {`line 5: mapping key "grants" already defined at line 4`},
		head + "grants:\n- principal: me\n  roles: [view]\n  namespaces: [x]\n- roles: []\n  namespaces: [Dev]\n  expires: tomorrow\n": {
			`line 5: principal: who "me" is`, "line 8: principal: no principal named", "line 8: roles: name at least one", `line 9: namespaces: "Dev"`, `line 10: expires: "tomorrow"`},
		head + "grants:\n- {principal: a, roles: [user/x], namespaces: [a], wholeCluster: true}\n": {`roles: "user/x" is no role`, "say where by one of"},
		head + "grants:\n- {principal: a, roles: [role/x], wholeCluster: true}\n":                  {"role/x is a role of one namespace"},
		head + "grants:\n- {principal: a, roles: [x]}\n":                                           {"line 5: say where"},
		head + "contexts: [a, a]\ngrants:\n- {principal: a, roles: [x], wholeCluster: true, contexts: [c]}\n": {
			`context "a" is named twice`, `line 6: contexts: "c" is not among`},
		head + "grants:\n- {principal: a, roles: [x], wholeCluster: true, reason: \"a\\e[2J\"}\n": {"reason: it must be one line"},
	}
	for text, says := range tests {
		_, err := Read("x.yaml", strings.NewReader(text))
		if fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", text, err)
			continue
		}
		for _, s := range says {
			if !strings.Contains(err.Error(), s) || strings.Contains(err.Error(), "access.") {
				t.Errorf("%q: no %q in:\n%v", text, s, err)
			}
		}
	}
}

func TestExamplesAreRead(t *testing.T) {
	for _, path := range examples(t) {
		data, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer data.Close()
		if set, err := Read(path, data); err != nil || len(set.Entries) == 0 {
			t.Errorf("%s: %+v, %v", path, set, err)
		}
	}
}

func examples(t *testing.T) []string {
	t.Helper()
	paths, err := filepath.Glob("../../../docs/examples/access*.yaml")
	if err != nil || len(paths) < 2 {
		t.Fatalf("examples %q, %v", paths, err)
	}
	return paths
}

func FuzzRead(f *testing.F) {
	f.Add(head + "grants:\n- &a {principal: a, roles: [x], wholeCluster: true}\n- *a\n")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		set, err := Read("x", strings.NewReader(text))
		if err != nil && fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", text, err)
		}
		for _, e := range set.Entries {
			if err == nil && (len(e.Roles) == 0 || e.Ref.Text == "") {
				t.Errorf("%q gives %+v", text, e)
			}
		}
	})
}
