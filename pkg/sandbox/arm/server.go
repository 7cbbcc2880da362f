// Package arm is the sandbox's pretend Azure Resource Manager: tenants, the
// subscription, roles, resource groups and managed clusters, at every api-version. It
// runs no API server itself: a ClusterHost does.
package arm

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Server answers ARM's requests.
type Server struct {
	directory    *directory.Directory
	verifier     wire.Verifier
	now          func() time.Time
	subscription string
	tenant       string // of the subscription
	host         ClusterHost
	state        *state

	life context.Context // ends with Close
	end  context.CancelFunc
	work sync.WaitGroup
}

// New returns an ARM with one subscription, of the directory's first tenant: the
// tenant's admin is its Owner, alice and bob have the Cluster User role. Without
// a host, clusters are recorded and nothing runs.
func New(d wire.Deps, subscription string, host ClusterHost) *Server {
	if host == nil {
		host = Recorder{}
	}
	home := d.Directory.Tenants()[0]
	s := &Server{directory: d.Directory, verifier: d.Verifier, now: d.Now, subscription: subscription,
		tenant: string(home.ID), host: host, state: newState()}
	s.seedAssignments()
	s.life, s.end = context.WithCancel(context.Background())
	return s
}

// Close breaks off what is under way and stops every cluster.
func (s *Server) Close() error {
	s.state.mu.Lock()
	s.end() // under the lock: nothing begins after it
	s.state.mu.Unlock()
	s.work.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	s.state.mu.Lock()
	defer s.state.mu.Unlock()
	var errs []error
	for _, c := range s.state.in("") {
		errs = append(errs, s.host.Stop(ctx, c.spec.ID))
	}
	return errors.Join(errs...)
}

// legacyRetired is the fault that makes ARM refuse the article's integration, as
// Azure has done since August 2023.
const legacyRetired = "legacy-retired"

// operationFails is the fault that lets a request be taken and what it began
// come to nothing.
const operationFails = "operation-failed"

// Register adds the routes and faults of ARM to its listener.
func (s *Server) Register(m *wire.Mux) {
	m.Rewrite = canonical
	m.Fault(legacyRetired, "clusters with the legacy aadProfile (two app registrations) are refused, as by Azure since August 2023")
	m.Fault(operationFails, "the operation that a PUT, start or stop of a cluster begins ends as Failed")
	for _, r := range routeTable() {
		m.Handle(r.method, r.pattern, func(w http.ResponseWriter, req *http.Request) { s.serve(w, req, r) })
	}
}

// Refuse writes an error in ARM's form.
func Refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	headers(w, r)
	if status == http.StatusTooManyRequests {
		throttled(r, w.Header().Get("Retry-After")).write(w)
		return
	}
	if status == http.StatusMethodNotAllowed {
		message = "The requested resource does not support http method '" + r.Method + "'."
	}
	if code == "" {
		code = map[int]string{http.StatusNotFound: "NotFound", http.StatusMethodNotAllowed: "MethodNotAllowed"}[status]
	}
	if code == "" {
		code = "InternalServerError"
	}
	failure(status, code, "%s", message).write(w)
}

// headers are those that every answer has.
func headers(w http.ResponseWriter, r *http.Request) {
	for name, value := range map[string]string{"Cache-Control": "no-cache", "Pragma": "no-cache", "Expires": "-1",
		"Strict-Transport-Security": "max-age=31536000; includeSubDomains", "X-Content-Type-Options": "nosniff"} {
		w.Header().Set(name, value)
	}
	correlation := r.Header.Get("x-ms-correlation-request-id")
	if correlation == "" {
		correlation = wire.RequestID(r)
	}
	w.Header().Set("x-ms-correlation-request-id", correlation)
}

var apiVersion = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(-[a-z]+)?$`)

func (s *Server) serve(w http.ResponseWriter, req *http.Request, r route) {
	headers(w, req)
	out, err := s.answer(req, r)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = failure(http.StatusInternalServerError, "InternalServerError", "%s", err.Error())
		}
		if e.Status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Bearer authorization_uri="`+wire.URL(req, wire.Login)+"/"+s.tenant+`", error="invalid_token", error_description="The access token is missing or not valid."`)
		}
		e.write(w)
		return
	}
	for name, values := range out.header {
		w.Header()[name] = values
	}
	if out.body == nil {
		w.WriteHeader(out.status)
		return
	}
	wire.JSON(w, out.status, out.body)
}

// answer checks what every route needs, in ARM's order: version, token,
// subscription, role.
func (s *Server) answer(req *http.Request, r route) (*reply, error) {
	switch v := req.URL.Query().Get("api-version"); {
	case v == "":
		return nil, failure(http.StatusBadRequest, "MissingApiVersionParameter", "The api-version query parameter (?api-version=) is required for all requests.")
	case !apiVersion.MatchString(v):
		return nil, failure(http.StatusBadRequest, "InvalidApiVersionParameter", "The api-version '%s' is invalid. The supported versions are '%s'.", v, strings.Join(apiVersions, ","))
	}
	who, err := s.authenticate(req)
	if err != nil {
		return nil, err
	}
	if err := s.subscribed(req.PathValue("subscription"), who); err != nil {
		return nil, err
	}
	scope := s.scopeOf(req)
	partly := r.partial && s.known(who, scope)
	if r.action != "" && !partly && !s.may(who, r.action, scope) {
		if resource := resourcePath(req.URL.Path); resource != "" {
			scope = resource
		}
		return nil, who.refused(r.action, scope)
	}
	return r.handle(s, &call{Request: req, caller: who})
}

func (s *Server) subscribed(id string, who caller) error {
	switch {
	case id == "":
		return nil
	case !entra.IsGUID(id):
		return failure(http.StatusBadRequest, "InvalidSubscriptionId", "The provided subscription identifier '%s' is malformed or invalid.", id)
	case !strings.EqualFold(id, s.subscription):
		return failure(http.StatusNotFound, "SubscriptionNotFound", "The subscription '%s' could not be found.", id)
	case who.tenant != s.tenant:
		return failure(http.StatusUnauthorized, "InvalidAuthenticationTokenTenant",
			"The access token is from the wrong issuer 'https://sts.windows.net/%s/'. It must match the tenant 'https://sts.windows.net/%s/' associated with this subscription.", who.tenant, s.tenant)
	}
	return nil
}

// resourcePath is the resource that an action on a path is about, as the client
// wrote it.
func resourcePath(path string) string {
	for _, action := range []string{"/listClusterUserCredential", "/listClusterAdminCredential", "/resetAADProfile", "/start", "/stop"} {
		path = strings.TrimSuffix(path, action)
	}
	return path
}
