package sandbox_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

var update = flag.Bool("update", false, "write the golden files anew")

func start(t *testing.T, o sandbox.Options) *sandbox.Sandbox {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := sandbox.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// client trusts the CA of the cloud file, as a product does.
func client(t *testing.T, s *sandbox.Sandbox) *http.Client {
	t.Helper()
	cloud, err := s.Cloud()
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(cloud.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	s := start(t, sandbox.Options{Dir: dir})
	cloud, err := s.Cloud()
	if err != nil {
		t.Fatal(err)
	}
	info := s.Info()
	if cloud.Login != info.Endpoints.Login || cloud.Graph != info.Endpoints.Graph || cloud.ARM != info.Endpoints.ARM ||
		cloud.ARMAudience != "https://management.core.windows.net" || cloud.CAFile != info.CA || cloud.Name != "sandbox" {
		t.Errorf("cloud %+v, info %+v", cloud, info)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "sandbox.json"))
	if err != nil {
		t.Fatal(err)
	}
	var read sandbox.Info
	if err := json.Unmarshal(raw, &read); err != nil || !reflect.DeepEqual(read, info) {
		t.Errorf("sandbox.json %s, %v; Info %+v", raw, err, info)
	}
	for name, mode := range map[string]os.FileMode{".": 0o700 | os.ModeDir, "control.sock": 0o600 | os.ModeSocket, "cloud.json": 0o600, "ci-bot.secret": 0o600} {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil || fi.Mode() != mode {
			t.Errorf("%s: %v, %v, want %v", name, fi.Mode(), err, mode)
		}
	}
	secret, err := os.ReadFile(s.BotSecretFile())
	if err != nil || len(secret) < 16 || bytes.Contains(secret, []byte("\n")) {
		t.Errorf("ci-bot.secret: %d bytes, %v", len(secret), err)
	}
}

// The shape, the people and their ids are the same in each run.
func TestInfoGolden(t *testing.T) {
	dir := t.TempDir()
	start(t, sandbox.Options{Dir: dir})
	got, err := os.ReadFile(filepath.Join(dir, "sandbox.json"))
	if err != nil {
		t.Fatal(err)
	}
	got = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAll(got, []byte("127.0.0.1:PORT"))
	got = bytes.ReplaceAll(got, []byte(dir), []byte("DIR"))
	const golden = "testdata/sandbox.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("sandbox.json changed (go test -update, if that is meant):\n%s", got)
	}
}

func TestToken(t *testing.T) {
	s := start(t, sandbox.Options{})
	for _, tc := range []struct{ who, client, resource, username string }{
		{"alice", string(entra.AKSClient), string(entra.AKSServer), "alice@contoso.com"},
		{"carol", string(entra.AzureCLI), string(entra.AKSServer), string(s.Info().Users[3].ObjectID)},
		{"admin", string(entra.AzureCLI), s.Info().Endpoints.Graph, "admin@contoso.com"},
		{"ci-bot", "", string(entra.AKSServer), directory.ID("servicePrincipal", string(s.Info().Tenants[0].ID), "ci-bot")},
	} {
		token, err := s.Token(tc.who, tc.client, tc.resource)
		if err != nil {
			t.Errorf("%s: %v", tc.who, err)
			continue
		}
		if c, err := entra.ParseClaims(token); err != nil || c.Username() != tc.username {
			t.Errorf("%s: username %q, %v, want %q", tc.who, c.Username(), err, tc.username)
		}
	}
	if _, err := s.Token("dave", string(entra.AKSClient), string(entra.AKSServer)); err == nil || !strings.Contains(err.Error(), "AADSTS50057") {
		t.Errorf("dave: %v", err)
	}
}

// One token of admin's opens Graph and ARM, one sign-in gives both.
func TestServices(t *testing.T) {
	s := start(t, sandbox.Options{})
	c, info := client(t, s), s.Info()
	for resource, address := range map[string]string{
		info.Endpoints.Graph:                   info.Endpoints.Graph + "/v1.0/me",
		"https://management.core.windows.net/": info.Endpoints.ARM + "/subscriptions?api-version=2022-12-01",
	} {
		token, err := s.Token("admin", string(entra.AzureCLI), resource)
		if err != nil {
			t.Fatal(err)
		}
		req, err := http.NewRequest(http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			authorization string
			status        int
		}{{"", 401}, {"Bearer " + token, 200}} {
			req.Header.Set("Authorization", tc.authorization)
			resp, err := c.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			if resp.StatusCode != tc.status {
				t.Errorf("%s: %s, want %d", address, resp.Status, tc.status)
			}
		}
	}
}
