package httpx

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// ErrStalled is returned by a body whose server stopped in the middle of it.
var ErrStalled = errors.New("the server stopped in the middle of its answer")

// ErrNoAnswer is returned when the limit passed without an answer's header.
var ErrNoAnswer error = noAnswer{}

type noAnswer struct{}

func (noAnswer) Error() string { return "no answer in time" }

// Timeout says what this is to those who ask a net.Error.
func (noAnswer) Timeout() bool { return true }

// patient limits the wait for an answer's header, whoever keeps it waiting (a
// name server, a proxy, a handshake), and then for each part of its body: no
// server may hold a caller, and the locks that it has, for good.
type patient struct {
	next  http.RoundTripper
	limit time.Duration
}

func (p patient) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	late := time.AfterFunc(p.limit, func() { cancel(ErrNoAnswer) })
	resp, err := p.next.RoundTrip(req.WithContext(ctx))
	late.Stop()
	if err != nil {
		if errors.Is(context.Cause(ctx), ErrNoAnswer) {
			err = ErrNoAnswer
		}
		cancel(nil)
		return nil, err
	}
	stalled := time.AfterFunc(p.limit, func() { cancel(ErrStalled) })
	resp.Body = &body{ReadCloser: resp.Body, ctx: ctx, stalled: stalled, limit: p.limit, done: func() { cancel(nil) }}
	return resp, nil
}

// body starts the wait anew with everything that arrives.
type body struct {
	io.ReadCloser
	ctx     context.Context //nolint:containedctx // the request's, to tell why a read ended
	stalled *time.Timer
	limit   time.Duration
	done    func()
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err == nil {
		b.stalled.Reset(b.limit)
		return n, nil
	}
	b.stalled.Stop()
	if late := context.Cause(b.ctx); errors.Is(late, ErrStalled) || errors.Is(late, ErrNoAnswer) {
		err = late
	}
	return n, err
}

func (b *body) Close() error {
	b.stalled.Stop()
	err := b.ReadCloser.Close()
	b.done()
	return err
}
