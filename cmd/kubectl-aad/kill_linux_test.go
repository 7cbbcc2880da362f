package main

import (
	"context"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// kills is how often a process is killed in this test: AAD_KILLS=1000 soaks.
func kills(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("AAD_KILLS"))
	if os.Getenv("AAD_KILLS") != "" && err != nil {
		t.Fatal(err)
	}
	if n == 0 {
		n = 50
	}
	return n
}

// Wherever a refresh is killed, the next call gets a token, asks nobody and has
// nothing to complain about.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.useBuilt()
	w.signIn("alice")
	silent := strings.Replace(interactive, "true", "false", 1)
	longest := 150 * time.Millisecond
	for i := range kills(t) {
		w.expire()
		began := time.Now()
		victim := w.start([]string{silent}, w.args()...)
		select {
		case <-victim.done:
			longest = (longest + time.Since(began)) / 2 // aim at what a refresh takes now
		case <-time.After(rand.N(longest)):
			_ = victim.cmd.Process.Kill()
			<-victim.done
		}
		next := w.start([]string{silent}, w.args()...)
		if code := w.wait(next); code != 0 || strings.TrimSpace(strings.ReplaceAll(next.errOut.String(), again, "")) != "" {
			t.Fatalf("kill %d: exit code %d, stderr %q", i, code, next.errOut.String())
		}
	}
	if n := w.requests("devicecode"); n != 1 {
		t.Errorf("%d prompts", n)
	}
}

// fileCalls are the system calls by which a cache changes, as Go makes them.
var fileCalls = []string{"openat", "mkdirat", "write", "fsync", "linkat", "renameat", "unlinkat", "flock", "close"}

// The kernel kills a refresh at its first, second, third ... call of each kind,
// until one gets through; strace makes it so, and no hook in the program. After
// each the next call gets a token, asks nobody and has nothing to complain about.
func TestKilledAtEachFileCall(t *testing.T) {
	t.Parallel()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("LEFT OUT: there is no strace here (Debian package strace)")
	}
	w := newWorld(t, sandbox.Options{})
	w.useBuilt()
	w.signIn("alice")
	silent := strings.Replace(interactive, "true", "false", 1)
	killed := 0
	for _, call := range fileCalls {
		// Calls are counted by thread, and Go chooses threads: one run that gets
		// through may have been luck.
		for n, through := 1, 0; through < 2; n++ {
			w.expire()
			victim := &run{done: make(chan struct{}), cmd: exec.Command(strace, append([]string{"-f", "-qq", "-o", filepath.Join(t.TempDir(), "trace"),
				"-e", "trace=" + call, "-e", "inject=" + call + ":signal=SIGKILL:when=" + strconv.Itoa(n), w.front}, w.args()...)...)}
			victim.cmd.Env = []string{asCore + "=1", "HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), silent}
			w.launch(victim)
			switch code := w.wait(victim); {
			case code == 0:
				through++
			case code == 1 && strings.Contains(victim.errOut.String(), "ptrace"):
				t.Skipf("LEFT OUT: processes cannot be traced here: %s", victim.errOut.String())
			case code != -1:
				t.Fatalf("%s, call %d: exit code %d, stderr %q", call, n, code, victim.errOut.String())
			default:
				killed++
			}
			next := w.start([]string{silent}, w.args()...)
			if code := w.wait(next); code != 0 || strings.TrimSpace(strings.ReplaceAll(next.errOut.String(), again, "")) != "" {
				t.Fatalf("killed at %s, call %d: exit code %d, stderr %q", call, n, code, next.errOut.String())
			}
		}
	}
	if n := w.requests("devicecode"); n != 1 || killed < 2*len(fileCalls) {
		t.Errorf("%d prompts, %d kills", n, killed)
	}
	t.Logf("killed %d times", killed)
}

// again is what a second call by one program within a minute is told.
const again = "aad: the API server may have refused this token: run kubectl aad doctor"

// Killed while Entra ID owes an answer, and while a person is asked.
func TestKilledWhileWaiting(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	asked := w.start([]string{interactive}, w.args()...)
	w.prompted(asked)
	_ = asked.cmd.Process.Kill()
	w.signIn("alice")
	w.expire()
	if err := w.Fault("login", "hang", 1, ""); err != nil {
		t.Fatal(err)
	}
	held := w.start(nil, w.args()...)
	for range 400 {
		if w.requests("token") > 1 {
			break
		}
		pause()
	}
	_ = held.cmd.Process.Kill()
	<-held.done
	w.ClearFaults()
	began := time.Now()
	w.must(w.start(nil, w.args()...), 0)
	if d := time.Since(began); d > 10*time.Second {
		t.Errorf("the dead one's lock held the next up for %v", d)
	}
}

// A full disk costs what would be kept, and not the token; with space again, it
// heals by itself.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64k,mode=0700"); err != nil {
		t.Skipf("needs to mount a small disk: %v", err)
	}
	defer func() { _ = syscall.Unmount(dir, 0) }()
	w := newWorld(t, sandbox.Options{})
	w.cache = tokencache.Dir(filepath.Join(dir, "aad"))
	ballast := filepath.Join(dir, "ballast")
	fill := func() {
		t.Helper()
		_ = os.WriteFile(ballast, make([]byte, 1<<20), 0o600)
	}
	fill()
	r := w.start([]string{interactive}, w.args()...)
	if err := w.SignIn(context.Background(), "alice", w.prompted(r)); err != nil {
		t.Fatal(err)
	}
	w.must(r, 0)
	w.token(r)
	if !strings.Contains(r.errOut.String(), "no space left") {
		t.Errorf("stderr %q", r.errOut.String())
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	w.signIn("alice")
	fill()
	w.expireReadable()
	r = w.start(nil, w.args()...)
	w.must(r, 0)
	w.token(r)
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	r = w.start(nil, w.args()...)
	w.must(r, 0)
	if strings.Contains(r.errOut.String(), "could not be read") {
		t.Errorf("the full disk left a torn file: %q", r.errOut.String())
	}
}
