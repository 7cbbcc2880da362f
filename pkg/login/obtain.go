package login

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

type announce func(purpose lock.Purpose, until time.Time)

// obtain gets a token over the network and keeps what came with it.
func (b *Broker) obtain(ctx context.Context, p tokencache.Place, w wish, tell announce) (token.Token, error) {
	m, err := b.Methods.Find(p.Request.Method)
	if err != nil {
		return token.Token{}, err
	}
	if err := b.Methods.refuse(m, p.Request); err != nil {
		return token.Token{}, err
	}
	rt, err := b.Transport(p.Request.Cloud)
	if err != nil {
		return token.Token{}, fault.Wrap(fault.Config, "", err)
	}
	credential, err := m.New(Setup{Request: p.Request, Transport: rt, Now: b.Now, Machine: b.Machine})
	if err != nil {
		return token.Token{}, err
	}
	b.trace("cache %s, authority %s, method %s, account %q", b.Dir, p.Request.Cloud.Authority(p.Request.Tenant), m.Name, p.Account.Username)
	tell(lock.Silent, b.Now().Add(lock.SilentWait))
	fingerprint, unknown := p.Request.Fingerprint() // before: what it is taken from may change meanwhile
	g, err := b.grant(ctx, p, credential, w, tell)
	if err != nil {
		return token.Token{}, fault.Wrap(fault.Failure, "get a token for "+p.Request.Audience(), err)
	}
	if g, err = checkGrant(g, p, m.Opaque, b.Now()); err != nil {
		return token.Token{}, fault.Wrap(fault.Config, "get a token for "+p.Request.Audience(), err)
	}
	b.trace("got a token until %s", g.Expires.UTC().Format(time.RFC3339))
	if unknown != nil {
		b.kept(unknown)
		return g.Token, nil
	}
	b.keep(ctx, p, g, fingerprint)
	return g.Token, nil
}

// grant tries the silent way first, then a person.
func (b *Broker) grant(ctx context.Context, p tokencache.Place, c Credential, w wish, tell announce) (Grant, error) {
	if !p.Request.ForPerson() {
		return c.Silent(ctx, Session{})
	}
	reason := error(nil)
	if refresh := b.refreshToken(p); refresh != "" && !w.afresh {
		b.trace("refreshing the sign-in of %s", p.Account.Username)
		g, err := c.Silent(ctx, Session{Account: p.Account, Refresh: refresh})
		var need *NeedPerson
		if !errors.As(err, &need) {
			return g, err
		}
		if need.Revoked {
			b.kept(b.Vault.Drop(p.Keys.Refresh(p.Account.Home), refresh))
		}
		reason = need.Err
	}
	asker, ok := c.(Asker)
	switch {
	case w.quiet:
		return Grant{}, fault.New(fault.SignIn, "a new sign-in is needed after that")
	case !ok || !b.MayAsk:
		return Grant{}, mustAsk(p, reason)
	}
	if reason != nil {
		b.say("a new sign-in is needed: " + safetext.Clean(reason.Error()))
	}
	who := p.Account.Username
	if who == "" {
		who = p.Request.Account
	}
	return asker.SignIn(ctx, Prompt{Err: b.Err, Account: safetext.Clean(who), Until: func(t time.Time) { tell(lock.SignIn, t) }})
}

// mustAsk is the error of a sign-in where nobody can be asked, with the command
// that asks.
func mustAsk(p tokencache.Place, reason error) error {
	text := "nobody is signed in, and there is no terminal to ask on"
	if reason != nil {
		text = fmt.Sprintf("a new sign-in is needed, and there is no terminal to ask on (%s)", reason)
	}
	return fault.New(fault.SignIn, text, "in a terminal, run: "+CommandLine(p.Request))
}

// quote makes arguments pasteable into a shell.
func quote(args []string) string {
	quoted := make([]string, len(args))
	for i, a := range args {
		if a == "" || strings.ContainsFunc(a, func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@=,+%", r)
		}) {
			a = "'" + strings.ReplaceAll(a, "'", `'\''`) + "'"
		}
		quoted[i] = a
	}
	return strings.Join(quoted, " ")
}

// refreshToken returns what is kept of the account's sign-in.
func (b *Broker) refreshToken(p tokencache.Place) safetext.Secret {
	if p.Account.Home == "" {
		return ""
	}
	return b.sealed(p.Keys.Refresh(p.Account.Home), "a saved sign-in")
}

// sealed opens what is kept under a name, or says why not of what it is.
func (b *Broker) sealed(name, what string) safetext.Secret {
	secret, err := b.Vault.Get(name)
	if errors.Is(err, tokencache.ErrLoose) {
		b.tighten()
		secret, err = b.Vault.Get(name)
	}
	switch {
	case err == nil:
		return secret
	case errors.Is(err, tokencache.ErrMiss):
	case errors.Is(err, tokencache.ErrUnreadable):
		b.say(what + " could not be read and was set aside")
		_ = b.Vault.Quarantine(name)
	case errors.Is(err, vault.ErrNoKey):
		b.say(what + " cannot be opened here: " + safetext.Clean(err.Error()))
	default:
		b.kept(err)
	}
	return ""
}

// keep stores what was granted. What fails is said, and costs nothing.
func (b *Broker) keep(ctx context.Context, p tokencache.Place, g Grant, fingerprint string) {
	if p.Request.ForPerson() {
		g.Account.Session = p.Keys.Refresh(g.Account.Home)
		if g.Refresh != "" {
			b.kept(b.Vault.Put(g.Account.Session, g.Refresh))
		}
		b.remember(ctx, p, g.Account)
		p.Account = g.Account
	}
	b.kept(b.Dir.Put(p.TokenKey(), tokencache.Entry{Token: g.Token, Home: g.Account.Home, Session: g.Account.Session,
		Fingerprint: fingerprint, Obtained: b.Now()}))
	_ = b.Dir.Sweep("tokens", b.Now())
}
