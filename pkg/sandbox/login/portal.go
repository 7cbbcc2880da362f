package login

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// askCode is the page of the verification address.
func (s *Service) askCode(w http.ResponseWriter, r *http.Request) {
	show(w, http.StatusOK, view{Title: "Enter code", Text: "Enter the code displayed on your device.",
		Action: "/devicelogin", AskCode: true, Code: r.FormValue("user_code")})
}

// askWho is the second page: what is asking, and who are you?
func (s *Service) askWho(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("user_code")
	d, f := s.waiting(code)
	if f != nil {
		show(w, http.StatusBadRequest, view{Title: "Enter code", Text: "Enter the code displayed on your device.",
			Problem: human(f), Action: "/devicelogin", AskCode: true})
		return
	}
	s.showPeople(w, d, code, "", http.StatusOK)
}

func (s *Service) showPeople(w http.ResponseWriter, d *device, code, problem string, status int) {
	name, where := string(d.client), "your organization"
	if app, _, ok := s.deps.Directory.AnyApplication(d.client); ok {
		name = app.DisplayName
	}
	if d.tenant != nil {
		where = d.tenant.Name
	}
	show(w, status, view{Title: "Pick an account", Text: "You are signing in to " + name + " in " + where +
		" on another device. Continue only if you started this yourself.", Problem: problem,
		Action: "/devicelogin/continue", Hidden: map[string]string{"user_code": code}, People: s.people(d.tenant)})
}

// decide is the button: Continue or Cancel.
func (s *Service) decide(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("user_code")
	d, f := s.waiting(code)
	if f != nil {
		showFailure(w, f)
		return
	}
	if r.PostFormValue("button") == "cancel" {
		if f := s.decline(code); f != nil {
			showFailure(w, f)
			return
		}
		show(w, http.StatusOK, view{Title: "Cancelled", Text: "The sign-in on your device was cancelled. You may close this window."})
		return
	}
	who := chosen(r.PostForm)
	if _, _, f := s.whoIs(d.tenant, who); f != nil {
		s.showPeople(w, d, code, human(f), http.StatusBadRequest)
		return
	}
	if err := s.SignIn(who, code); err != nil {
		showError(w, err)
		return
	}
	show(w, http.StatusOK, view{Title: "You have signed in", Good: true,
		Text: "You have signed in on your device. You may now close this window."})
}

// chosen is the account that was typed, else the one that was picked.
func chosen(form url.Values) string {
	if typed := strings.TrimSpace(form.Get("other")); typed != "" {
		return typed
	}
	return form.Get("account")
}

// person is one line of the list.
type person struct {
	SignInName string
	Name       string
	Note       string
}

// people lists who can sign in: the users of a tenant, or everybody at home.
func (s *Service) people(t *directory.Tenant) []person {
	const most = 20 // a directory of thousands makes no list
	var list []person
	for _, tenant := range s.deps.Directory.Tenants() {
		if t != nil && t.ID != tenant.ID {
			continue
		}
		for _, u := range tenant.Users() {
			if t == nil && u.External(tenant.ID) || len(list) == most {
				continue
			}
			p := person{SignInName: u.Person.SignInName, Name: u.DisplayName}
			switch {
			case !u.AccountEnabled:
				p.Note = "disabled"
			case u.External(tenant.ID):
				p.Note = "guest"
			case s.noDevice(tenant, u):
				p.Note = "device code blocked"
			}
			list = append(list, p)
		}
	}
	return list
}

// noDevice reports whether a policy keeps somebody from device codes.
func (s *Service) noDevice(t *directory.Tenant, u *directory.User) bool {
	return slices.ContainsFunc(t.PoliciesFor(u.ID, ""), func(p directory.Policy) bool { return p.Control == directory.BlockDeviceCode })
}
