// Package msal signs in with Microsoft's library over our own transport, and is
// the only room that imports its clients. It keeps no token: what a later
// refresh needs is handed to the caller.
package msal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// User signs people in.
type User struct {
	setup  login.Setup
	client public.Client
	wire   *transport
	memory *memory
}

// NewUser returns a client for people. It makes no request.
func NewUser(s login.Setup) (*User, error) { return newUser(s, httpx.Sleep) }

func newUser(s login.Setup, wait httpx.Waiter) (*User, error) {
	u := &User{setup: s, wire: wire(s, wait), memory: &memory{}}
	var err error
	u.client, err = public.New(string(s.Request.Client), public.WithAuthority(s.Request.Cloud.Authority(s.Request.Tenant)),
		public.WithHTTPClient(client(u.wire)), public.WithCache(u.memory), public.WithInstanceDiscovery(false))
	return u, fault.Wrap(fault.Config, "prepare the sign-in", err)
}

// Silent redeems the refresh token of an earlier sign-in: one request.
func (u *User) Silent(ctx context.Context, s login.Session) (login.Grant, error) {
	u.memory.data = []byte(s.Refresh.Reveal())
	result, err := u.client.AcquireTokenSilent(ctx, []string{u.setup.Request.Scope},
		public.WithSilentAccount(public.Account{HomeAccountID: s.Account.Home}))
	if err != nil {
		err = u.wire.explain(err)
		if errors.Is(err, errNothing) { // what was kept holds no refresh token
			err = &login.NeedPerson{Err: err, Revoked: true}
		}
		return login.Grant{}, err
	}
	g := u.grant(result)
	if g.Account.Home == "" {
		g.Account = s.Account
	}
	return g, nil
}

// DeviceCode shows Entra's own message and waits until the person has signed in
// somewhere else, or the code ends.
func (u *User) DeviceCode(ctx context.Context, p login.Prompt) (login.Grant, error) {
	u.memory.data = nil
	code, err := u.client.AcquireTokenByDeviceCode(ctx, []string{u.setup.Request.Scope})
	if err != nil {
		return login.Grant{}, u.wire.explain(err)
	}
	p.Until(code.Result.ExpiresOn)
	if p.Account != "" {
		fmt.Fprintf(p.Err, "Sign in as %s.\n", p.Account)
	}
	message := code.Result.Message
	if message == "" {
		message = fmt.Sprintf("To sign in, open %s and enter the code %s.", code.Result.VerificationURL, code.Result.UserCode)
	}
	fmt.Fprintln(p.Err, safetext.Clean(message))
	result, err := code.AuthenticationResult(ctx)
	if err != nil {
		err = u.wire.explain(err)
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = fault.New(fault.Cancelled, "the code expired before anybody signed in with it", "run the command again for a new code")
		}
		return login.Grant{}, err
	}
	return u.grant(result), nil
}

func (u *User) grant(r public.AuthResult) login.Grant {
	return login.Grant{
		Token: token.Token{Access: safetext.Secret(r.AccessToken), Expires: r.ExpiresOn},
		Account: tokencache.Account{
			Home:     r.Account.HomeAccountID,
			Object:   entra.ObjectID(r.Account.LocalAccountID),
			Username: r.Account.PreferredUsername,
		},
		Refresh: u.memory.refresh(),
	}
}

func wire(s login.Setup, wait httpx.Waiter) *transport {
	t := &transport{next: s.Transport, cloud: s.Request.Cloud, tenant: s.Request.Tenant, wait: wait, limit: max(oneAnswer, s.Machine.Timeout),
		bind: s.Request.Confirm}
	if legacy(s.Request) {
		t.v1, t.scope = s.Request.Audience(), s.Request.Scope
	}
	return t
}

// client follows no redirect at all: a token request has no other place to go.
func client(t *transport) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// errNothing stands for an error of MSAL before any request, whose text may
// quote what it read.
var errNothing = errors.New("what was kept of the last sign-in holds no refresh token")

// explain replaces MSAL's error by what the transport saw.
func (t *transport) explain(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failure != nil {
		err = t.failure
	}
	switch {
	case errors.Is(err, context.Canceled):
		return fault.New(fault.Cancelled, "cancelled")
	case t.failure != nil, errors.Is(err, context.DeadlineExceeded):
		return err
	}
	if t.sent { // MSAL's own text quotes the answer
		return fault.New(fault.Config, "the sign-in library could not use Entra ID's answer")
	}
	return fault.Wrap(fault.SignIn, "", errNothing)
}

// memory is MSAL's cache for the time of one call.
type memory struct{ data []byte }

func (m *memory) Replace(_ context.Context, c cache.Unmarshaler, _ cache.ReplaceHints) error {
	if len(m.data) == 0 {
		return nil
	}
	return c.Unmarshal(m.data)
}

func (m *memory) Export(_ context.Context, c cache.Marshaler, _ cache.ExportHints) error {
	data, err := c.Marshal()
	if err == nil {
		m.data = data
	}
	return nil // a sign-in that cannot be kept is still a sign-in
}

// refresh returns what a later refresh needs. Access tokens are left out: they
// are cached elsewhere, and here they would keep MSAL from refreshing.
func (m *memory) refresh() safetext.Secret {
	var sections map[string]json.RawMessage
	if json.Unmarshal(m.data, &sections) != nil {
		return ""
	}
	delete(sections, "AccessToken")
	delete(sections, "IdToken")
	data, err := json.Marshal(sections)
	if err != nil {
		return ""
	}
	return safetext.Secret(data)
}
