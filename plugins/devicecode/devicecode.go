// Package devicecode signs people in with a code that they type into a browser
// anywhere. It opens no browser.
package devicecode

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:        "devicecode",
		Title:       "a code to type into a browser on any device",
		Interactive: true,
		New: func(s login.Setup) (login.Credential, error) {
			u, err := msal.NewUser(s)
			return credential{u}, err
		},
	}
}

type credential struct{ *msal.User }

// SignIn implements login.Asker.
func (c credential) SignIn(ctx context.Context, p login.Prompt) (login.Grant, error) {
	g, err := c.DeviceCode(ctx, p)
	if fault.KindOf(err) == fault.Policy {
		err = fault.Hint(err, "many organisations block the device code flow with Conditional Access: "+
			"ask an administrator, or use another login method (--login)")
	}
	return g, err
}
