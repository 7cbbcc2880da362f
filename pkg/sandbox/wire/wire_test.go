package wire_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func refuse(w http.ResponseWriter, _ *http.Request, status int, code, message string) {
	wire.JSON(w, status, map[string]string{"code": code, "message": message})
}

// newChassis serves a few routes as Graph does.
func newChassis(t *testing.T) (*wire.Chassis, *http.Client) {
	t.Helper()
	c, err := wire.New(wire.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := c.Listen(wire.Graph, refuse)
	if err != nil {
		t.Fatal(err)
	}
	m.Rewrite = func(p string) string { return strings.ReplaceAll(p, "things(name='x')", "things/by-name/x") }
	m.Fault("picky", "things are refused")
	m.Handle("GET", "/things/{id}", func(w http.ResponseWriter, r *http.Request) {
		if wire.Faulty(r, "picky") {
			refuse(w, r, http.StatusTeapot, "picky", "no")
			return
		}
		wire.JSON(w, http.StatusOK, map[string]string{"id": r.PathValue("id"), "login": wire.URL(r, wire.Login), "base": wire.Base(r)})
	})
	m.Handle("GET", "/things/by-name/{name}", func(w http.ResponseWriter, r *http.Request) {
		wire.JSON(w, http.StatusOK, r.PathValue("name"))
	})
	m.Handle("POST", "/things", func(w http.ResponseWriter, r *http.Request) {
		var v map[string]string
		if err := wire.ReadJSON(r, &v); err != nil {
			refuse(w, r, http.StatusBadRequest, "bad", err.Error())
			return
		}
		wire.JSON(w, http.StatusCreated, v)
	})
	m.Handle("GET", "/panic", func(http.ResponseWriter, *http.Request) { panic("oops") })
	if _, err := c.Listen(wire.Login, refuse); err != nil {
		t.Fatal(err)
	}
	c.Serve()
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(c.CA())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}}
	t.Cleanup(func() {
		client.CloseIdleConnections()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c, client
}

func do(t *testing.T, client *http.Client, method, address, body string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(raw)
}

func TestRoutes(t *testing.T) {
	c, client := newChassis(t)
	base := c.Endpoint(wire.Graph)
	for _, tc := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"GET", "/things/a%23b", "", 200, `"id":"a#b"`},
		{"GET", "//things/1", "", 200, `"login":"` + c.Endpoint(wire.Login) + `"`},
		{"GET", "/things(name='x')", "", 200, `"x"`},
		{"POST", "/things", `{"a":"b"}`, 201, `"a":"b"`},
		{"POST", "/things", `{"a":`, 400, "not valid JSON"},
		{"DELETE", "/things/1", "", 405, "does not take DELETE"},
		{"GET", "/nothing", "", 404, "no route"},
		{"GET", "/panic", "", 500, "failed to answer"},
	} {
		resp, got := do(t, client, tc.method, base+tc.path, tc.body)
		if resp.StatusCode != tc.status || !strings.Contains(got, tc.says) {
			t.Errorf("%s %s: %d %s", tc.method, tc.path, resp.StatusCode, got)
		}
		if tc.status == 201 && resp.Header.Get("Retry-After") != "1" {
			t.Error("201 without Retry-After")
		}
		if len(resp.Header.Get("x-ms-request-id")) != 36 {
			t.Errorf("request id %q", resp.Header.Get("x-ms-request-id"))
		}
	}
	want := []wire.Count{{"graph", "DELETE", "(unknown)", 1}, {"graph", "GET", "(unknown)", 1}, {"graph", "GET", "/panic", 1}, {"graph", "POST", "/things", 2},
		{"graph", "GET", "/things/by-name/{name}", 1}, {"graph", "GET", "/things/{id}", 2}}
	got := c.Requests()
	for i := range want {
		if i >= len(got) || got[i] != want[i] {
			t.Fatalf("requests %+v, want %+v", got, want)
		}
	}
	c.ResetRequests()
	if got := c.Requests(); len(got) != 0 {
		t.Errorf("after the reset: %+v", got)
	}
}

