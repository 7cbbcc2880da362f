package login

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
)

// Gone is an account that was signed out.
type Gone struct {
	Account string         `json:"account"`
	Tenant  string         `json:"tenant"`
	Client  entra.ClientID `json:"clientId"`
	Refresh bool           `json:"refreshToken"` // one was kept, and is removed
	Tokens  int            `json:"accessTokens"`
}

// logoutWait is how long a sign-out waits for those who are at work.
const logoutWait = 5 * time.Second

// LogoutAll removes every access token, refresh token and account.
func (b *Broker) LogoutAll(ctx context.Context) ([]Gone, error) {
	return b.exclusively(ctx, func() ([]Gone, error) {
		gone, err := b.forget(func(string, tokencache.Account) bool { return true })
		return gone, errors.Join(err, b.Dir.Clear(), b.Vault.Clear())
	})
}

// LogoutAccount removes an account, whichever cluster or client it signed in
// for. Unknown: fault.NotFound.
func (b *Broker) LogoutAccount(ctx context.Context, who string) ([]Gone, error) {
	gone, err := b.exclusively(ctx, func() ([]Gone, error) {
		return b.forget(func(_ string, a tokencache.Account) bool { return a.Matches(who) })
	})
	if err == nil && len(gone) == 0 {
		err = fault.Hint(fault.Newf(fault.NotFound, "no account %q is signed in", who), "kubectl aad status")
	}
	return gone, err
}

// Logout removes the sign-in that a request uses. Nobody signed in is no error.
func (b *Broker) Logout(ctx context.Context, req token.Request) ([]Gone, error) {
	p, err := b.Dir.Find(req)
	if errors.Is(err, tokencache.ErrMiss) {
		return nil, nil
	}
	if err != nil {
		return nil, fault.Wrap(fault.Store, "", err)
	}
	return b.exclusively(ctx, func() ([]Gone, error) {
		if !req.ForPerson() {
			if _, err := b.Dir.Get(p.TokenKey()); errors.Is(err, tokencache.ErrMiss) {
				return nil, nil
			}
			return []Gone{{Account: "application " + string(req.Client), Tenant: req.Tenant, Client: req.Client, Tokens: 1}}, b.Dir.Drop(p.TokenKey())
		}
		if p.Account.Home == "" {
			return nil, nil
		}
		// One refresh token serves many tenants: all of them lose it.
		return b.forget(func(_ string, a tokencache.Account) bool {
			return a.Home == p.Account.Home && a.Session == p.Account.Session
		})
	})
}

// exclusively runs f while nobody gets a token: whoever is at work would write
// what f removed. Locks that appear meanwhile are taken too, and f runs again.
// The lists' locks are held while f runs only: whoever is at work takes them last.
func (b *Broker) exclusively(ctx context.Context, f func() ([]Gone, error)) ([]Gone, error) {
	ctx, cancel := context.WithTimeout(ctx, logoutWait)
	defer cancel()
	var gone []Gone
	var busy, failed error
	taken := map[string]bool{}
	for {
		fresh := slices.DeleteFunc(lock.Names(b.Dir), func(n string) bool { return taken[n] || isListLock(n) })
		for _, name := range fresh {
			taken[name] = true
			l := lock.New(b.Dir, name, b.Now)
			who := lock.Holder{Program: "another process"}
			if err := l.Acquire(ctx, func(h lock.Holder) { who = h; b.waiting(h) }); err != nil {
				busy = fault.Newf(fault.Conflict, "%s (pid %d) is signing in at this moment, and will be signed in when it is done", who.Program, who.PID)
				continue
			}
			defer l.Release()
		}
		release := b.holdLists(ctx)
		more, err := f()
		release()
		gone, failed = append(gone, more...), errors.Join(failed, err)
		if len(fresh) == 0 {
			break
		}
	}
	if busy == nil {
		failed = errors.Join(failed, b.Dir.ClearDebris(), b.Vault.Debris())
	}
	if failed != nil {
		return gone, fault.Wrap(fault.Store, "sign out", failed)
	}
	return gone, busy
}

// forget removes the accounts that are meant, from every list, with all that
// they have. The refresh token goes first: what is interrupted here leaves
// nothing that can sign in.
func (b *Broker) forget(meant func(list string, a tokencache.Account) bool) ([]Gone, error) {
	var gone []Gone
	var failed error
	b.Dir.EveryAccount(func(name string, list tokencache.Accounts) {
		for _, a := range slices.Clone(list.Known) {
			if !meant(name, a) {
				continue
			}
			g := Gone{Account: a.Username, Tenant: list.Tenant, Client: list.Client, Refresh: b.Vault.Has(a.Session)}
			if a.Session != "" {
				failed = errors.Join(failed, b.Vault.Remove(a.Session))
			}
			b.Dir.EveryToken(func(key string, e tokencache.Entry) {
				if e.Home == a.Home && e.Session == a.Session {
					g.Tokens++
					failed = errors.Join(failed, b.Dir.Drop(key))
				}
			})
			list = list.Without(a.Home)
			failed = errors.Join(failed, b.Dir.KeepAccounts(name, list))
			gone = append(gone, g)
		}
	})
	slices.SortFunc(gone, func(a, b Gone) int { return strings.Compare(a.Account+a.Tenant, b.Account+b.Tenant) })
	return gone, failed
}
