// Package graph is the sandbox's pretend Microsoft Graph v1.0: app
// registrations, service principals, consent, people and groups, for bearers of
// tokens who may see or change them. What it does not imitate it answers with
// 404 or an error that says so; it keeps no directory of its own.
package graph

import (
	"compress/gzip"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph/odata"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Server answers Graph's requests.
type Server struct {
	directory *directory.Directory
	verifier  wire.Verifier
	now       func() time.Time
	inner     *http.ServeMux // the routes again, for the requests in a $batch
}

// New returns a Graph over the directory.
func New(d wire.Deps) *Server {
	return &Server{directory: d.Directory, verifier: d.Verifier, now: d.Now, inner: http.NewServeMux()}
}

// reply is a successful answer; a nil body is an empty one.
type reply struct {
	status int
	body   any
}

func noContent() *reply { return &reply{status: http.StatusNoContent} }

// call is one request of somebody who may make it.
type call struct {
	*http.Request
	caller caller
	tenant *directory.Tenant
	query  odata.Query
}

// route is one operation of Graph and what it takes to use it.
type route struct {
	method, pattern string
	need            access
	handle          func(*Server, *call) (*reply, error)
}

// Register adds the routes and faults of Graph to its listener.
func (s *Server) Register(m *wire.Mux) {
	m.Rewrite = canonical
	m.Fault(batchThrottled, "one item of a $batch is throttled: 429 with Retry-After: 1 in its own headers")
	for _, r := range routes() {
		h := func(w http.ResponseWriter, req *http.Request) { s.serve(w, req, r) }
		m.Handle(r.method, version+r.pattern, h)
		s.inner.HandleFunc(r.method+" "+version+r.pattern, h)
	}
	m.Handle(http.MethodPost, version+"/$batch", s.batch)
}

const version = "/v1.0"

func (s *Server) serve(w http.ResponseWriter, req *http.Request, r route) {
	out, err := s.answer(req, r)
	if err != nil {
		s.refuse(w, req, err)
		return
	}
	if out.body == nil {
		headers(w)
		w.WriteHeader(out.status)
		return
	}
	if text, ok := out.body.(plainText); ok {
		w.Header().Set("Content-Type", "text/plain")
		w.WriteHeader(out.status)
		_, _ = w.Write([]byte(text)) // the client has gone: nobody to tell
		return
	}
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.Header().Set("OData-Version", "4.0")
	headers(w)
	wire.JSON(w, out.status, out.body)
}

func (s *Server) refuse(w http.ResponseWriter, req *http.Request, err error) {
	var e *Error
	if !errors.As(err, &e) {
		e = translate(err)
	}
	if e.Status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="", authorization_uri="`+wire.URL(req, wire.Login)+`/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`)
	}
	e.write(w, req)
}

// inflate undoes the compression that Graph SDKs apply to what they send.
func inflate(r *http.Request) error {
	switch r.Header.Get("Content-Encoding") {
	case "", "identity":
		return nil
	case "gzip":
		body, err := gzip.NewReader(r.Body)
		if err != nil {
			return failure(http.StatusBadRequest, "BadRequest", "The body is not compressed as its header says.")
		}
		r.Body = body
		return nil
	}
	return failure(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "The content encoding is not supported.")
}

func (s *Server) answer(req *http.Request, r route) (*reply, error) {
	if err := inflate(req); err != nil {
		return nil, err
	}
	who, tenant, err := s.authenticate(req)
	if err != nil {
		return nil, err
	}
	values, err := url.ParseQuery(strings.ReplaceAll(req.URL.RawQuery, "+", "%20"))
	if err != nil {
		return nil, failure(http.StatusBadRequest, "BadRequest", "The query is not valid.")
	}
	query, err := odata.ParseQuery(values)
	if err != nil {
		return nil, err
	}
	if who.isApp && (r.pattern == "/me" || strings.HasPrefix(r.pattern, "/me/")) {
		return nil, failure(http.StatusBadRequest, "BadRequest", "/me request is only valid with delegated authentication flow.")
	}
	if !who.may(r.need) {
		return nil, denied()
	}
	return r.handle(s, &call{Request: req, caller: who, tenant: tenant, query: query})
}
