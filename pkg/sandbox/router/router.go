// Package router takes Azure's public hosts to a sandbox: an HTTP proxy for
// clients that know nothing of it and are told nothing but where their requests
// go. It opens no TLS: the sandbox answers for the hosts itself.
package router

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// Router is a CONNECT proxy that takes the public hosts to the sandbox and lets
// nothing else through: a client that wants more is told so, and noted.
type Router struct {
	routes  map[string]string // public host to the listener's host and port
	mu      sync.Mutex
	asked   map[string]int // of the public hosts
	refused map[string]int
}

// New returns the router to a sandbox.
func New(e sandbox.Endpoints) (*Router, error) {
	r := &Router{routes: map[string]string{}, asked: map[string]int{}, refused: map[string]int{}}
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
			return nil, fmt.Errorf("endpoint for %s: %w", host, err)
		}
		r.routes[host] = u.Host
	}
	return r, nil
}

// Asked returns how often clients connected to a public host.
func (r *Router) Asked(host string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked[host]
}

// String lists what was asked for and what was not let through.
func (r *Router) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return fmt.Sprintf("asked for: %v; not let through: %v", r.asked, r.refused)
}

// ServeHTTP connects a client to the sandbox.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
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
