package clients_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// router is a CONNECT proxy that takes the public hosts to the sandbox and lets
// nothing else through: a client that wants more is told so, and noted.
type router struct {
	routes  map[string]string // public host to the listener's host and port
	mu      sync.Mutex
	asked   map[string]int // of the public hosts
	refused map[string]int
}

// route starts a router and returns it with its address.
func route(t *testing.T, e sandbox.Endpoints) (*router, string) {
	t.Helper()
	r := &router{routes: map[string]string{}, asked: map[string]int{}, refused: map[string]int{}}
	for host, endpoint := range map[string]string{
		"login.microsoftonline.com": e.Login,
		"login.microsoft.com":       e.Login,
		"login.windows.net":         e.Login,
		"sts.windows.net":           e.Login,
		"graph.microsoft.com":       e.Graph,
		"management.azure.com":      e.ARM,
		"main.iam.ad.ext.azure.com": e.Portal,
		"microsoft.com":             e.Portal, // microsoft.com/devicelogin
	} {
		u, err := url.Parse(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		r.routes[host] = u.Host
	}
	server := httptest.NewServer(r)
	t.Cleanup(func() {
		server.Close()
		t.Logf("asked for: %v; not let through: %v", r.asked, r.refused)
	})
	return r, server.URL
}

// wasAsked fails the test for each host that no client asked for.
func (r *router) wasAsked(t *testing.T, hosts ...string) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, host := range hosts {
		if r.asked[host] == 0 {
			t.Errorf("nobody asked for %s: the client went another way", host)
		}
	}
}

func (r *router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	host, port, err := net.SplitHostPort(req.Host)
	to := r.routes[host]
	known := err == nil && port == "443" && to != "" && req.Method == http.MethodConnect
	r.mu.Lock()
	if known {
		r.asked[host]++
	} else {
		r.refused[req.Host]++
	}
	r.mu.Unlock()
	if !known {
		http.Error(w, fmt.Sprintf("%s is not routed to the sandbox", req.Host), http.StatusBadGateway)
		return
	}
	back, err := (&net.Dialer{}).DialContext(req.Context(), "tcp", to)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	w.WriteHeader(http.StatusOK)
	front, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		_ = back.Close()
		return
	}
	go func() {
		_, _ = io.Copy(back, buffered)
		_ = back.Close()
	}()
	_, _ = io.Copy(front, back)
	_ = front.Close()
}
