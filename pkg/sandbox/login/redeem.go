package login

import (
	"net/http"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// askRedeem is the page to which an invitation leads.
func (s *Service) askRedeem(w http.ResponseWriter, r *http.Request) {
	t, u, f := s.invited(r)
	if f != nil {
		showFailure(w, f)
		return
	}
	show(w, http.StatusOK, view{Title: "Review permissions", Text: t.Name + " invites " + u.Person.SignInName +
		" and would like to know your name and mail address.", Action: "/redeem", Button: "Accept",
		Hidden: map[string]string{"tenant": string(t.ID), "user": string(u.ID)}})
}

// redeemed is its button.
func (s *Service) redeemed(w http.ResponseWriter, r *http.Request) {
	t, u, f := s.invited(r)
	if f != nil {
		showFailure(w, f)
		return
	}
	if err := t.Redeem(u.ID); err != nil {
		showError(w, err)
		return
	}
	show(w, http.StatusOK, view{Title: "You have accepted the invitation", Good: true, Text: "You can sign in to " + t.Name + " now."})
}

func (s *Service) invited(r *http.Request) (*directory.Tenant, *directory.User, *failure) {
	t, ok := s.deps.Directory.Tenant(r.FormValue("tenant"))
	if !ok {
		return nil, nil, fail(90002, r.FormValue("tenant"))
	}
	o, _ := t.Object(entra.ObjectID(r.FormValue("user")))
	u, ok := o.(*directory.User)
	if !ok || u.ExternalUserState == nil {
		return nil, nil, fail(50034, r.FormValue("user"), t.Name)
	}
	return t, u, nil
}
