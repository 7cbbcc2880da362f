package wire

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// Refusal writes an error in a service's own form. Headers such as Retry-After
// are already set.
type Refusal func(w http.ResponseWriter, r *http.Request, status int, code, message string)

// Mux holds the routes of one service.
type Mux struct {
	Name string

	// Rewrite, if set, changes the escaped path before a route is chosen, so
	// that applications(appId='x') can be a path like any other.
	Rewrite func(escapedPath string) string

	chassis  *Chassis
	routes   *http.ServeMux
	refuse   Refusal
	listener net.Listener
	server   *http.Server
}

// Handle registers a route: a method and a pattern of net/http.ServeMux
// ("GET", "/v1.0/users/{id}"). Counts and faults know it by the pattern.
func (m *Mux) Handle(method, pattern string, h http.HandlerFunc) {
	m.routes.Handle(method+" "+pattern, h)
}

// call is what the chassis knows about a request on its way.
type call struct {
	mux   *Mux
	route string // the pattern, without the method
	id    string
}

type callKey struct{}

func callOf(r *http.Request) *call {
	c, _ := r.Context().Value(callKey{}).(*call)
	return c
}

// ServeHTTP counts the request, applies latency and faults, and answers it.
func (m *Mux) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w := &writer{ResponseWriter: rw}
	if m.Rewrite != nil {
		rewrite(r, m.Rewrite(r.URL.EscapedPath()))
	}
	for strings.Contains(r.URL.Path, "//") { // or ServeMux redirects
		rewrite(r, strings.ReplaceAll(r.URL.EscapedPath(), "//", "/"))
	}
	_, pattern := m.routes.Handler(r)
	_, route, _ := strings.Cut(pattern, " ")
	if route == "" {
		route = "(unknown)"
	}
	c := &call{mux: m, route: route, id: newID()}
	r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
	w.Header().Set("x-ms-request-id", c.id)
	w.Header().Set("request-id", c.id)
	if id := r.Header.Get("client-request-id"); id != "" {
		w.Header().Set("client-request-id", id)
	}
	m.chassis.counts.add(m.Name, r.Method, route)
	defer m.survive(w, r)
	if !m.wait(r) {
		return
	}
	if do := m.chassis.faults.take(c, r.Method); do != nil {
		do(w, r, m.refuse)
		return
	}
	if route == "(unknown)" {
		m.unknown(w, r)
		return
	}
	m.routes.ServeHTTP(w, r) // chooses again, and sets the path values
	if m.chassis.o.Written != nil && r.Method != http.MethodGet && r.Method != http.MethodHead {
		m.chassis.o.Written()
	}
}

// unknown answers what has no route, or none for its method.
func (m *Mux) unknown(w http.ResponseWriter, r *http.Request) {
	if Routed(m.routes, r) {
		m.refuse(w, r, http.StatusMethodNotAllowed, "", fmt.Sprintf("the sandbox's %s does not take %s at %s", m.Name, r.Method, r.URL.Path))
		return
	}
	m.refuse(w, r, http.StatusNotFound, "", fmt.Sprintf("the sandbox's %s has no route for %s %s", m.Name, r.Method, r.URL.Path))
}

// Routed reports whether a path has a route for some other method than the
// request's.
func Routed(routes *http.ServeMux, r *http.Request) bool {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete} {
		other := *r
		other.Method = method
		if _, pattern := routes.Handler(&other); pattern != "" {
			return true
		}
	}
	return false
}

// wait adds the latency; false when the client or the sandbox has gone.
func (m *Mux) wait(r *http.Request) bool {
	latency := m.chassis.Latency()
	if latency <= 0 {
		return true
	}
	t := time.NewTimer(latency)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-r.Context().Done():
		return false
	}
}

// survive turns a panic of a handler into an answer of its service.
func (m *Mux) survive(w *writer, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if err, ok := p.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(p)
	}
	fmt.Fprintf(m.chassis.o.Log, "%s: %s %s: panic: %v\n%s", m.Name, r.Method, r.URL.Path, p, debug.Stack())
	if !w.wrote {
		m.refuse(w, r, http.StatusInternalServerError, "", "the sandbox failed to answer; its log says why")
	}
}

func rewrite(r *http.Request, escaped string) {
	if u, err := r.URL.Parse(escaped); err == nil && u.Host == r.URL.Host {
		r.URL.Path, r.URL.RawPath = u.Path, u.RawPath
	}
}

// writer adds Retry-After to every 201 and 202: SDKs wait 30 s without it.
type writer struct {
	http.ResponseWriter
	wrote bool
}

func (w *writer) WriteHeader(status int) {
	w.wrote = true
	if (status == http.StatusCreated || status == http.StatusAccepted) && w.Header().Get("Retry-After") == "" {
		w.Header().Set("Retry-After", "1")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(b []byte) (int, error) {
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
