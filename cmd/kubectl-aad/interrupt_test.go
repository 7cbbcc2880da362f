package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// The lock of a killed process is free, and its prompt is nobody's: the next
// one asks.
func TestTheHolderIsKilled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	first := w.start([]string{interactive}, w.args()...)
	w.prompted(first)
	second := w.start([]string{interactive}, w.args()...)
	for range 400 {
		if strings.Contains(second.errOut.String(), "waiting for the sign-in") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := w.SignIn(context.Background(), "alice", w.prompted(second)); err != nil {
		t.Fatal(err)
	}
	w.must(second, 0)
	w.token(second)
}

// Ctrl-C ends the wait, and does not leave the others with a prompt each.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	first := w.start([]string{interactive}, w.args()...)
	w.prompted(first)
	second := w.start([]string{interactive}, w.args()...)
	for range 400 {
		if strings.Contains(second.errOut.String(), "waiting for the sign-in") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if err := first.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	w.must(first, 26)
	w.must(second, 26)
	if n := w.requests("devicecode"); n != 1 {
		t.Errorf("%d prompts", n)
	}
}

// A kubeconfig that somebody sent names a cloud file that calls itself public,
// or another authority: it gets neither a token nor a refresh token.
func TestAHostileKubeconfig(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	evil := newWorld(t, sandbox.Options{})
	evil.cache = w.cache
	data, err := os.ReadFile(evil.CloudFile())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(evil.Dir(), "public.json")
	if err := os.WriteFile(file, []byte(strings.Replace(string(data), `"sandbox"`, `"public"`, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	silent := strings.Replace(interactive, "true", "false", 1)
	evil.must(evil.start([]string{silent}, w.args("--cloud", file)...), 20)
	if n := evil.requests(""); n != 0 {
		t.Errorf("the stranger got %d requests", n)
	}
	authority := evil.Info().Endpoints.Login + "/"
	r := w.start([]string{silent}, w.args("--authority-host", authority)...)
	w.must(r, 2)
	if n := evil.requests(""); n != 0 || !strings.Contains(r.errOut.String(), "cloud file") {
		t.Errorf("the stranger got %d requests; stderr %q", n, r.errOut.String())
	}
}
