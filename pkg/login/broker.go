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
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/caller"
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
	Store     func() Store // what Vault.Keys is, for those who ask; it may open a store
	Methods   Registry
	Transport func(entra.Cloud) (http.RoundTripper, error)
	Now       func() time.Time
	Err       io.Writer      // notes and prompts
	MayAsk    bool           // a person sees Err
	Caller    caller.Process // that wants the token: k9s
	ByClient  bool           // client-go started us, and will again
	Verbose   bool           // tell each step on Err
	Machine   Machine

	mu    sync.Mutex
	said  map[string]bool
	asked bool
}

// Store says where the key of the refresh tokens is kept, and why there.
type Store struct{ Name, Reason string }

// Asked reports whether a person was asked to sign in so far.
func (b *Broker) Asked() bool { return b.asked }

// wish is what somebody wants beyond the cheapest token that will do.
type wish struct {
	not    safetext.Secret // another token than this one, if there is one to get
	afresh bool            // a person signs in, whatever is known
	quiet  bool            // nobody is asked
}

// mayAsk reports whether a person may be asked for a wish.
func (b *Broker) mayAsk(w wish) bool { return b.MayAsk && !w.quiet }

// served reports whether a cached token is good enough.
func (w wish) served(e tokencache.Entry, now time.Time) bool {
	return !w.afresh && e.Fresh(now) && e.Access != w.not
}

// Token returns a token that is what the request asks for, and good for
// minutes. A store that fails never costs the token. Errors are faults.
func (b *Broker) Token(ctx context.Context, req token.Request) (token.Token, error) {
	return b.answer(ctx, req, b.bearer)
}

func (b *Broker) bearer(ctx context.Context, req token.Request) (token.Token, error) {
	if b.ByClient {
		return b.forClient(ctx, req)
	}
	return b.get(ctx, req, wish{})
}

// SignIn is Token that has a person sign in although somebody is signed in.
func (b *Broker) SignIn(ctx context.Context, req token.Request) (token.Token, error) {
	return b.answer(ctx, req, func(ctx context.Context, req token.Request) (token.Token, error) {
		return b.get(ctx, req, wish{afresh: true})
	})
}

// aheadWait is how long a better token may take while there is one that is
// valid.
const aheadWait = 1500 * time.Millisecond

// aheadPause is how long nobody asks for a better token after Entra ID was
// found down: every kubectl would wait in vain.
const aheadPause = 30 * time.Second

func (b *Broker) get(ctx context.Context, req token.Request, w wish) (token.Token, error) {
	began := b.Now()
	p, err := b.find(ctx, req)
	if err != nil {
		return token.Token{}, err
	}
	have := b.cached(p)
	if w.served(have, began) {
		b.trace("serving the cached token until %s", have.Expires.UTC().Format(time.RFC3339))
		return have.Token, nil
	}
	l := lock.New(b.Dir, p.Keys.Lock(), b.Now)
	if have.Expires.After(began) && !w.afresh {
		if o, failed := l.FailedSince(began.Add(-aheadPause)); failed && (o.Kind == fault.Network || o.Kind == fault.Throttled) {
			return b.settle(w, token.Token{}, have.Token, fault.New(o.Kind, safetext.Clean(o.Text)))
		}
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, aheadWait)
		defer cancel()
		w.quiet = true
	}
	if b.Dir == tokencache.Nowhere {
		l = nil
	} else if err := l.Acquire(ctx, b.waiting); err != nil {
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
	if have = b.cached(p); w.served(have, b.Now()) || b.newer(have, began) {
		return have.Token, nil
	}
	t, err := b.once(ctx, p, l, began, w)
	return b.settle(w, t, have.Token, err)
}

// settle decides between what was asked for and what is there.
func (b *Broker) settle(w wish, t, have token.Token, err error) (token.Token, error) {
	switch {
	case w.afresh:
		return t, err
	case err != nil && w.not != "" && have.Expires.After(b.Now()): // a hint is no reason to refuse
		return have, nil
	}
	return b.orStillValid(t, have, err)
}

// once asks, unless somebody who held the lock while we waited failed already,
// or a person just refused this very caller. That nobody could be asked there
// is no answer here, where somebody can.
func (b *Broker) once(ctx context.Context, p tokencache.Place, l *lock.Lock, began time.Time, w wish) (token.Token, error) {
	if l == nil {
		return b.obtain(ctx, p, w, func(lock.Purpose, time.Time) {})
	}
	who := ""
	if b.ByClient {
		who = b.Caller.ID()
	}
	// Whoever asks in a row has just read the hints.
	if o, failed := l.FailedFor(who); failed {
		return token.Token{}, &fault.Error{Kind: o.Kind, Err: errors.New(safetext.Clean(o.Text))}
	}
	if o, failed := l.FailedSince(began); failed && !(o.Silent && b.mayAsk(w)) {
		return token.Token{}, &fault.Error{Kind: o.Kind, Err: errors.New(safetext.Clean(o.Text)), Hints: o.Hints}
	}
	t, err := b.obtain(ctx, p, w, func(purpose lock.Purpose, until time.Time) {
		b.asked = b.asked || purpose == lock.SignIn
		l.Announce(lock.Holder{Program: b.program(), PID: b.Caller.PID, Purpose: purpose, Until: until})
	})
	if err != nil {
		if !b.asked {
			who = ""
		}
		l.Fail(lock.Outcome{At: b.Now(), Kind: fault.KindOf(err), Text: err.Error(), Hints: fault.Hints(err), Caller: who,
			Silent: fault.KindOf(err) == fault.SignIn && !b.mayAsk(w)})
		return t, err
	}
	l.Succeeded()
	return t, nil
}

// program names the caller to those who wait.
func (b *Broker) program() string {
	if b.Caller.Name != "" {
		return b.Caller.Name
	}
	return "another program"
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
	case errors.Is(err, lock.ErrTimeout), errors.Is(err, context.DeadlineExceeded):
		have := b.cached(p)
		return b.orStillValid(token.Token{}, have.Token, fault.New(fault.SignIn, "another process is still getting this token",
			"finish the sign-in that it asks for, or end that process, and run the command again"))
	case errors.Is(err, context.Canceled):
		return token.Token{}, fault.New(fault.Cancelled, "cancelled while waiting for another process's sign-in")
	}
	b.kept(err)
	return token.Token{}, nil
}
