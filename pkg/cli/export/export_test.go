package export

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/apply"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/clitest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Exported and applied, what bind gave is in a set, and nothing else changes.
func TestExportThenApply(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, bind.New, "alice@contoso.com", "carol@fabrikam.com", "-n", "prod", "-n", "team", "--reason", "=cmd() #1: x")
	s.MustDo(t, bind.New, "e0110000-0000-4000-8000-000000000006", "sp:ci-bot", "-A", "--for", "8h")
	s.MustDo(t, bind.New, "sp:ci-bot", "-n", "prod", "--role", "deployer")
	s.Foreign("", "by-hand", "view", "eve@contoso.com")
	path := filepath.Join(t.TempDir(), "access.yaml")
	var first string
	for i, want := range []string{"0 to add, 7 to change, 0 to remove, 0 unchanged", "0 to add, 0 to change, 0 to remove, 7 unchanged"} {
		s.MustDo(t, New)
		if strings.ContainsAny(s.Out.String(), "\x1b\a\u202e") || strings.Contains(s.Out.String(), "eve@") {
			t.Errorf("exported:\n%s", s.Out.String())
		}
		if i == 1 && s.Out.String() != first {
			t.Errorf("exported:\n%s\nand then:\n%s", first, s.Out.String())
		}
		first = s.Out.String()
		if err := os.WriteFile(path, s.Out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		s.MustDo(t, apply.New, "-f", path, "--yes", "--prune")
		if !strings.Contains(s.Out.String(), want) {
			t.Errorf("no %q in:\n%s", want, s.Out.String())
		}
	}
	if strings.Contains(s.Out.String(), "reason") {
		t.Errorf("a reason changed:\n%s", s.Out.String())
	}
}

func TestWhatIsExported(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, New)
	if !strings.Contains(s.Out.String(), "grants: []") {
		t.Errorf("of nothing:\n%s", s.Out.String())
	}
	path := filepath.Join(t.TempDir(), "web.yaml")
	text := "apiVersion: aad.kubectl.dev/v1alpha1\nkind: Access\nmetadata: {name: web}\ngrants: [{principal: alice@contoso.com, roles: [view], namespaces: [prod]}]\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s.MustDo(t, apply.New, "-f", path, "--yes")
	s.MustDo(t, bind.New, "bob@contoso.com", "-n", "team")
	s.Foreign("prod", "by-hand", "edit", "eve@contoso.com", "system:x")
	tests := []struct {
		args      []string
		has, lack string
	}{
		{nil, "name: exported", "eve@"},
		{nil, "Alice@contoso.com", ""},
		{nil, "bob@contoso.com", ""},
		{[]string{"--set", "web"}, "name: web", "bob@"},
		{[]string{"-n", "prod"}, "name: web", "bob@"},
		{[]string{"--foreign", "--name", "all"}, "eve@contoso.com", "system:"},
		{[]string{"-o", "json"}, `"kind": "Access"`, ""},
	}
	for _, tt := range tests {
		s.MustDo(t, New, tt.args...)
		if out := s.Out.String(); !strings.Contains(out, tt.has) || tt.lack != "" && strings.Contains(out, tt.lack) {
			t.Errorf("%q:\n%s", tt.args, out)
		}
	}
	for _, args := range [][]string{{"-o", "table"}, {"-o", "xml"}, {"--set", "a", "--foreign"}} {
		if err := s.Do(t, New, args...); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", args, err)
		}
	}
}
