package clients_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/router"
)

// rig is a sandbox, the way to it, and a home of its own for the clients.
type rig struct {
	*testing.T
	sandbox *sandbox.Sandbox
	router  *router.Router
	proxy   string
	home    string
}

// newRig skips the test unless clients are asked for.
func newRig(t *testing.T) *rig {
	t.Helper()
	if os.Getenv("AAD_TEST_CLIENTS") != "1" {
		t.Skip("installs other people's clients and takes minutes: run `make test-clients`, " +
			"or AAD_TEST_CLIENTS=1 go test -count=1 -v -timeout 20m ./pkg/sandbox/clients/")
	}
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	r := &rig{T: t, sandbox: s, home: t.TempDir()}
	r.router, r.proxy = route(t, s.Info().Endpoints)
	return r
}

// environment is all that a client is told: where to go and whom to trust.
func (r *rig) environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + r.home, "TMPDIR=" + r.home, "LANG=C.UTF-8",
		"HTTPS_PROXY=" + r.proxy, "NO_PROXY=",
		"REQUESTS_CA_BUNDLE=" + r.sandbox.Info().CA, "NODE_EXTRA_CA_CERTS=" + r.sandbox.Info().CA,
		"AZURE_CONFIG_DIR=" + filepath.Join(r.home, "azure"), "AZURE_CORE_COLLECT_TELEMETRY=false", "AZURE_CORE_NO_COLOR=true",
	}
}

// command is a client to run, which ends with all its children.
func (r *rig) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(r.Context(), name, args...)
	cmd.Env, cmd.Dir = r.environment(), r.home
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// program finds an executable and installs its Debian package if it is missing
// and this is root; else it leaves the test out.
func (r *rig) program(name, pkg string) string {
	r.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	if os.Geteuid() != 0 {
		r.Skipf("LEFT OUT: there is no %s here, and installing the package %s takes root", name, pkg)
	}
	install := "apt-get -q -o DPkg::Lock::Timeout=300 update && apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends " + pkg
	if out, err := r.install("sh", "-c", install); err != nil {
		r.Skipf("LEFT OUT: %s cannot be installed: %v\n%s", pkg, err, tail(out))
	}
	path, err := exec.LookPath(name)
	if err != nil {
		r.Skipf("LEFT OUT: the package %s has no %s", pkg, name)
	}
	return path
}

// install runs a package manager in the caller's own environment: its mirrors
// and proxies are needed here, not the sandbox.
func (r *rig) install(name string, args ...string) ([]byte, error) {
	ctx, stop := context.WithTimeout(r.Context(), 10*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive", "npm_config_cache="+filepath.Join(r.home, "npm-cache"))
	cmd.Dir, cmd.WaitDelay = r.home, 5*time.Second
	return cmd.CombinedOutput()
}

// tail is the end of an output, where the reason is.
func tail(out []byte) []byte {
	const most = 2000
	out = bytes.TrimSpace(out)
	return out[max(0, len(out)-most):]
}
