package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

// process is the built program at work.
type process struct {
	*exec.Cmd
	reviews, health string
	client          *http.Client
	stderr          bytes.Buffer
}

func compile(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "aad-webhook")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

var servingLine = regexp.MustCompile(`^serving (https://127\.0\.0\.1:[1-9]\d*/tokenreviews) health (http://127\.0\.0\.1:[1-9]\d*)\n$`)

// launch starts the program and waits for its line.
func launch(t testing.TB, program string, roots *x509.CertPool, args ...string) *process {
	t.Helper()
	p := &process{Cmd: exec.Command(program, args...)}
	p.Stderr = &p.stderr
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	found := servingLine.FindStringSubmatch(line)
	if found == nil {
		_ = p.Process.Kill()
		_ = p.Wait()
		t.Fatalf("line %q, stderr %s", line, p.stderr.String())
	}
	p.reviews, p.health = found[1], found[2]
	p.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}, Timeout: 10 * time.Second}
	t.Cleanup(p.client.CloseIdleConnections)
	return p
}

func (p *process) ask(t *testing.T, token string) (authenticated bool, user, reason string) {
	t.Helper()
	body := fmt.Sprintf(`{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1beta1","spec":{"token":%q}}`, token)
	resp, err := p.client.Post(p.reviews, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var a struct {
		APIVersion string
		Status     struct {
			Authenticated bool
			Error         string
			User          struct{ Username string }
		}
	}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil || resp.StatusCode != 200 || a.APIVersion != "authentication.k8s.io/v1beta1" {
		t.Fatalf("%d %v %+v", resp.StatusCode, err, a)
	}
	return a.Status.Authenticated, a.Status.User.Username, a.Status.Error
}

func (p *process) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := p.client.Get(p.health + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body)
}

func TestProcess(t *testing.T) {
	program := compile(t)
	t.Run("serves", func(t *testing.T) { testServing(t, program) })
	t.Run("tenant down", func(t *testing.T) { testTenantDown(t, program) })
}

// testServing runs the program from its line to SIGTERM: alice comes in, a
// stranger does not, the secret is wrong and then mended.
func testServing(t *testing.T, program string) {
	issuer := issuertest.New(t)
	cert, key, roots := serverPair(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("wr0ng-secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := launch(t, program, roots, "--cloud", issuer.CloudFile(t), "--tenant-id", string(issuertest.Tenant),
		"--client-id", string(issuertest.Client), "--client-secret-file", secret, "--listen", "127.0.0.1:0",
		"--health-listen", "127.0.0.1:0", "--tls-cert-file", cert, "--tls-private-key-file", key)

	good := issuer.Sign(issuertest.Claims(time.Now(), nil))
	if ok, user, reason := p.ask(t, good); !ok || user != "alice@contoso.com" {
		t.Errorf("alice: %v %q %s", ok, user, reason)
	}
	if ok, _, reason := p.ask(t, issuer.Sign(issuertest.Claims(time.Now(), map[string]any{"aud": "x"}))); ok || !strings.Contains(reason, "audience") {
		t.Errorf("wrong audience: %v %s", ok, reason)
	}
	overage := issuertest.Claims(time.Now(), map[string]any{"upn": "bob@contoso.com", "groups": nil, "_claim_names": map[string]string{"groups": "src1"}})
	if ok, _, reason := p.ask(t, issuer.Sign(overage)); ok || !strings.Contains(reason, "AADSTS7000215") {
		t.Errorf("wrong secret: %v %s", ok, reason)
	}
	if err := os.WriteFile(secret, []byte(issuertest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	overage["oid"] = "bbbbbbbb-0000-4000-8000-000000000002" // the first one's denial is kept for a moment
	if ok, user, reason := p.ask(t, issuer.Sign(overage)); !ok || user != "bob@contoso.com" {
		t.Errorf("mended secret: %v %s", ok, reason)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ok", "/metrics": `aad_webhook_review_duration_seconds_count{cached="false",result="allowed"} 2`} {
		if code, body := p.get(t, path); code != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d lacks %q", path, code, want)
		}
	}
	if code, _ := p.get(t, "/tokenreviews"); code != 404 {
		t.Errorf("the health listener answers reviews: %d", code)
	}

	if err := p.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	for _, hidden := range []string{"wr0ng", issuertest.Secret, good, strings.Split(good, ".")[2], "graph-token", "bob@", issuertest.Alice} {
		if strings.Contains(p.stderr.String(), hidden) {
			t.Errorf("%.20q was logged", hidden)
		}
	}
	if !strings.Contains(p.stderr.String(), "AADSTS7000215") {
		t.Errorf("log lacks the reason: %s", p.stderr.String())
	}
}

// testTenantDown: serving and alive, not ready, and no verdict on anybody.
func testTenantDown(t *testing.T, program string) {
	issuer := issuertest.New(t)
	issuer.Instead(issuertest.Document, issuertest.Answer(503, ""))
	cert, key, roots := serverPair(t)
	p := launch(t, program, roots, "--cloud", issuer.CloudFile(t), "--tenant-id", string(issuertest.Tenant),
		"--client-id", string(issuertest.Client), "--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0",
		"--tls-cert-file", cert, "--tls-private-key-file", key)
	if code, _ := p.get(t, "/healthz"); code != 200 {
		t.Errorf("healthz: %d", code)
	}
	if code, _ := p.get(t, "/readyz"); code != 503 {
		t.Errorf("readyz: %d", code)
	}
	resp, err := p.client.Post(p.reviews, "application/json", strings.NewReader(fmt.Sprintf(
		`{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":%q}}`, issuer.Sign(issuertest.Claims(time.Now(), nil)))))
	if err != nil {
		t.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode != 502 {
		t.Errorf("review: %d", resp.StatusCode)
	}
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("SIGINT: %v", err)
	}
}
