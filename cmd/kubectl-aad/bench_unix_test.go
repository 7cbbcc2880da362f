//go:build !windows

package main

import (
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/router"
)

// contender is a program whose whole life is measured.
type contender struct {
	name   string
	before func()
	cmd    func() *exec.Cmd

	took []time.Duration
	rss  int64 // KiB, the largest
}

func (c *contender) run(b *testing.B) {
	b.Helper()
	if c.before != nil {
		c.before()
	}
	cmd := c.cmd()
	began := time.Now()
	out, err := cmd.Output()
	c.took = append(c.took, time.Since(began))
	if err != nil || strings.HasPrefix(c.name, "get-token") && !strings.Contains(string(out), "ExecCredential") {
		b.Fatalf("%s: %v", c.name, err)
	}
}

// measure takes the memory. Linux counts to a process what its parent had when
// it started it: a small program in between keeps this test's memory out.
func (c *contender) measure(b *testing.B, launcher string) {
	b.Helper()
	for range 5 {
		if c.before != nil {
			c.before()
		}
		cmd := c.cmd()
		cmd.Path, cmd.Args = launcher, append([]string{launcher, cmd.Path}, cmd.Args[1:]...)
		out, err := cmd.Output()
		n, perr := strconv.ParseInt(strings.TrimSpace(string(out)), 10, 64)
		if err != nil || perr != nil {
			b.Fatalf("%s: %v, %v", c.name, err, perr)
		}
		c.rss = max(c.rss, n)
	}
}

const (
	emptySource    = "package main\n\nfunc main() {}\n"
	launcherSource = `package main

import ("fmt"; "os"; "syscall")

func main() {
	out, err := os.Create(os.Args[0] + ".out") // /dev/null is a device, and tokens are not for devices
	if err != nil { panic(err) }
	p, err := os.StartProcess(os.Args[1], os.Args[1:], &os.ProcAttr{Files: []*os.File{nil, out, os.Stderr}})
	if err != nil { panic(err) }
	state, err := p.Wait()
	if err != nil || !state.Success() { panic(state) }
	fmt.Println(state.SysUsage().(*syscall.Rusage).Maxrss)
}
`
)

func (c *contender) median() time.Duration {
	slices.Sort(c.took)
	return c.took[len(c.took)/2]
}

// BenchmarkProcess measures whole processes, alternating, so that all of them
// have the same machine: an empty Go program, a cached token, a silent refresh
// against the sandbox, and kubelogin's cached token where it is on PATH.
func BenchmarkProcess(b *testing.B) {
	w := newWorld(b, sandbox.Options{})
	w.useBuilt()
	w.signIn("alice")
	token := func() *exec.Cmd { return w.command(w.front, w.args()...) }
	empty, launcher := program(b, emptySource), program(b, launcherSource)
	list := []*contender{
		{name: "empty Go program", cmd: func() *exec.Cmd { return w.command(empty) }},
		{name: "get-token, cached", cmd: token},
		{name: "get-token, refresh", before: w.expire, cmd: token},
	}
	if k := w.kubelogin(); k != nil {
		list = append(list, k)
	}
	rounds := 0
	for b.Loop() {
		for _, c := range list {
			c.run(b) // a refresh leaves what the next round finds cached
		}
		rounds++
	}
	for _, c := range list {
		c.measure(b, launcher)
	}
	fmt.Printf("\n%-28s %10s %8s %10s   (%d rounds, alternating)\n", "whole process", "median", "ratio", "max RSS", rounds)
	base := list[0].median()
	for _, c := range list {
		m := c.median()
		fmt.Printf("%-28s %10s %7.2fx %6.1f MiB\n", c.name, m.Round(10*time.Microsecond), float64(m)/float64(base), float64(c.rss)/1024)
	}
	b.ReportMetric(float64(list[1].median())/float64(base), "hit/empty")
}

func (w *world) command(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = []string{asCore + "=1", "HOME=" + w.Dir(), "PATH=" + os.Getenv("PATH")}
	return cmd
}

func program(b *testing.B, text string) string {
	b.Helper()
	dir := b.TempDir()
	source, program := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(source, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if out, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", program, source).CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return program
}

// kubelogin signs in as an application, whose token it caches; nil where it is
// not on PATH or does not get along with the sandbox.
func (w *world) kubelogin() *contender {
	path, err := exec.LookPath("kubelogin")
	if err != nil {
		fmt.Println("kubelogin is not on PATH: not measured")
		return nil
	}
	secret, err := os.ReadFile(w.BotSecretFile())
	if err != nil {
		w.t.Fatal(err)
	}
	public, err := router.New(w.Info().Endpoints)
	if err != nil {
		w.t.Fatal(err)
	}
	proxy := httptest.NewServer(public)
	w.t.Cleanup(proxy.Close)
	command := func() *exec.Cmd {
		cmd := w.command(path, "get-token", "--login", "spn", "--server-id", string(entra.AKSServer), "--client-id", string(w.Info().Apps.CIBot),
			"--tenant-id", string(w.Info().Tenants[0].ID), "--environment", "AzurePublicCloud", "--disable-instance-discovery")
		cmd.Env = append(cmd.Env, "AZURE_CLIENT_SECRET="+strings.TrimSpace(string(secret)), "HTTPS_PROXY="+proxy.URL,
			"SSL_CERT_FILE="+filepath.Join(w.Dir(), "ca.pem"))
		return cmd
	}
	if out, err := command().CombinedOutput(); err != nil {
		fmt.Printf("kubelogin cannot sign in here: not measured (%v: %.200s)\n", err, out)
		return nil
	}
	return &contender{name: "kubelogin get-token, cached", cmd: command}
}
