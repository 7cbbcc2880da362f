package journey_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/cluster"
	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/host"
)

// apiserver is "apiserver FILE": it runs an API server with an
// AuthenticationConfiguration until the script's end, and leaves own.ca and the
// certificate of its administrator, own.crt and own.key. Its URL is in $OWN.
func apiserver(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: apiserver FILE")
	}
	dir := ts.MkAbs("own")
	cmd := exec.Command(filepath.Join(ts.Getenv("BIN"), "aad-sandbox"), host.CommandName, dir)
	log, err := os.Create(ts.MkAbs("own.log"))
	ts.Check(err)
	cmd.Stderr = log
	stdin, err := cmd.StdinPipe()
	ts.Check(err)
	stdout, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		_ = stdin.Close() // then it stops by itself
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		_ = log.Close()
	})
	ts.Check(json.NewEncoder(stdin).Encode(cluster.Spec{Dir: dir, AuthenticationConfig: ts.MkAbs(args[0])}))
	var answer cluster.Answer
	if err := json.NewDecoder(stdout).Decode(&answer); err != nil || answer.Error != "" {
		ts.Fatalf("no API server: %v %s: %s", err, answer.Error, ts.ReadFile("own.log"))
	}
	for name, pem := range map[string][]byte{"own.ca": answer.CA, "own.crt": answer.AdminCert, "own.key": answer.AdminKey} {
		ts.Check(os.WriteFile(ts.MkAbs(name), pem, 0o600))
	}
	ts.Setenv("OWN", answer.Server)
}
