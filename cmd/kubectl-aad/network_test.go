package main

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// A proxy that wants a password is named; Entra ID itself is never reached.
func TestTheProxyRefuses(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method + " " + r.Host
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer proxy.Close()
	w := newWorld(t, sandbox.Options{})
	r := w.start([]string{interactive, "HTTPS_PROXY=" + proxy.URL}, "get-token", "--server-id", string(entra.AKSServer),
		"--tenant-id", string(w.Info().Tenants[0].ID), "--cloud", "public", "--login", "devicecode", "--cache-dir", string(w.cache))
	w.must(r, 22)
	if said := r.errOut.String(); !strings.Contains(strings.ToLower(said), "proxy") || strings.Count(said, "\n") > 5 {
		t.Errorf("stderr: %s", said)
	}
	if first := <-asked; first != "CONNECT login.microsoftonline.com:443" {
		t.Errorf("the proxy was asked for %q", first)
	}
}

// Ten minutes either way cost nobody a sign-in: Entra ID's word on how long a
// token lives is compared with the clock of this machine.
func TestAWrongClock(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{10 * time.Minute, -10 * time.Minute} {
		w := newWorld(t, sandbox.Options{})
		w.Advance(by)
		w.signIn("alice")
		w.expire()
		r := w.start(nil, w.args()...)
		w.must(r, 0)
		if claims, _ := w.token(r); claims.UPN != "alice@contoso.com" || r.errOut.String() != "" {
			t.Errorf("Entra ID is ahead by %v: token of %q, stderr %s", by, claims.UPN, r.errOut.String())
		}
	}
}

// The largest token that an API server takes goes through the cache as it is.
func TestALongToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	name := w.cache.Names("tokens")[0]
	e, err := w.cache.Get(name)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(e.Access.Reveal(), ".")
	var claims map[string]any
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || json.Unmarshal(payload, &claims) != nil {
		t.Fatal(err)
	}
	claims["pad"] = strings.Repeat("x", 44<<10)
	if payload, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	long := parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + parts[2]
	if len(long) < 60_000 {
		t.Fatalf("only %d bytes", len(long))
	}
	e.Access = safetext.Secret(long)
	if err := w.cache.Put(name, e); err != nil {
		t.Fatal(err)
	}
	r := w.shell(`"$@"; exit $?`, []string{interactive}, w.args()...)
	w.must(r, 0)
	if !strings.Contains(r.out.String(), long) || r.errOut.String() != "" {
		t.Errorf("%d bytes came out; stderr %s", len(r.out.String()), r.errOut.String())
	}
}
