package main

import (
	"os"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// A server app of before AKS's own wants the audience spn:<id>, which the v1
// endpoints give: asked once, then from the cache, then silently.
func TestLegacy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice", "--legacy")
	w.ResetRequests()
	call := func(args ...string) *run {
		t.Helper()
		r := w.shell(`"$@"; exit $?`, []string{interactive}, w.args(args...)...)
		w.must(r, 0)
		return r
	}
	old := "spn:" + string(entra.AKSServer)
	if claims, _ := w.token(call("--legacy")); claims.Audience != old || claims.UPN != "alice@contoso.com" || w.requests("") != 0 {
		t.Errorf("cached: for %q, %d requests", claims.Audience, w.requests(""))
	}
	w.expire()
	if claims, _ := w.token(call("--legacy")); claims.Audience != old || w.requests("/oauth2/token") != 1 || w.requests("") != 1 {
		t.Errorf("refreshed: for %q, %+v", claims.Audience, w.Requests())
	}
	// The same sign-in serves a context beside it, with another token.
	w.ResetRequests()
	if claims, _ := w.token(call()); claims.Audience != string(entra.AKSServer) || w.requests("/oauth2/v2.0/token") != 1 {
		t.Errorf("without --legacy: for %q, %+v", claims.Audience, w.Requests())
	}
	if claims, _ := w.token(call("--legacy")); claims.Audience != old {
		t.Errorf("again with --legacy: for %q", claims.Audience)
	}
}

func TestLegacyApplications(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	secret, err := os.ReadFile(w.BotSecretFile())
	if err != nil {
		t.Fatal(err)
	}
	bot := []string{"get-token", "--server-id", string(entra.AKSServer), "--client-id", string(w.Info().Apps.CIBot), "--tenant-id", string(w.Info().Tenants[0].ID),
		"--cloud", w.CloudFile(), "--cache-dir", string(w.cache), "--legacy", "-l"}
	r := w.start([]string{"AZURE_CLIENT_SECRET=" + strings.TrimSpace(string(secret))}, append(bot, "spn")...)
	w.must(r, 0)
	if claims, _ := w.token(r); claims.Audience != "spn:"+string(entra.AKSServer) {
		t.Errorf("for %q", claims.Audience)
	}
	r = w.start(nil, append(bot, "msi")...)
	w.must(r, 24)
	if !strings.Contains(r.errOut.String(), "login method managedidentity gets no tokens of the v1 endpoint") {
		t.Errorf("stderr: %s", r.errOut.String())
	}
}
