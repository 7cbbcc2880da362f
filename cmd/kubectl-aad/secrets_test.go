package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// Nothing that Entra ID gave, nor a client's secret, is in stderr at the highest
// verbosity, in a file that others can read, or in any file but a cached token.
func TestNoSecretIsShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	g, home := w.gateway(), t.TempDir()
	secret, err := os.ReadFile(w.BotSecretFile())
	if err != nil {
		t.Fatal(err)
	}
	bot := []string{"--login", "spn", "--client-id", string(w.Info().Apps.CIBot)}
	given := strings.TrimSpace(string(secret))
	said := ""
	for _, tc := range []struct {
		env    []string
		args   []string
		person bool
		code   int
	}{
		{nil, nil, true, 0},
		{nil, nil, false, 0},
		{[]string{"AZURE_CLIENT_SECRET=" + given}, bot, false, 0},
		{[]string{"AZURE_CLIENT_SECRET=wrong-" + given}, bot, false, 24},
	} {
		w.expire()
		env := append([]string{interactive, "HOME=" + home, "TMPDIR=" + home}, tc.env...)
		r := w.start(env, w.args(append([]string{"--cloud", g.cloud, "-v", "10"}, tc.args...)...)...)
		if tc.person {
			if err := w.SignIn(t.Context(), "alice", w.prompted(r)); err != nil {
				t.Fatal(err)
			}
		}
		w.must(r, tc.code)
		said += r.errOut.String()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.secrets) < 7 { // a device code, two refreshes' and the robot's tokens
		t.Fatalf("Entra ID gave %d secrets", len(g.secrets))
	}
	for _, root := range []string{home, string(w.cache)} {
		w.search(root, append(g.secrets, given), said)
	}
}

// search looks for secrets under root and in what was said.
func (w *world) search(root string, secrets []string, said string) {
	w.t.Helper()
	for i, s := range secrets {
		if strings.Contains(said, s) {
			w.t.Errorf("secret %d is in stderr: %s", i, said)
		}
	}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(path)
		for i, s := range secrets {
			token := filepath.Base(filepath.Dir(path)) == "tokens" && info.Mode().Perm() == 0o600 && strings.Count(s, ".") == 2
			if strings.Contains(string(content), s) && !token {
				w.t.Errorf("secret %d is in %s (%v)", i, path, info.Mode())
			}
		}
		if info.Mode().Perm()&0o077 != 0 {
			w.t.Errorf("others can read %s (%v)", path, info.Mode())
		}
		return err
	})
	if err != nil {
		w.t.Error(err)
	}
}
