package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// Organizations is the tenant of a management sign-in that does not know its
// tenant yet.
const Organizations = "organizations"

// Broker hands out tokens: cache, lock, cache again, silent refresh, sign-in.
type Broker struct {
	Dir       tokencache.Dir
	Vault     vault.Vault
	Methods   Registry
	Transport func(entra.Cloud) (http.RoundTripper, error)
	Now       func() time.Time
	Err       io.Writer // notes and prompts
	MayAsk    bool      // a person sees Err
	Program   string    // that wants the token: "k9s"
	PID       int       // of that program
	Verbose   bool      // tell each step on Err

	mu   sync.Mutex
	said map[string]bool
}

// Token returns a token that is what the request asks for, and good for
// minutes. A store that fails never costs the token. Errors are faults.
func (b *Broker) Token(ctx context.Context, req token.Request) (token.Token, error) {
	began := b.Now()
	p, err := b.find(ctx, req)
	if err != nil {
		return token.Token{}, err
	}
	have := b.cached(p)
	if have.Fresh(b.Now()) {
		b.trace("serving the cached token until %s", have.Expires.UTC().Format(time.RFC3339))
		return have.Token, nil
	}
	l := lock.New(b.Dir, p.Keys.Lock(), b.Now)
	if err := l.Acquire(ctx, b.waiting); err != nil {
		if t, err := b.notAcquired(p, err); err != nil || t.Access != "" {
			return t, err
		}
		l = nil // the store does not work: go on without
	} else {
		defer l.Release()
	}
	if p, err = b.find(ctx, req); err != nil {
		return token.Token{}, err
	}
	if have = b.cached(p); have.Fresh(b.Now()) || b.newer(have, began) {
		return have.Token, nil
	}
	t, err := b.once(ctx, p, l, began)
	return b.orStillValid(t, have.Token, err)
}

// once asks, unless somebody who held the lock while we waited failed already.
func (b *Broker) once(ctx context.Context, p tokencache.Place, l *lock.Lock, began time.Time) (token.Token, error) {
	if l == nil {
		return b.obtain(ctx, p, func(lock.Purpose, time.Time) {})
	}
	if o, failed := l.FailedSince(began); failed {
		return token.Token{}, &fault.Error{Kind: o.Kind, Err: errors.New(safetext.Clean(o.Text)), Hints: o.Hints}
	}
	t, err := b.obtain(ctx, p, func(purpose lock.Purpose, until time.Time) {
		l.Announce(lock.Holder{Program: b.Program, PID: b.PID, Purpose: purpose, Until: until})
	})
	if err != nil {
		l.Fail(lock.Outcome{At: b.Now(), Kind: fault.KindOf(err), Text: err.Error(), Hints: fault.Hints(err)})
		return t, err
	}
	l.Succeeded()
	return t, nil
}

// orStillValid prefers a token that is near its end to an error that may pass.
func (b *Broker) orStillValid(t, have token.Token, err error) (token.Token, error) {
	if err == nil || have.Access == "" || !have.Expires.After(b.Now()) {
		return t, err
	}
	switch fault.KindOf(err) {
	case fault.Network, fault.Throttled, fault.Store, fault.SignIn:
		b.say(fmt.Sprintf("using the token until %s: %s", have.Expires.Format("15:04:05"), safetext.Clean(err.Error())))
		return have, nil
	}
	return t, err
}

// newer reports whether somebody else got a token while we waited: then it is
// as good as ours would be, however short it lives.
func (b *Broker) newer(e tokencache.Entry, began time.Time) bool {
	return e.Access != "" && e.Obtained.After(began) && e.Expires.After(b.Now())
}

// cached returns the cached token, valid or not; the zero one when there is
// none to trust.
func (b *Broker) cached(p tokencache.Place) tokencache.Entry {
	if p.Request.ForPerson() && p.Account.Home == "" {
		return tokencache.Entry{}
	}
	e, err := b.Dir.Lookup(p)
	switch {
	case err == nil:
		return e
	case errors.Is(err, tokencache.ErrMiss):
	case errors.Is(err, tokencache.ErrUnreadable):
		b.say("a cached token could not be read and was set aside")
		_ = b.Dir.Quarantine(p.TokenKey())
	case errors.Is(err, tokencache.ErrLoose):
		b.tighten()
		if e, err := b.Dir.Lookup(p); err == nil {
			return e
		}
	default:
		b.kept(err)
	}
	return tokencache.Entry{}
}

// notAcquired decides what to do without the lock. No token and no error means
// to go on without one.
func (b *Broker) notAcquired(p tokencache.Place, err error) (token.Token, error) {
	switch {
	case errors.Is(err, lock.ErrTimeout):
		have := b.cached(p)
		return b.orStillValid(token.Token{}, have.Token, fault.New(fault.SignIn, "another process is still getting this token",
			"finish the sign-in that it asks for, or end that process, and run the command again"))
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return token.Token{}, fault.New(fault.Cancelled, "cancelled while waiting for another process's sign-in")
	}
	b.kept(err)
	return token.Token{}, nil
}

func (b *Broker) waiting(h lock.Holder) {
	what := "sign-in"
	if h.Purpose == lock.Silent {
		what = "token"
	}
	b.say(fmt.Sprintf("waiting for the %s started by %s (pid %d)", what, h.Program, h.PID))
}

// say prints a note once.
func (b *Broker) say(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.said == nil {
		b.said = map[string]bool{}
	}
	if !b.said[text] {
		b.said[text] = true
		fmt.Fprintln(b.Err, "aad: "+text)
	}
}

// trace tells a step to whoever asked for them. It never gets a secret.
func (b *Broker) trace(format string, args ...any) {
	if b.Verbose {
		b.say(safetext.Clean(fmt.Sprintf(format, args...)))
	}
}

// kept says once that the cache does not work, and nothing for nil.
func (b *Broker) kept(err error) {
	if err != nil && !errors.Is(err, tokencache.ErrMiss) {
		b.say("the cache cannot be used: " + safetext.Clean(err.Error()))
	}
}

func (b *Broker) tighten() {
	if changed := b.Dir.Tighten(); len(changed) > 0 {
		b.say(fmt.Sprintf("took away others' access to %d files of the cache in %s", len(changed), b.Dir))
	}
}
