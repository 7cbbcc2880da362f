package plugins

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// A token of az is cached, but for nobody else than the account that az had
// when it was asked; nor is one kept of another tenant.
func TestWhatAzGaveIsCachedForThatAccountOnly(t *testing.T) {
	r := newRig(t)
	profile := t.TempDir()
	who := func(name string) {
		if err := os.WriteFile(filepath.Join(profile, "azureProfile.json"), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runs, next := 0, "alice"
	machine := login.Machine{Getenv: getenv("AZURE_CONFIG_DIR", profile), Run: func(context.Context, string, ...string) ([]byte, error) {
		runs++
		access, err := r.s.Token(next, string(entra.AzureCLI), string(entra.AKSServer))
		return fmt.Appendf(nil, `{"accessToken":%q,"expires_on":%d}`, access, time.Now().Add(time.Hour).Unix()), err
	}}
	dir := tokencache.Dir(filepath.Join(t.TempDir(), "aad"))
	var said strings.Builder
	b := &login.Broker{Dir: dir, Vault: vault.Vault{Dir: dir, Keys: vault.FileKey{Dir: dir}}, Methods: All(), Now: time.Now, Err: &said, Machine: machine,
		Transport: func(entra.Cloud) (http.RoundTripper, error) { return r.setup.Transport, nil }}
	ask := func() (entra.Claims, error) {
		t.Helper()
		cmd, err := token.Parse([]string{"--server-id", string(entra.AKSServer), "-t", r.setup.Request.Tenant, "-l", "azurecli", "--cloud", r.s.CloudFile()}, machine.Getenv)
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Token(context.Background(), cmd.Request)
		if err != nil {
			return entra.Claims{}, err
		}
		return entra.ParseClaims(got.Access.Reveal())
	}
	if err := os.WriteFile(filepath.Join(profile, "config"), []byte("[cloud]\nname=Box\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(profile, "clouds.config"), []byte("[Box]\nendpoint_active_directory="+r.s.Info().Endpoints.Login), 0o600); err != nil {
		t.Fatal(err)
	}
	for step, want := range []struct {
		profile, token string
		runs           int
	}{{"alice", "alice", 1}, {"alice", "alice", 1}, {"bob", "bob", 2}, {"bob", "bob", 2}} {
		who(want.profile)
		next = want.token
		claims, err := ask()
		if err != nil || !strings.HasPrefix(claims.UPN, want.token) || runs != want.runs {
			t.Errorf("step %d: %s after %d runs, %v; %s", step, claims.UPN, runs, err, said.String())
		}
	}
	who("carol")
	next = "carol" // a guest: az could be signed in to her own tenant
	r.setup.Request.Tenant = string(r.s.Info().Tenants[1].ID)
	if claims, err := ask(); err == nil {
		t.Errorf("a token of tenant %s was handed on", claims.Tenant)
	}
}
