// Package browser signs people in with their browser on this machine:
// authorization code with PKCE, and a page of our own at the end. It never sees
// a password.
package browser

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins/internal/msal"
)

// Method is the record of this login method.
func Method() login.Method {
	return login.Method{
		Name:        "browser",
		Title:       "the browser on this machine",
		Params:      []string{"redirect-url", "login-hint", "legacy", "pop-enabled", "pop-claims"},
		Interactive: true,
		Probe:       func(s login.Setup) bool { return s.Machine.Open != nil && s.Machine.HasBrowser() },
		New:         open,
	}
}

// patience is how long a person has; Entra ID sets no limit of its own before
// the browser comes back.
const patience = 10 * time.Minute

type credential struct {
	*msal.User
	setup    login.Setup
	target   target
	patience time.Duration
}

func open(s login.Setup) (login.Credential, error) {
	t, err := parseTarget(s.Request.Params.Get("redirect-url"))
	if err != nil {
		return nil, err
	}
	u, err := msal.NewUser(s)
	return &credential{User: u, setup: s, target: t, patience: patience}, err
}

// SignIn implements login.Asker.
func (c *credential) SignIn(ctx context.Context, p login.Prompt) (login.Grant, error) {
	verifier, state := random(), random()
	r, err := listen(c.target, state)
	if err != nil {
		return login.Grant{}, fault.Wrap(fault.Config, "wait for the browser", err, "use a code instead: "+c.with("devicecode"))
	}
	defer r.close()
	ctx, cancel := context.WithTimeoutCause(ctx, c.patience, errPatience)
	defer cancel()
	hint := c.setup.Request.Params.Get("login-hint")
	if p.Account != "" {
		hint = p.Account
	}
	page := c.Page(msal.Visit{Redirect: r.redirect, State: state, Challenge: challenge(verifier), Hint: hint})
	p.Until(c.setup.Now().Add(c.patience))
	if err := c.show(ctx, p, page); err != nil {
		return login.Grant{}, err
	}
	answer, err := r.wait(ctx)
	if err != nil {
		return login.Grant{}, c.gaveUp(ctx)
	}
	g, err := c.finish(ctx, answer, r.redirect, verifier)
	answer.reply(result(g, p.Account, err, c.setup.Request))
	return g, err
}

// errPatience is why a wait ended that nobody interrupted.
var errPatience = fault.New(fault.Cancelled, "nobody finished the sign-in in the browser",
	"if the browser shows an error, look its code up: kubectl aad explain AADSTS50011")

func (c *credential) gaveUp(ctx context.Context) error {
	if context.Cause(ctx) == error(errPatience) {
		return fault.Hint(errPatience, "or use a code instead: "+c.with("devicecode"))
	}
	return fault.New(fault.Cancelled, "cancelled")
}

// show opens the page. A browser that does not start is a reason for auto to go
// on with a code, and for a person to open the page by hand.
func (c *credential) show(ctx context.Context, p login.Prompt, page string) error {
	err := error(fault.New(fault.Failure, "there is no browser"))
	if c.setup.Machine.Open != nil {
		if p.Account != "" {
			fmt.Fprintf(p.Err, "Sign in as %s.\n", p.Account)
		}
		fmt.Fprintln(p.Err, "Opening the sign-in page in the browser ...")
		err = c.setup.Machine.Open(ctx, page)
	}
	switch {
	case ctx.Err() != nil:
		return c.gaveUp(ctx)
	case err != nil && c.setup.Request.Method == token.Auto:
		fmt.Fprintf(p.Err, "No browser could be started (%s).\n", safetext.Clean(err.Error()))
		return login.ErrNoWay
	case err != nil:
		fmt.Fprintf(p.Err, "No browser could be started (%s). Open this address on this machine:\n%s\n", safetext.Clean(err.Error()), page)
	default:
		fmt.Fprintf(p.Err, "If none appears, open this address on this machine:\n%s\n", page)
	}
	return nil
}

func (c *credential) finish(ctx context.Context, a *answer, redirect string, verifier safetext.Secret) (login.Grant, error) {
	if a.refusal != nil {
		return login.Grant{}, a.refusal
	}
	return c.Redeem(ctx, a.code, redirect, verifier)
}

// with is the command for the same token by another method.
func (c *credential) with(method string) string {
	r := c.setup.Request
	r.Method = method
	return login.CommandLine(r)
}

// random returns 256 bits in base64url: a state, or a code verifier.
func random() safetext.Secret {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails (crypto/rand)
	return safetext.Secret(base64.RawURLEncoding.EncodeToString(b))
}

func challenge(verifier safetext.Secret) string {
	sum := sha256.Sum256([]byte(verifier.Reveal()))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
