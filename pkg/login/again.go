package login

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/execcred"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/repeat"
)

// refused is said to whoever asks again for a token that is still good.
const refused = "the API server may have refused this token: run kubectl aad doctor"

// forClient is Token for client-go, which starts its plugin again after a 401
// and does not say so. A program that asks again too early gets another token,
// once in a minute; otherwise the same, and a word about doctor. It is never
// refused: k9s and terraform ask again without any 401.
func (b *Broker) forClient(ctx context.Context, req token.Request) (token.Token, error) {
	who, verdict, w := b.Caller.ID(), repeat.Serve, wish{}
	if p, err := b.Dir.Find(req); err == nil {
		if e, err := b.Dir.Lookup(p); err == nil && e.Fresh(b.Now()) {
			verdict = repeat.Judge(b.Dir, p.TokenKey(), who, e, b.Now())
			if verdict == repeat.Renew {
				b.trace("%s asks again for a token that is good: getting another", b.program())
				w.not = e.Access
			}
		}
	}
	t, err := b.get(ctx, req, w)
	if err != nil {
		return t, err
	}
	if verdict == repeat.Say || verdict == repeat.Renew && t.Access == w.not {
		b.say(refused)
	}
	if p, err := b.Dir.Find(req); err == nil {
		repeat.Given(b.Dir, p.TokenKey(), who, t.Access, execcred.Announce(answerEnd(req, t, b.Now()), b.Now()), verdict, b.Now())
	}
	return t, nil
}
