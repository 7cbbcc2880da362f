// Package kubetest is a small API server for tests: objects by path, server-side
// apply with its conflicts, reviews, paging, TLS. It knows no RBAC: what is
// refused is said by the test. Tests of the journey use a real API server.
package kubetest

import (
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Attributes are what an access review asks.
type Attributes struct{ Verb, Group, Resource, Name, Namespace string }

// Server is a running API server. Set the functions before the first request.
type Server struct {
	*httptest.Server
	// Deny returns the reason why who ("" is the caller) may not do it, or "".
	Deny func(who string, do Attributes) string
	// User is what a SelfSubjectReview tells of the caller; nil is Username.
	User map[string]any
	// Refuse returns the status and message with which a request fails, or 0.
	Refuse func(r *http.Request) (code int, message string)

	mu      sync.Mutex
	version int
	objects map[string]object
	writes  []string
	reviews []Review
}

// Review is an access review that was asked for; User "" is the caller.
type Review struct {
	User   string
	Groups []string
	Extra  map[string][]string
	Do     Attributes
}

type object struct {
	content map[string]any
	manager string
}

// Username is who every caller is.
const Username = "admin@contoso.com"

// Start runs a server with the objects at the given paths
// ("/api/v1/namespaces/prod") until the test ends.
func Start(t testing.TB, paths ...string) *Server {
	s := &Server{objects: map[string]object{}}
	for _, p := range paths {
		s.Put(p, map[string]any{})
	}
	s.Server = httptest.NewTLSServer(s)
	t.Cleanup(s.Close)
	return s
}

// Put stores an object as somebody else than us.
func (s *Server) Put(path string, content map[string]any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(path, content, "somebody-else")
}

// Object returns the object at a path, or nil.
func (s *Server) Object(path string) map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.objects[path].content
}

// Writes lists the requests that changed something, such as "PATCH /apis/...".
func (s *Server) Writes() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.writes...)
}

// Reviews lists the access reviews that were asked for.
func (s *Server) Reviews() []Review {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Review(nil), s.reviews...)
}

// Kubeconfig returns a kubeconfig for the server, its context in namespace
// "team".
func (s *Server) Kubeconfig() []byte {
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	data, _ := json.Marshal(map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"clusters": []any{map[string]any{"name": "test", "cluster": map[string]any{"server": s.URL, "certificate-authority-data": ca}}},
		"contexts": []any{map[string]any{"name": "test", "context": map[string]any{"cluster": "test", "user": "test", "namespace": "team"}}},
		"users":    []any{map[string]any{"name": "test", "user": map[string]any{"token": "test"}}},
	})
	return data
}

func (s *Server) put(path string, content map[string]any, manager string) {
	s.version++
	meta, _ := content["metadata"].(map[string]any)
	if meta == nil {
		meta = map[string]any{}
	}
	segments := strings.Split(path, "/")
	meta["name"] = segments[len(segments)-1]
	if len(segments) > 4 && segments[len(segments)-4] == "namespaces" {
		meta["namespace"] = segments[len(segments)-3]
	}
	meta["resourceVersion"] = strconv.Itoa(s.version)
	content["metadata"] = meta
	s.objects[path] = object{content, manager}
}

func reply(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, code int, format string, args ...any) {
	reply(w, code, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure",
		"message": fmt.Sprintf(format, args...), "code": code})
}
