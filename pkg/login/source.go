package login

import (
	"context"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// sourceMargin is what a token must have left for the request that follows.
const sourceMargin = time.Minute

// Source returns the tokens of one sign-in for any scope: the management
// sign-in, whose one refresh token serves Graph and ARM. The request's Scope is
// not looked at. Many callers at once cause one request and one prompt.
func (b *Broker) Source(req token.Request) token.Source {
	var mu sync.Mutex
	have := map[string]token.Token{}
	return func(ctx context.Context, scope string) (token.Token, error) {
		mu.Lock()
		defer mu.Unlock()
		if t := have[scope]; t.Expires.Sub(b.Now()) > sourceMargin {
			return t, nil
		}
		r := req
		r.Scope = scope
		t, err := b.Token(ctx, r)
		if err == nil {
			have[scope] = t
		}
		return t, err
	}
}
