package journey_test

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/router"
)

// kubeloginVersion is the newest that Go 1.26.8 builds.
const kubeloginVersion = "v0.2.21"

// kubelogin is Azure's own credential plugin, built from its source when a
// script asks for it with [kubelogin].
type kubelogin struct {
	path  string
	built func() bool
}

func newKubelogin(t *testing.T) kubelogin {
	k := kubelogin{path: filepath.Join(t.TempDir(), "kubelogin")}
	k.built = sync.OnceValue(func() bool {
		if os.Getenv("AAD_TEST_CLIENTS") != "1" {
			return false
		}
		cmd := exec.Command("go", "install", "github.com/Azure/kubelogin@"+kubeloginVersion)
		cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GOBIN="+filepath.Dir(k.path))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("LEFT OUT: kubelogin %s cannot be built: %v\n%s", kubeloginVersion, err, out)
			return false
		}
		return true
	})
	return k
}

// routerUp is "router": a proxy at $ROUTER takes Azure's public hosts to the
// sandbox until the script's end.
func routerUp(ts *testscript.TestScript, _ bool, _ []string) {
	var info sandbox.Info
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(ts.Getenv("SANDBOX"), "sandbox.json"))), &info))
	r, err := router.New(info.Endpoints)
	ts.Check(err)
	server := httptest.NewServer(r)
	ts.Setenv("ROUTER", server.URL)
	ts.Defer(func() {
		server.Close()
		ts.Logf("%v", r)
	})
}
