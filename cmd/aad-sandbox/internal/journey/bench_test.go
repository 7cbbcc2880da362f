package journey_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/person"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// people is how many the benchmark's directory has besides the usual ones.
const people = 10000

// BenchmarkBind gives 100, 1,000 and 10,000 people a role by one command each,
// on a real API server.
func BenchmarkBind(b *testing.B) {
	s := newStage(b)
	for _, n := range []int{100, 1000, people} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for i := 0; b.Loop(); i++ {
				s.bind(b, n, fmt.Sprintf("bound-%d-%d", n, i))
			}
		})
	}
}

// BenchmarkList reads 50,000 bindings of 10,000 people, by turns with kubectl.
func BenchmarkList(b *testing.B) {
	const namespaces = 5
	s := newStage(b)
	for i := range namespaces {
		s.bind(b, people, fmt.Sprintf("bound-%d", i))
	}
	b.Run(fmt.Sprint(namespaces*people), func(b *testing.B) {
		for b.Loop() {
			s.list(b)
		}
	})
}

// stage is a sandbox with one cluster and its administrator.
type stage struct {
	dir     string
	admin   *person.Person
	control sandbox.Control
}

func newStage(b *testing.B) *stage {
	b.Helper()
	exes, err := filepath.Abs(bin)
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	s := &stage{dir: dir, control: sandbox.Control{Dir: filepath.Join(dir, "sb")}}
	s.admin = &person.Person{Name: "admin", Home: filepath.Join(dir, "home"), Bin: exes, SignIn: s.control.SignIn,
		Env: []string{"AZURE_CLOUD_FILE=" + filepath.Join(dir, "sb", "cloud.json")}}
	s.up(b)
	for _, args := range [][]string{
		{"kubectl-aad", "setup", "--name", "c", "-g", "rg", "-l", "eastus", "--integration", "apps", "--target", "aks",
			"--allow-retired", "--admin", "admin@contoso.com", "--yes"},
		{"kubectl", "get", "namespaces"}, // signs in to the cluster
	} {
		var screen bytes.Buffer
		if code, err := s.admin.Run(context.Background(), s.command(args...), "", nil, &screen); code != 0 || err != nil {
			b.Fatalf("%v: exit code %d, %v\n%s", args, code, err, screen.String())
		}
	}
	return s
}

func (s *stage) up(b *testing.B) {
	b.Helper()
	cmd := s.command("aad-sandbox", "up", "--dir", s.control.Dir, "--replication-delay", "0s",
		"--users", fmt.Sprint(people), "--groups", "1000", "--nesting", "3")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	if _, err := fmt.Fscanln(out, new(string)); err != nil {
		b.Fatalf("the sandbox is not ready: %v", err)
	}
}

func (s *stage) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(s.admin.Bin, args[0]), args[1:]...)
	cmd.Env = s.admin.Environ()
	return cmd
}

// cost is what a command took.
type cost struct {
	seconds float64
	memory  float64 // MiB at its most
	lines   int     // of output
}

func (s *stage) run(b *testing.B, args ...string) cost {
	b.Helper()
	cmd := s.command(args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	begun := time.Now()
	if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 { // 1: lint found something
		b.Fatalf("%v: %v\n%.2000s", args, err, errs.String())
	}
	usage := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	return cost{time.Since(begun).Seconds(), float64(usage.Maxrss) / 1024, bytes.Count(out.Bytes(), []byte("\n"))}
}

// bind gives the first n people view in a new namespace.
func (s *stage) bind(b *testing.B, n int, namespace string) {
	b.Helper()
	var list strings.Builder
	for i := 1; i <= n; i++ {
		domain := "contoso.com"
		if i%10 == 0 {
			domain = "partner.example" // every tenth of a crowd is a guest
		}
		fmt.Fprintf(&list, "person-%06d@%s\n", i, domain)
	}
	file := filepath.Join(s.dir, "people.txt")
	if err := os.WriteFile(file, []byte(list.String()), 0o600); err != nil {
		b.Fatal(err)
	}
	s.run(b, "kubectl", "create", "namespace", namespace)
	if err := s.control.Reset(b.Context()); err != nil {
		b.Fatal(err)
	}
	c := s.run(b, "kubectl-aad", "bind", "-f", file, "-n", namespace, "--clusterrole", "view", "-o", "name")
	if c.lines != n {
		b.Fatalf("%d of %d are bound", c.lines, n)
	}
	up := func(n, per int) int { return (n + per - 1) / per }
	fewest := up(up(n-n/10, 15)+up(n/10, 15), 20) // $batch of 20 filters, 15 values each
	requests := s.requests(b)
	b.ReportMetric(float64(n)/c.seconds, "bindings/s")
	b.ReportMetric(float64(requests), "requests")
	b.ReportMetric(float64(fewest), "fewest")
	b.ReportMetric(float64(requests)/float64(fewest), "ratio")
	b.ReportMetric(c.memory, "MiB")
}

// requests counts what Microsoft Graph was asked since the last reset.
func (s *stage) requests(b *testing.B) (n int) {
	b.Helper()
	counts, err := s.control.Requests(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range counts {
		if c.Service == "graph" {
			n += c.Count
		}
	}
	return n
}

// rounds is how often each reader has its turn; the best counts.
const rounds = 3

func (s *stage) list(b *testing.B) {
	b.Helper()
	readers := map[string][]string{
		"kubectl":  {"kubectl", "get", "rolebindings,clusterrolebindings", "-A"},
		"bindings": {"kubectl-aad", "bindings"},
		"offline":  {"kubectl-aad", "bindings", "--offline"},
		"lint":     {"kubectl-aad", "lint"},
	}
	best := map[string]cost{}
	for range rounds {
		for name, args := range readers {
			c := s.run(b, args...)
			if old, ok := best[name]; ok {
				c.seconds, c.memory = min(c.seconds, old.seconds), min(c.memory, old.memory)
			}
			best[name] = c
		}
	}
	for name, c := range best {
		b.ReportMetric(c.seconds, name+"-s")
		b.ReportMetric(c.memory, name+"-MiB")
		if name != "kubectl" {
			b.ReportMetric(c.seconds/best["kubectl"].seconds, name+"/kubectl")
		}
	}
}
