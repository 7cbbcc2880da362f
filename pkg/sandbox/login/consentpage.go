package login

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// askConsent is the page on which an administrator approves what an application
// declares to need (Entra's admin consent endpoint, v1 and v2).
func (s *Service) askConsent(w http.ResponseWriter, r *http.Request) {
	q, f := s.readConsent(r)
	if f != nil {
		showFailure(w, f)
		return
	}
	show(w, http.StatusOK, view{Title: "Permissions requested", Text: q.app.DisplayName + " asks for all that its registration declares, for everybody in your organization. " +
		"Only an administrator can accept.", Action: r.URL.Path, Hidden: hidden(q.form), People: s.people(q.tenant), Allow: origin(q.redirect)})
}

// consented is the button of that page.
func (s *Service) consented(w http.ResponseWriter, r *http.Request) {
	q, f := s.readConsent(r)
	if f != nil {
		showFailure(w, f)
		return
	}
	if q.form.Get("button") == "cancel" {
		q.consentDone(w, r, url.Values{"error": {"access_denied"}, "error_description": {fail(65004).Error()}})
		return
	}
	t, u, f := s.whoIs(q.tenant, chosen(q.form))
	if f == nil && !slices.Contains(t.RoleTemplates(u.ID), directory.GlobalAdministrator) {
		f = fail(90094, u.Person.SignInName)
	}
	if f != nil {
		showFailure(w, f)
		return
	}
	sp, ok := t.ServicePrincipalByAppID(q.app.AppID)
	if !ok {
		var err error
		if sp, err = t.CreateServicePrincipal(directory.ServicePrincipal{AppID: q.app.AppID, AccountEnabled: true}); err != nil {
			showFailure(w, fail(700016, q.app.AppID, t.Name))
			return
		}
	}
	if err := consentAll(t, sp.ID, q.app); err != nil {
		showError(w, err)
		return
	}
	answer := url.Values{"admin_consent": {"True"}, "tenant": {string(t.ID)}}
	if strings.Contains(r.URL.Path, "/v2.0/") {
		answer.Set("scope", q.form.Get("scope"))
	}
	q.consentDone(w, r, answer)
}

func (q request) consentDone(w http.ResponseWriter, r *http.Request, answer url.Values) {
	if q.redirect == "" {
		title := "Permissions granted"
		if answer.Has("error") {
			title = "Cancelled"
		}
		show(w, http.StatusOK, view{Title: title, Text: "You may close this window.", Good: !answer.Has("error")})
		return
	}
	q.back(w, r, answer)
}

// readConsent finds tenant and application. The application need not be present
// in the tenant yet; its address, if one is given, must be registered.
func (s *Service) readConsent(r *http.Request) (request, *failure) {
	if err := r.ParseForm(); err != nil {
		return request{}, &failure{oauth: "invalid_request", code: 900561, text: "the request is not a form"}
	}
	q := request{form: r.Form, redirect: r.Form.Get("redirect_uri")}
	var f *failure
	if q.tenant, f = s.tenant(r.PathValue("tenant")); f != nil {
		return q, f
	}
	id := q.form.Get("client_id")
	app, f := s.client(nil, id)
	if f != nil && f.code == 50194 { // its own tenant will do
		app, f = s.client(q.tenant, id)
	}
	if f != nil {
		return q, f
	}
	q.app = app
	if q.redirect != "" && !registered(app, q.redirect) {
		return q, fail(50011, q.redirect, app.AppID)
	}
	return q, nil
}