// Who asked for a public host is told public hosts.
func TestURL(t *testing.T) {
	c, client := newChassis(t)
	req, err := http.NewRequest("GET", c.Endpoint(wire.Graph)+"/things/1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "graph.microsoft.com"
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	raw, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if !strings.Contains(string(raw), `"base":"https://graph.microsoft.com"`) || !strings.Contains(string(raw), `"login":"https://login.microsoftonline.com"`) {
		t.Errorf("%s", raw)
	}
}

func TestFaults(t *testing.T) {
	c, client := newChassis(t)
	thing := c.Endpoint(wire.Graph) + "/things/1"
	for _, tc := range []struct {
		name, match, header, says string
		status                    int
	}{
		{"429", "", "1", "TooManyRequests", 429},
		{"500", "GET /things/{id}", "", "InternalServerError", 500},
		{"503", "/things", "", "ServiceUnavailable", 503},
		{"502", "", "", "<!DOCTYPE html>", 502},
		{"504", "", "", "Gateway Time-out", 504},
		{"html", "", "", "<!DOCTYPE html>", 200},
		{"picky", "", "", "picky", 418},
	} {
		if err := c.Arm(wire.Graph, tc.name, 2, tc.match); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			resp, got := do(t, client, "GET", thing, "")
			if resp.StatusCode != tc.status || !strings.Contains(got, tc.says) || resp.Header.Get("Retry-After") != tc.header {
				t.Errorf("%s: %d %s", tc.name, resp.StatusCode, got)
			}
		}
		if resp, _ := do(t, client, "GET", thing, ""); resp.StatusCode != 200 {
			t.Errorf("%s: still there: %d", tc.name, resp.StatusCode)
		}
	}
	if err := c.Arm(wire.Graph, "429-date", 1, ""); err != nil {
		t.Fatal(err)
	}
	resp, _ := do(t, client, "GET", thing, "")
	if at, err := http.ParseTime(resp.Header.Get("Retry-After")); err != nil || resp.StatusCode != 429 || time.Until(at) > time.Minute {
		t.Errorf("429-date: %d, %v", resp.StatusCode, err)
	}
	if err := c.Arm(wire.Graph, "500", 0, "POST"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := do(t, client, "GET", thing, ""); resp.StatusCode != 200 || len(c.Armed()) != 1 {
		t.Errorf("a fault for another route: %d", resp.StatusCode)
	}
	c.ClearFaults()
	for _, bad := range [][2]string{{"graph", "no-such"}, {"nowhere", "500"}, {"login", "picky"}} {
		if err := c.Arm(bad[0], bad[1], 1, ""); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
	if len(c.Armed()) != 0 {
		t.Errorf("armed %v", c.Armed())
	}
}

func TestHalfAnAnswer(t *testing.T) {
	c, client := newChassis(t)
	thing := c.Endpoint(wire.Graph) + "/things/1"
	if err := c.Arm(wire.Graph, "half", 1, ""); err != nil {
		t.Fatal(err)
	}
	if half, err := client.Get(thing); err != nil {
		t.Errorf("half: %v", err)
	} else {
		if data, err := io.ReadAll(half.Body); err == nil || len(data) == 0 {
			t.Errorf("half: %d bytes, %v", len(data), err)
		}
		_ = half.Body.Close()
	}
}

func TestResetAndHang(t *testing.T) {
	c, client := newChassis(t)
	thing := c.Endpoint(wire.Graph) + "/things/1"
	if err := c.Arm(wire.Graph, "reset", 1, ""); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("POST", c.Endpoint(wire.Graph)+"/things", strings.NewReader("{}")) // not sent again by net/http
	if err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Do(req); err == nil {
		_ = resp.Body.Close()
		t.Errorf("reset: %s", resp.Status)
	} else if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.EOF) {
		t.Errorf("reset: %v", err)
	}
	if err := c.Arm(wire.Graph, "hang", 1, ""); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if req, err = http.NewRequestWithContext(ctx, "GET", thing, nil); err != nil {
		t.Fatal(err)
	}
	if resp, err := client.Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("hang: %v %v", resp, err)
	}
}

// Counts and faults hold when many ask at once: exactly the armed number fails.
func TestAtOnce(t *testing.T) {
	c, client := newChassis(t)
	if err := c.Arm(wire.Graph, "500", 7, ""); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var mu sync.Mutex
	failed := 0
	for range 40 {
		wg.Go(func() {
			resp, err := client.Get(c.Endpoint(wire.Graph) + "/things/1")
			if err != nil {
				t.Error(err)
				return
			}
			_ = resp.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			if resp.StatusCode == 500 {
				failed++
			}
		})
	}
	wg.Wait()
	if got := c.Requests(); failed != 7 || got[0].Count != 40 {
		t.Errorf("%d failed, requests %v", failed, got)
	}
}
