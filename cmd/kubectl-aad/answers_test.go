package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// hostile steers a terminal, reorders what is read and ends a line early.
const hostile = "\x1b]0;evil\x07\x1b[2J\u202egpj.exe\r\naad: error: forged\u2028\u009b1m"

// readable complains about an error that a person could not read: it is a few
// lines that say what and how to go on, without JSON, HTML or control bytes, and
// its exit code is a documented one.
func (w *world) readable(name string, r *run) {
	w.t.Helper()
	code, said := w.wait(r), r.errOut.String()
	lines := strings.Split(strings.TrimSuffix(said, "\n"), "\n")
	errors, hints := 0, 0
	for _, l := range lines {
		switch {
		case strings.HasPrefix(l, "aad: error: "):
			errors++
		case strings.HasPrefix(l, "aad: hint: "):
			hints++
		case !strings.HasPrefix(l, "aad: "):
			w.t.Errorf("%s: whose line is %q?", name, l)
		}
		if len([]rune(l)) > 480 || strings.ContainsFunc(l, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || r == '<' || r == '{'
		}) {
			w.t.Errorf("%s: a line that is not for people: %q", name, l)
		}
	}
	if errors != 1 || hints == 0 || len(lines) > 6 || r.out.String() != "" {
		w.t.Errorf("%s: %d errors, %d hints; stdout %q, stderr %s", name, errors, hints, r.out.String(), said)
	}
	if !slices.Contains(documented(w.t), fmt.Sprint(code)) {
		w.t.Errorf("%s: exit code %d is not documented", name, code)
	}
}

// documented returns the kinds of failure in docs/exit-codes.md.
func documented(t testing.TB) (codes []string) {
	page, err := os.ReadFile("../../docs/exit-codes.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\| ([23]\d) \|`).FindAllStringSubmatch(string(page), -1) {
		codes = append(codes, m[1])
	}
	return codes
}

func says(status int, contentType, body string, header ...string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", contentType)
		for i := 0; i < len(header); i += 2 {
			rw.Header().Set(header[i], header[i+1])
		}
		rw.WriteHeader(status)
		_, _ = rw.Write([]byte(body))
	}
}

func page(status int, header ...string) http.HandlerFunc {
	return says(status, "text/html", "<!DOCTYPE html><h1>Blocked</h1><p>{}\n", header...)
}

func object(status int, body string, header ...string) http.HandlerFunc {
	return says(status, "application/json", body, header...)
}

// Whatever comes instead of a token, a person can read what it was.
func TestWhateverAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	g := w.gateway()
	args := w.args("--cloud", g.cloud, "--timeout", "700ms")
	w.signIn("alice", "--cloud", g.cloud)
	silent := strings.Replace(interactive, "true", "false", 1)
	evil, err := json.Marshal(map[string]string{"error": hostile, "error_description": "AADSTS1: " + hostile, "correlation_id": hostile})
	if err != nil {
		t.Fatal(err)
	}
	date := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	for _, tc := range []struct {
		name   string
		answer http.HandlerFunc
		code   int
	}{
		{"500", object(500, `{"error":"server_error","error_description":"AADSTS90033: a transient error"}`), 22},
		{"502", page(502), 22}, {"503", page(503), 22}, {"504", page(504), 22}, {"500, nothing", object(500, ""), 22},
		{"429, seconds", object(429, `{}`, "Retry-After", "600"), 23}, {"429, a date", page(429, "Retry-After", date(time.Hour)), 23},
		{"429, nonsense", page(429, "Retry-After", hostile[20:30]), 23}, {"407", page(407), 22}, {"401", page(401), 22}, {"403", page(403), 22},
		{"HTML", page(200), 22}, {"nothing", object(200, ""), 22}, {"an empty object", object(200, `{}`), 24}, {"null", object(200, `null`), 24},
		{"a list", object(200, `[1]`), 24}, {"half a document", object(200, `{"token_type":"Bearer","access_token":"eyJ`), 22},
		{"half an answer", object(200, `{"token_type":`, "Content-Length", "5000"), 22},
		{"no token", object(200, `{"token_type":"Bearer","access_token":"x.y.z","expires_in":3600}`), 24},
		{"types", object(200, `{"token_type":7,"access_token":{},"expires_in":[]}`), 24},
		{"elsewhere", object(302, ``, "Location", "https://127.0.0.1:1/"), 22},
		{"2 MB", object(400, `{"error":"`+strings.Repeat("A", 2<<20)+`"}`), 22},
		{"long", object(400, `{"error":"invalid_request","error_description":"`+strings.Repeat("words ", 9000)+`"}`), 24},
		{"hostile", object(400, string(evil)), 24},
		{"silence", func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // or the server does not see the client go
			<-r.Context().Done()
		}, 22},
		{"reset", func(rw http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(rw).Hijack(); err == nil {
				_ = conn.Close()
			}
		}, 22},
	} {
		w.expireReadable()
		g.set(tc.answer, nil)
		r := w.start([]string{silent}, args...)
		if code := w.wait(r); code != tc.code {
			t.Errorf("%s: exit code %d, want %d", tc.name, code, tc.code)
		}
		w.readable(tc.name, r)
	}
	g.set(nil, nil)
	w.must(w.start([]string{silent}, args...), 0)
}

// Every fault that the sandbox's Entra ID has, on the silent way and on the
// way by a person.
func TestEveryFaultIsReadable(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.useBuilt()
	w.signIn("alice")
	silent := strings.Replace(interactive, "true", "false", 1)
	faults, err := (sandbox.Control{Dir: w.Dir()}).Faults(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, f := range faults {
		if f.Service != "login" {
			continue
		}
		w.expire()
		if err := w.Fault("login", f.Name, 0, ""); err != nil {
			t.Fatal(err)
		}
		if r := w.start([]string{silent}, w.args("--timeout", "700ms")...); w.wait(r) != 0 {
			w.readable(f.Name, r)
			tried++
		}
		w.ClearFaults()
		if r := w.start([]string{silent}, w.args()...); w.wait(r) != 0 {
			w.signIn("alice") // the sign-in was revoked
		}
	}
	if tried < 12 {
		t.Errorf("%d faults of %d tried", tried, len(faults))
	}
}
