// Package devicecode signs people in with a code that they type into a browser
// anywhere. It opens no browser.
package devicecode

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:        "devicecode",
		Title:       "a code to type into a browser on any device",
		Params:      []string{"legacy"},
		Interactive: true,
		New: func(s login.Setup) (login.Credential, error) {
			u, err := msal.NewUser(s)
			return credential{u, s.Request}, err
		},
	}
}

type credential struct {
	*msal.User
	request token.Request
}

// SignIn implements login.Asker.
func (c credential) SignIn(ctx context.Context, p login.Prompt) (login.Grant, error) {
	g, err := c.DeviceCode(ctx, p)
	if fault.KindOf(err) == fault.Policy {
		err = fault.Hint(err, c.others()...)
	}
	return g, err
}

// others are the ways that pass where policy blocks codes: Microsoft recommends
// that policy, and a browser on this machine is not what it is about.
func (c credential) others() []string {
	r := c.request
	r.Method = "browser"
	here := login.CommandLine(r)
	ways := []string{"the organisation may block sign-in by code; with a browser on this machine, run: " + here}
	r.Params = token.Params{"redirect-url": "http://localhost:8400"}
	if tunnel := login.CommandLine(r); tunnel != here { // managing has no such flag
		ways = append(ways, "over ssh, connect with ssh -L 8400:localhost:8400 and run: "+tunnel+" (then open the address that it shows)")
	}
	return ways
}
