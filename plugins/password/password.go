// Package password signs a user in with name and password. It is discouraged:
// no second factor, no guests, and a password in the hands of a program. It
// asks for nothing on a terminal.
package password

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:   "password",
		Title:  "a user's name and password (discouraged: prefer any other)",
		Params: []string{"username", "password", "legacy", "pop-enabled", "pop-claims"},
		New:    open,
	}
}

type credential struct {
	setup    login.Setup
	username string
	password safetext.Secret
}

func open(s login.Setup) (login.Credential, error) {
	c := credential{s, s.Request.Params.Get("username"), s.Request.Params["password"]}
	if c.username == "" || c.password == "" {
		return nil, fault.New(fault.Usage, "login method password needs a user's name and password", "set AZURE_USERNAME and AZURE_PASSWORD")
	}
	return c, nil
}

// Silent implements login.Credential.
func (c credential) Silent(ctx context.Context, _ login.Session) (login.Grant, error) {
	g, err := msal.Password(ctx, c.setup, c.username, c.password)
	switch fault.KindOf(err) {
	case fault.SignIn, fault.Policy: // only a person at a page can go on
		err = fault.Hint(err, "if the password is right, it is not enough for this user: use a method for people (--login auto), "+
			"or a service principal for automation")
	}
	return g, err
}
