package main

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// Told to come back in a second, in either spelling, it does.
func TestRetryAfterIsObeyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	g := w.gateway()
	w.signIn("alice", "--cloud", g.cloud)
	for _, after := range []string{"1", time.Now().Add(2 * time.Second).UTC().Format(http.TimeFormat)} {
		w.expire()
		g.set(func(rw http.ResponseWriter, r *http.Request) {
			g.set(nil, nil)
			object(429, `{}`, "Retry-After", after)(rw, r)
		}, nil)
		w.must(w.start(nil, w.args("--cloud", g.cloud)...), 0)
		if g.seen() != 1 {
			t.Errorf("Retry-After %s: %d more requests", after, g.seen())
		}
	}
}

// What a person is shown of a device code, and who a token says somebody is, is
// other people's text.
func TestHostileText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	g := w.gateway()
	g.set(nil, func(body map[string]any) {
		for _, name := range []string{"user_code", "verification_uri", "verification_url", "message"} {
			if s, ok := body[name].(string); ok {
				body[name] = s + hostile
			}
		}
		claims(t, body, "access_token", map[string]any{"upn": hostile, "name": hostile, "unique_name": hostile, "aud": hostile})
		claims(t, body, "id_token", map[string]any{"preferred_username": hostile, "name": hostile})
	})
	r := w.start([]string{interactive}, w.args("--cloud", g.cloud, "-v", "10")...)
	if err := w.SignIn(t.Context(), "alice", w.prompted(r)[:9]); err != nil {
		t.Fatal(err)
	}
	w.must(r, 24)
	if strings.ContainsAny(strings.ReplaceAll(r.errOut.String(), "\n", ""), "\x1b\x07\r\u202e\u2028\u009b") || strings.Contains(r.errOut.String(), "\naad: error: forged") {
		t.Errorf("stderr %q", r.errOut.String())
	}
}

// Tokens have no size that a column or a buffer was made for.
func TestATokenOf60KB(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	g := w.gateway()
	w.signIn("alice", "--cloud", g.cloud)
	w.expire()
	g.set(nil, func(body map[string]any) {
		claims(t, body, "access_token", map[string]any{"groups": strings.Split(strings.Repeat("8f31ac84-ff00-4b6e-9c0e-0d4e9f7d9b42 ", 1140), " ")})
	})
	for requests := 1; requests >= 0; requests-- {
		r := w.start(nil, w.args("--cloud", g.cloud)...)
		w.must(r, 0)
		if w.token(r); r.out.String() == "" || len(r.out.String()) < 60_000 || g.seen() != 1 {
			t.Errorf("%d bytes, %d requests", len(r.out.String()), g.seen())
		}
	}
}

// The machine's clock goes 10 minutes before or after Entra's.
func TestTheClockIsWrong(t *testing.T) {
	t.Parallel()
	for _, ahead := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		w := newWorld(t, sandbox.Options{})
		w.Advance(ahead)
		w.signIn("alice")
		w.ResetRequests()
		w.must(w.start(nil, w.args()...), 0)
		if n := w.requests(""); n != 0 {
			t.Errorf("%v: %d requests for a token that is there", ahead, n)
		}
		w.expire()
		w.must(w.start(nil, w.args()...), 0)
		if n := w.requests(""); n != 1 {
			t.Errorf("%v: a refresh made %d requests", ahead, n)
		}
	}
	w := newWorld(t, sandbox.Options{TokenLifetime: 9 * time.Minute})
	w.Advance(-10 * time.Minute)
	r := w.start([]string{interactive}, w.args()...)
	if err := w.SignIn(t.Context(), "alice", w.prompted(r)); err != nil {
		t.Fatal(err)
	}
	w.must(r, 27)
	if s := r.errOut.String(); !strings.Contains(s, "clock") || !strings.Contains(s, "aad: hint: ") {
		t.Errorf("stderr %q", s)
	}
}

// A proxy that refuses, that says nothing, and that is not there: an error
// comes within seconds, and a token that is good comes at once.
func TestTheProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	refusing := httptest.NewServer(page(http.StatusProxyAuthRequired))
	t.Cleanup(refusing.Close)
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	certificate := httptest.NewTLSServer(nil)
	t.Cleanup(certificate.Close)
	cloud := w.cloudFile("https://login.contoso.example/", certificate.Certificate()) // loopback needs no proxy
	w.signIn("alice")
	for name, proxy := range map[string]string{"refuses": refusing.URL, "is mute": "http://" + mute.Addr().String(), "is gone": "http://" + gone.Addr().String()} {
		for _, tenant := range []string{string(w.Info().Tenants[0].ID), "contoso.com"} {
			r := w.start([]string{interactive, "HTTPS_PROXY=" + proxy}, w.args("--cloud", cloud, "--tenant-id", tenant)...)
			began := time.Now()
			w.must(r, 22)
			w.readable(name, r)
			if d := time.Since(began); d > 20*time.Second {
				t.Errorf("the proxy %s: an error after %v", name, d)
			}
		}
		w.must(w.start([]string{"HTTPS_PROXY=" + proxy, "HTTP_PROXY=" + proxy}, w.args()...), 0)
	}
}
