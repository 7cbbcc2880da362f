package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/plugins"
)

// asCore makes the test binary behave as aad-core: all of the command line but
// the SDKs behind the management commands.
const asCore = "AAD_TEST_BINARY_IS_CORE"

func TestMain(m *testing.M) {
	if os.Getenv(asCore) == "" {
		os.Exit(withFront(m))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	os.Exit(cli.Run(ctx, cli.Process{
		Streams: factory.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr},
		Args:    os.Args[1:], Getenv: os.Getenv, Now: time.Now,
	}, factory.Keepers{}, plugins.All()))
}

// frontBinary is the very program, built once, and not this test.
var frontBinary string

func withFront(m *testing.M) int {
	dir, err := os.MkdirTemp("", "kubectl-aad")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	frontBinary = filepath.Join(dir, "kubectl-aad")
	if out, err := exec.Command("go", "build", "-o", frontBinary, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %s\n", err, out)
		return 1
	}
	return m.Run()
}

// world is a sandbox, an installed plugin and an empty cache.
type world struct {
	*sandbox.Sandbox
	t     testing.TB
	front string // started through a link, as krew installs it
	cache tokencache.Dir
}

func newWorld(t testing.TB, o sandbox.Options) *world {
	t.Helper()
	o.Dir = t.TempDir()
	s, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	w := &world{Sandbox: s, t: t, cache: tokencache.Dir(filepath.Join(t.TempDir(), "aad"))}
	installed, bin := t.TempDir(), t.TempDir()
	link(t, frontBinary, filepath.Join(installed, "kubectl-aad"))
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(installed, coreName)); err != nil {
		t.Fatal(err)
	}
	w.front = filepath.Join(bin, "kubectl-aad")
	if err := os.Symlink(filepath.Join(installed, "kubectl-aad"), w.front); err != nil {
		t.Fatal(err)
	}
	return w
}

// useBuilt takes what make build left in bin/ (or AAD_BENCH_BIN), where it is
// there: the core of this test links the sandbox too, and starts slowly under
// the race detector. It is for tests that start processes by the dozen.
func (w *world) useBuilt() {
	bin, err := filepath.Abs(cmp.Or(os.Getenv("AAD_BENCH_BIN"), "../../bin"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"kubectl-aad", coreName} {
		if _, err := os.Stat(filepath.Join(bin, name)); err != nil {
			return
		}
	}
	w.front = filepath.Join(bin, "kubectl-aad")
}

func link(t testing.TB, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, data, 0o700); err != nil { //nolint:gosec // a program
		t.Fatal(err)
	}
}

// run is one process.
type run struct {
	cmd         *exec.Cmd
	out, errOut lines
	done        chan struct{}
}

// lines can be read while they are written.
type lines struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

const interactive = `KUBERNETES_EXEC_INFO={"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":true}}`

// args are what a kubeconfig says for the sandbox's managed clusters.
func (w *world) args(more ...string) []string {
	return append([]string{"get-token", "--server-id", string(entra.AKSServer), "--client-id", string(entra.AKSClient),
		"--tenant-id", string(w.Info().Tenants[0].ID), "--cloud", w.CloudFile(), "--cache-dir", string(w.cache)}, more...)
}

func (w *world) start(env []string, args ...string) *run {
	w.t.Helper()
	r := &run{cmd: exec.Command(w.front, args...), done: make(chan struct{})}
	r.cmd.Env = append([]string{asCore + "=1", "HOME=" + w.t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	w.launch(r)
	return r
}

func (w *world) launch(r *run) {
	w.t.Helper()
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.errOut
	r.cmd.WaitDelay = time.Second // a child of a killed shell keeps its pipes
	if err := r.cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	go func() { _ = r.cmd.Wait(); close(r.done) }()
	w.t.Cleanup(func() { _ = r.cmd.Process.Kill(); <-r.done })
}

// pause is between two looks at what another process does.
func pause() { time.Sleep(10 * time.Millisecond) }

// wait returns the exit code.
func (w *world) wait(r *run) int {
	w.t.Helper()
	select {
	case <-r.done:
	case <-time.After(40 * time.Second):
		w.t.Fatalf("still running; stderr: %s", r.errOut.String())
	}
	return r.cmd.ProcessState.ExitCode()
}

func (w *world) must(r *run, code int) {
	w.t.Helper()
	if got := w.wait(r); got != code {
		w.t.Fatalf("exit code %d, want %d; stderr: %s", got, code, r.errOut.String())
	}
}

var codeOf = regexp.MustCompile(`enter the code (\w+)`)

// prompted waits for a process's prompt and returns its code.
func (w *world) prompted(runs ...*run) string {
	w.t.Helper()
	for range 400 {
		for _, r := range runs {
			if m := codeOf.FindStringSubmatch(r.errOut.String()); m != nil {
				return m[1]
			}
		}
		time.Sleep(25 * time.Millisecond)
	}
	w.t.Fatalf("nobody was asked; stderr: %s", runs[0].errOut.String())
	return ""
}

// signIn runs get-token and plays the person.
func (w *world) signIn(who string, more ...string) {
	w.t.Helper()
	r := w.start([]string{interactive}, w.args(more...)...)
	if err := w.SignIn(context.Background(), who, w.prompted(r)); err != nil {
		w.t.Fatal(err)
	}
	w.must(r, 0)
}

// token returns what a process printed, which must be one credential.
func (w *world) token(r *run) (entra.Claims, string) {
	w.t.Helper()
	var c struct {
		APIVersion string `json:"apiVersion"`
		Status     struct{ Token string }
	}
	if err := json.Unmarshal([]byte(r.out.String()), &c); err != nil {
		w.t.Fatalf("stdout %q: %v", r.out.String(), err)
	}
	claims, err := entra.ParseClaims(c.Status.Token)
	if err != nil {
		w.t.Fatal(err)
	}
	return claims, c.APIVersion
}

// expire ends the life of every cached token.
func (w *world) expire() {
	w.t.Helper()
	for _, name := range w.cache.Names("tokens") {
		e, err := w.cache.Get(name)
		if err != nil {
			w.t.Fatal(err)
		}
		e.Token = token.Token{Access: e.Access, Expires: time.Now().Add(-time.Second)}
		if err := w.cache.Put(name, e); err != nil {
			w.t.Fatal(err)
		}
	}
}

// requests counts all requests since the last reset, or those to one route.
func (w *world) requests(match string) (n int) {
	for _, c := range w.Requests() {
		if strings.Contains(c.Method+" "+c.Route, match) {
			n += c.Count
		}
	}
	return n
}
