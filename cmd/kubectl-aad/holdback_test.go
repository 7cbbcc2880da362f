package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// fiveTimes starts the plugin as kubectl's discovery does: in a row, by one
// process, whatever comes of it. It prints the exit codes.
const fiveTimes = `for i in 1 2 3 4 5; do "$@"; printf ' %d' $?; done`

// shell starts the plugin by another process, which is its parent.
func (w *world) shell(script string, env []string, args ...string) *run {
	w.t.Helper()
	r := &run{cmd: exec.Command("/bin/sh", append([]string{"-c", script, "sh", w.front}, args...)...), done: make(chan struct{})}
	r.cmd.Env = append([]string{asCore + "=1", "HOME=" + w.t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	w.launch(r)
	return r
}

// A refused sign-in is not asked for again by the same kubectl, and is by the
// next.
func TestKubectlAsksFiveTimesAndThePersonOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	for range 2 {
		w.ResetRequests()
		r := w.shell(fiveTimes, []string{interactive}, w.args()...)
		_ = w.SignIn(context.Background(), "erin", w.prompted(r)) // Conditional Access refuses her
		w.must(r, 0)
		said := r.errOut.String()
		if r.out.String() != " 21 21 21 21 21" || strings.Count(said, "enter the code") != 1 || w.requests("devicecode") != 1 {
			t.Fatalf("exit codes%s, %d device codes, stderr %q", r.out.String(), w.requests("devicecode"), said)
		}
		if strings.Count(said, "aad: error:") != 5 || strings.Count(said, "aad: hint: kubectl aad explain AADSTS") != 1 {
			t.Errorf("stderr %q", said)
		}
	}
}

// A person who types the command again means it.
func TestAPersonIsNotHeldBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	r := w.shell(strings.ReplaceAll(fiveTimes, "3 4 5", ""), nil, w.args("--show-token")...)
	_ = w.SignIn(context.Background(), "erin", w.prompted(r))
	for range 400 {
		if codes := codeOf.FindAllStringSubmatch(r.errOut.String(), -1); len(codes) == 2 {
			_ = w.SignIn(context.Background(), "erin", codes[1][1])
			w.wait(r)
			return
		}
		pause()
	}
	t.Errorf("asked %d times: %s", w.requests("devicecode"), r.errOut.String())
}

// client-go starts the plugin again after a 401: the same program gets another
// token once, then a word about doctor, and always a token.
func TestRefusedByTheAPIServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.age(time.Hour)
	w.ResetRequests()
	r := w.shell(fiveTimes+"; "+fiveTimes, []string{interactive}, w.args()...)
	w.must(r, 0)
	if n, said := w.requests(""), r.errOut.String(); n != 1 || strings.Count(r.out.String(), "ExecCredential") != 10 ||
		strings.Count(r.out.String(), " 0") != 10 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "kubectl aad doctor") {
		t.Errorf("%d requests, said %q, stdout %d bytes", n, said, len(r.out.String()))
	}
	w.ResetRequests()
	r = w.shell(fiveTimes, nil, w.args()...) // not by client-go
	if w.must(r, 0); w.requests("") != 0 || r.errOut.String() != "" {
		t.Errorf("a person got %d requests, %q", w.requests(""), r.errOut.String())
	}
}

// k9s and terraform ask for three contexts at once, with one command line, again
// and again: they get a token each time, and cost one refresh.
func TestOneProgramAsksSixtyTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.age(time.Hour)
	w.ResetRequests()
	const script = `for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		for context in a b c; do "$@" >"$HOME/$i$context" & done; wait; done`
	home := t.TempDir()
	r := w.shell(script, []string{interactive, "HOME=" + home}, w.args()...)
	w.must(r, 0)
	files, err := filepath.Glob(filepath.Join(home, "*"))
	if err != nil {
		t.Fatal(err)
	}
	tokens := 0
	for _, f := range files {
		if data, err := os.ReadFile(f); err == nil && strings.Count(string(data), `"kind":"ExecCredential"`) == 1 {
			tokens++
		}
	}
	if n := w.requests(""); tokens != 60 || n != 1 {
		t.Errorf("%d tokens, %d requests, stderr %q", tokens, n, r.errOut.String())
	}
}

// Nor does it keep anybody from a token when Entra is down.
func TestRefusedAndEntraIsDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.age(time.Hour)
	if err := w.Fault("login", "hang", 0, ""); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	r := w.shell(fiveTimes, []string{interactive}, w.args()...)
	w.must(r, 0)
	if d := time.Since(began); r.out.String() == "" || strings.Count(r.out.String(), "} 0")+strings.Count(r.out.String(), "}\n 0") != 5 || d > 5*time.Second {
		t.Errorf("%v, stdout %q, stderr %q", d, r.out.String(), r.errOut.String())
	}
}

// age makes every cached token one that was got a while ago.
func (w *world) age(d time.Duration) {
	w.t.Helper()
	w.cache.EveryToken(func(key string, e tokencache.Entry) {
		e.Obtained = e.Obtained.Add(-d)
		if err := w.cache.Put(key, e); err != nil {
			w.t.Fatal(err)
		}
	})
}
