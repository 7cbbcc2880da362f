package httpx_test

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
)

// server answers each request with the next of the given functions, and counts.
func server(t *testing.T, answers ...http.HandlerFunc) (url, ca string, count *atomic.Int64) {
	t.Helper()
	count = new(atomic.Int64)
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(count.Add(1))
		answers[min(n, len(answers))-1](w, r)
	}))
	t.Cleanup(s.Close)
	ca = filepath.Join(t.TempDir(), "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(ca, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return s.URL, ca, count
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i+1 < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		body, _ := io.ReadAll(r.Body)
		w.WriteHeader(code)
		_, _ = w.Write(body)
	}
}

func reset(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		_ = conn.Close()
	}
}

func TestRetryPolicy(t *testing.T) {
	for _, tt := range []struct {
		name    string
		method  string
		answers []http.HandlerFunc
		tries   int64
		status  int
		waited  time.Duration // -1: some back-off
	}{
		{"success", "GET", []http.HandlerFunc{status(200)}, 1, 200, 0},
		{"throttled, told when", "POST", []http.HandlerFunc{status(429, "Retry-After", "7"), status(200)}, 2, 200, 7 * time.Second},
		{"throttled for too long", "GET", []http.HandlerFunc{status(429, "Retry-After", "3600")}, 1, 429, 0},
		{"down, then up", "POST", []http.HandlerFunc{status(503), status(200)}, 2, 200, -1},
		{"always down", "GET", []http.HandlerFunc{status(503)}, 3, 503, -1},
		{"gateway, idempotent", "GET", []http.HandlerFunc{status(504), status(200)}, 2, 200, -1},
		{"gateway, not idempotent", "POST", []http.HandlerFunc{status(504)}, 1, 504, 0},
		{"reset, idempotent", "GET", []http.HandlerFunc{reset, status(200)}, 2, 200, -1},
		{"the caller's mistake", "GET", []http.HandlerFunc{status(400)}, 1, 400, 0},
		{"broken", "GET", []http.HandlerFunc{status(500)}, 1, 500, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url, ca, count := server(t, tt.answers...)
			var waited time.Duration
			client, err := httpx.NewClient(httpx.Options{CAFile: ca,
				Retry: httpx.Policy{Tries: 3, Base: time.Second, MaxWait: time.Minute},
				Wait:  func(_ context.Context, d time.Duration) error { waited += d; return nil }})
			if err != nil {
				t.Fatal(err)
			}
			req, err := http.NewRequestWithContext(t.Context(), tt.method, url, strings.NewReader("body"))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.status || string(body) != "body" {
				t.Errorf("answer %d %q, want %d with the request's body", resp.StatusCode, body, tt.status)
			}
			if count.Load() != tt.tries {
				t.Errorf("%d requests, want %d", count.Load(), tt.tries)
			}
			if tt.waited >= 0 && waited != tt.waited || tt.waited < 0 && waited <= 0 {
				t.Errorf("waited %v, want %v", waited, tt.waited)
			}
		})
	}
}

func TestPostIsNotRepeatedAfterAReset(t *testing.T) {
	url, ca, count := server(t, reset)
	client, err := httpx.NewClient(httpx.Options{CAFile: ca, Retry: httpx.Quick()})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Post(url, "text/plain", strings.NewReader("x"))
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("a reset connection is an answer")
	}
	if count.Load() != 1 {
		t.Errorf("%d requests: a write may have been done already", count.Load())
	}
}

// Whoever waits for seconds is not made to wait for each of the tries.
func TestNoTryStartsTooLate(t *testing.T) {
	url, ca, count := server(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	for _, tc := range []struct {
		within time.Duration
		tries  int64
	}{{50 * time.Millisecond, 1}, {0, 3}} {
		count.Store(0)
		client, err := httpx.NewClient(httpx.Options{CAFile: ca, Timeout: 100 * time.Millisecond,
			Retry: httpx.Policy{Tries: 3, Base: time.Millisecond, MaxWait: time.Second, Within: tc.within}})
		if err != nil {
			t.Fatal(err)
		}
		resp, err := client.Get(url)
		if err == nil {
			_ = resp.Body.Close()
		}
		if !errors.Is(err, httpx.ErrNoAnswer) || count.Load() != tc.tries {
			t.Errorf("within %v: %v after %d tries, want %d", tc.within, err, count.Load(), tc.tries)
		}
	}
}

func TestCancelEndsTheWait(t *testing.T) {
	url, ca, _ := server(t, status(503))
	client, err := httpx.NewClient(httpx.Options{CAFile: ca, Retry: httpx.Policy{Tries: 9, Base: time.Hour, MaxWait: time.Hour}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	resp, err := client.Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestAnAnswerThatStopsInTheMiddleIsGivenUp(t *testing.T) {
	ended := make(chan struct{})
	url, ca, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte("{"))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(ended)
	})
	client, err := httpx.NewClient(httpx.Options{CAFile: ca, Timeout: 100 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); !errors.Is(err, httpx.ErrStalled) || string(got) != "{" {
		t.Errorf("read %q, %v", got, err)
	}
	<-ended
}

func TestASlowAnswerIsReadToItsEnd(t *testing.T) {
	url, ca, _ := server(t, func(w http.ResponseWriter, _ *http.Request) {
		for range 4 {
			_, _ = w.Write([]byte("part "))
			_ = http.NewResponseController(w).Flush()
			time.Sleep(60 * time.Millisecond)
		}
	})
	client, err := httpx.NewClient(httpx.Options{CAFile: ca, Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got, err := io.ReadAll(resp.Body); err != nil || string(got) != "part part part part " {
		t.Errorf("read %q, %v", got, err)
	}
}

func TestNoRedirectToAnotherHost(t *testing.T) {
	foreign, _, stranger := server(t, status(200))
	url, ca, _ := server(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, foreign, http.StatusTemporaryRedirect)
	})
	client, err := httpx.NewClient(httpx.Options{CAFile: ca})
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Post(url, "text/plain", strings.NewReader("assertion"))
	if err == nil {
		_ = resp.Body.Close()
	}
	if !errors.Is(err, httpx.ErrForeignRedirect) || stranger.Load() != 0 {
		t.Errorf("got %v, and %d requests reached the stranger", err, stranger.Load())
	}
}

func TestAnotherCAIsNotTrusted(t *testing.T) {
	url, _, count := server(t, status(200))
	client, err := httpx.NewClient(httpx.Options{Retry: httpx.Policy{Tries: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Get(url); err == nil {
		_ = resp.Body.Close()
		t.Error("an unknown CA is trusted")
	}
	if count.Load() != 0 {
		t.Error("the request was sent all the same")
	}
}

func TestBadCAFile(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{empty, empty + ".none"} {
		if _, err := httpx.NewClient(httpx.Options{CAFile: file}); err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("CA file %s: %v", file, err)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		in   string
		want time.Duration
		ok   bool
	}{
		{"", 0, false}, {"5", 5 * time.Second, true}, {"0", 0, true}, {"-5", 0, false}, {"soon", 0, false},
		{"Mon, 23 Nov 2026 12:00:30 GMT", 30 * time.Second, true},
		{"Mon, 23 Nov 2026 11:00:00 GMT", 0, true},
	} {
		got, ok := httpx.RetryAfter(http.Header{"Retry-After": {tt.in}}, now)
		if got != tt.want || ok != tt.ok {
			t.Errorf("RetryAfter(%q) = %v, %v", tt.in, got, ok)
		}
	}
}
