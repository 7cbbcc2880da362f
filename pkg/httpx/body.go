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

// patient limits the wait for each part of an answer's body as the transport
// limits the wait for its header: a server that stops in the middle must not
// hold a caller, and the locks that it has, for good.
type patient struct {
	next  http.RoundTripper
	limit time.Duration
}

func (p patient) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	resp, err := p.next.RoundTrip(req.WithContext(ctx))
	if err != nil {
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
	if errors.Is(context.Cause(b.ctx), ErrStalled) {
		err = ErrStalled
	}
	return n, err
}

func (b *body) Close() error {
	b.stalled.Stop()
	err := b.ReadCloser.Close()
	b.done()
	return err
}
