package login

import (
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// codeTime is how long an authorization code may be redeemed.
const codeTime = 10 * time.Minute

// authCode is an authorization code on its way.
type authCode struct {
	client    entra.ClientID
	tenant    entra.TenantID
	redirect  string
	challenge string
	method    string
	nonce     string
	wish      wish
	session   session
	expires   time.Time
	used      bool
}

// request is what the browser brings to the authorize endpoint.
type request struct {
	form     url.Values
	tenant   *directory.Tenant
	app      *directory.Application
	redirect string
	wish     wish
}

// authorize shows the page on which a person says who they are.
func (s *Service) authorize(w http.ResponseWriter, r *http.Request) {
	q, f := s.readAuthorize(r)
	if f != nil {
		showFailure(w, f)
		return
	}
	if q.form.Get("prompt") == "none" { // the page keeps nobody signed in
		q.back(w, r, url.Values{"error": {"login_required"}, "error_description": {"AADSTS50058: nobody is signed in"}})
		return
	}
	show(w, http.StatusOK, view{Title: "Sign in", Text: "to continue to " + q.app.DisplayName,
		Action: r.URL.Path, Hidden: hidden(q.form), People: s.people(q.tenant), Hint: q.form.Get("login_hint"), Allow: origin(q.redirect)})
}

// hidden are the fields by which a page hands on what it was asked with.
func hidden(form url.Values) map[string]string {
	out := map[string]string{}
	for name, values := range form {
		if len(values) > 0 {
			out[name] = values[0]
		}
	}
	return out
}

// authorized sends the browser back to the client with a code, or with a refusal.
func (s *Service) authorized(w http.ResponseWriter, r *http.Request) {
	q, f := s.readAuthorize(r)
	if f != nil {
		showFailure(w, f)
		return
	}
	if q.form.Get("button") == "cancel" {
		q.back(w, r, url.Values{"error": {"access_denied"}, "error_subcode": {"cancel"},
			"error_description": {"the sign-in was cancelled"}})
		return
	}
	t, u, f := s.whoIs(q.tenant, chosen(q.form))
	if f != nil {
		showFailure(w, f)
		return
	}
	app, f := s.client(t, string(q.app.AppID))
	var token userToken
	if f == nil {
		token, f = s.allow(t, app, u, q.wish, occasion{at: s.deps.Now(), present: true})
	}
	if f != nil {
		showFailure(w, f)
		return
	}
	now, code := s.deps.Now(), opaque("1.")
	s.mu.Lock()
	for old, c := range s.codes { // an hour after its end nobody redeems it
		if now.After(c.expires.Add(time.Hour)) {
			delete(s.codes, old)
		}
	}
	s.codes[code] = &authCode{client: app.AppID, tenant: t.ID, redirect: q.redirect, challenge: q.form.Get("code_challenge"),
		method: q.form.Get("code_challenge_method"), nonce: q.form.Get("nonce"), wish: q.wish, expires: now.Add(codeTime),
		session: session{Client: app.AppID, Home: u.Person.Home, Person: u.Person.HomeID, At: now, Used: now, MFA: token.mfa}}
	s.mu.Unlock()
	q.back(w, r, url.Values{"code": {code}, "session_state": {guid()}})
}

// readAuthorize checks what must be right before a browser may be sent anywhere.
func (s *Service) readAuthorize(r *http.Request) (request, *failure) {
	if err := r.ParseForm(); err != nil {
		return request{}, &failure{oauth: "invalid_request", code: 900561, text: "the request is not a form"}
	}
	q := request{form: r.Form, redirect: r.Form.Get("redirect_uri")}
	var f *failure
	if q.tenant, f = s.tenant(r.PathValue("tenant")); f != nil {
		return q, f
	}
	if q.app, f = s.client(q.tenant, r.Form.Get("client_id")); f != nil {
		return q, f
	}
	if !registered(q.app, q.redirect) {
		return q, fail(50011, q.redirect, q.app.AppID)
	}
	if q.form.Get("response_type") != "code" {
		return q, &failure{oauth: "unsupported_response_type", code: 70005, text: "the only response type here is \"code\""}
	}
	q.wish, f = readWish(r, q.form.Get)
	return q, f
}

// back redirects to the client.
func (q request) back(w http.ResponseWriter, r *http.Request, answer url.Values) {
	if state := q.form.Get("state"); state != "" {
		answer.Set("state", state)
	}
	if q.form.Get("response_mode") == "form_post" {
		show(w, http.StatusOK, view{Title: "Signed in", Text: "Press Continue to go back to " + q.app.DisplayName + ".",
			Action: q.redirect, Hidden: hidden(answer), Button: "Continue", Allow: origin(q.redirect)})
		return
	}
	u, err := url.Parse(q.redirect)
	if err != nil {
		showFailure(w, fail(50011, q.redirect, q.app.AppID))
		return
	}
	if q.form.Get("response_mode") == "fragment" {
		http.Redirect(w, r, u.String()+"#"+answer.Encode(), http.StatusFound)
		return
	}
	query := u.Query()
	for name := range answer {
		query.Set(name, answer.Get(name))
	}
	u.RawQuery = query.Encode()
	http.Redirect(w, r, u.String(), http.StatusFound)
}

// registered reports whether a code may be sent to an address: a registered one,
// or the loopback one at any port (RFC 8252 §7.3).
func registered(app *directory.Application, redirect string) bool {
	all := slices.Concat(app.PublicClient.RedirectURIs, app.Web.RedirectURIs, app.SPA.RedirectURIs)
	if slices.Contains(all, redirect) {
		return redirect != ""
	}
	u, err := url.Parse(redirect)
	if err != nil || u.Scheme != "http" || !loopback(u.Hostname()) {
		return false
	}
	return slices.ContainsFunc(all, func(have string) bool {
		h, err := url.Parse(have)
		return err == nil && h.Scheme == "http" && h.Hostname() == u.Hostname() &&
			strings.TrimSuffix(h.Path, "/") == strings.TrimSuffix(u.Path, "/")
	})
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
