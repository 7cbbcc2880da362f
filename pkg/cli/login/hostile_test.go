package login_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/logout"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/status"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// User names are somebody else's text, also when they come from our own files.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(login.New)
	dir := tokencache.Dir(filepath.Join(w.env["HOME"], ".kube", "cache", "aad"))
	dir.EveryAccount(func(name string, a tokencache.Accounts) {
		a.Tenant, a.Known[0].Username = "\x1b[2Jt", "alice\x1b]0;evil\x07\u202e\n\x9b31m"
		if err := dir.PutAccounts(name, a); err != nil {
			t.Fatal(err)
		}
	})
	for _, format := range printer.Formats() {
		out := w.must(status.New, "-o", format)
		if strings.ContainsAny(out, "\x1b\x07\u202e\u009b") || !strings.Contains(out, "alice") {
			t.Errorf("%s: %q", format, out)
		}
	}
	if out := w.must(logout.New, "--all"); strings.ContainsAny(out, "\x1b\x07\u202e\u009b") {
		t.Errorf("logout: %q", out)
	}
}
