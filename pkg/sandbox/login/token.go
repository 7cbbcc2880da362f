package login

import (
	"errors"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// ask is a request to the token endpoint whose client is known.
type ask struct {
	r      *http.Request
	form   func(string) string
	tenant *directory.Tenant // nil for common and organizations
	app    *directory.Application
	proof  proof
	wish   wish
}

// maxForm is the largest form that is read, in bytes.
const maxForm = 256 << 10

// token is the token endpoint.
func (s *Service) token(w http.ResponseWriter, r *http.Request) {
	g, err := s.exchange(w, r)
	var f *failure
	switch {
	case errors.As(err, &f):
		refuse(w, r, s.deps.Now(), f)
	case err != nil:
		s.Refuse(w, r, http.StatusInternalServerError, "", err.Error())
	default:
		g.write(w)
	}
}

func (s *Service) exchange(w http.ResponseWriter, r *http.Request) (grant, error) {
	a, f := s.read(w, r)
	if f != nil {
		return grant{}, f
	}
	kinds := map[string]func(ask) (grant, error){
		"urn:ietf:params:oauth:grant-type:device_code": s.byDevice,
		"device_code":        s.byDevice, // MSAL Go's spelling
		"refresh_token":      s.byRefresh,
		"authorization_code": s.byCode,
		"client_credentials": s.byClient,
		"password":           s.byPassword,
		"urn:ietf:params:oauth:grant-type:jwt-bearer": s.onBehalfOf,
	}
	kind := a.form("grant_type")
	do, ok := kinds[kind]
	switch {
	case kind == "":
		return grant{}, fail(900144, "grant_type")
	case !ok:
		return grant{}, fail(70003, kind)
	}
	return do(a)
}

// read reads the form, finds tenant and client, and checks the client's secret.
func (s *Service) read(w http.ResponseWriter, r *http.Request) (ask, *failure) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return ask{}, &failure{oauth: "invalid_request", code: 900561, text: "the request is not a form"}
	}
	a := ask{r: r, form: r.PostForm.Get}
	id, secret := a.form("client_id"), a.form("client_secret")
	if user, password, ok := r.BasicAuth(); ok {
		id, secret = user, password
	}
	var f *failure
	if a.tenant, f = s.tenant(r.PathValue("tenant")); f != nil {
		return a, f
	}
	if a.app, f = s.client(a.tenant, id); f != nil {
		return a, f
	}
	if a.proof, f = s.prove(a, secret); f != nil {
		return a, f
	}
	a.wish, f = readWish(r, a.form)
	return a, f
}

// readWish reads what a request asks for: at the v2 endpoints by scope, at the
// v1 endpoints by resource.
func readWish(r *http.Request, form func(string) string) (wish, *failure) {
	if !strings.Contains(r.URL.Path, "/v2.0/") {
		return parseResource(form("resource")), nil
	}
	w, f := parseScope(form("scope"))
	if f != nil && f.code == 28000 && form("grant_type") == "client_credentials" {
		f = fail(70011, w.asked)
	}
	if f == nil && strings.EqualFold(form("token_type"), "pop") {
		w.bound, f = readConfirmation(form("req_cnf"))
	}
	return w, f
}

// person finds somebody in the tenant of the request, or at home where the
// request leaves that open.
func (s *Service) person(t *directory.Tenant, home entra.TenantID, id entra.ObjectID) (*directory.Tenant, *directory.User, *failure) {
	if t == nil {
		var ok bool
		if t, ok = s.deps.Directory.Tenant(string(home)); !ok { // of a guest from elsewhere
			return nil, nil, fail(90002, home)
		}
	}
	if u, ok := t.PersonAt(home, id); ok {
		return t, u, nil
	}
	return nil, nil, fail(50020, id, t.Name)
}
