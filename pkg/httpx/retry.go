package httpx

import (
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// Policy says how often a request is tried and how long is waited in between.
type Policy struct {
	Tries   int           // in all; 0 and 1 mean once
	Base    time.Duration // first wait; doubles each time, with jitter
	MaxWait time.Duration // longest single wait; a longer Retry-After ends the tries
	Within  time.Duration // no try starts later than this after the first; 0: no matter when
}

// Default is the retry policy of everything that is not started by kubectl.
func Default() Policy {
	return Policy{Tries: 5, Base: 500 * time.Millisecond, MaxWait: 30 * time.Second}
}

// Quick is the policy of get-token, for which somebody waits: seconds at most.
func Quick() Policy {
	return Policy{Tries: 3, Base: 200 * time.Millisecond, MaxWait: 3 * time.Second, Within: 7 * time.Second}
}

// Waiter waits for d or until ctx ends.
type Waiter func(ctx context.Context, d time.Duration) error

// Sleep is the Waiter of the real clock.
func Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// retrying repeats what is safe to repeat: any request that a server turned
// away (429, 503), and idempotent ones after a network error, 502 or 504.
type retrying struct {
	next   http.RoundTripper
	policy Policy
	wait   Waiter
}

func (r *retrying) RoundTrip(req *http.Request) (*http.Response, error) {
	wait := r.wait
	if wait == nil {
		wait = Sleep
	}
	began := time.Now()
	for try := 1; ; try++ {
		attempt, err := rewind(req, try)
		if err != nil {
			return nil, err
		}
		resp, err := r.next.RoundTrip(attempt)
		pause, again := r.again(req, resp, err, try)
		if !again || r.policy.Within > 0 && time.Since(began)+pause > r.policy.Within {
			return resp, err
		}
		if resp != nil {
			_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
			_ = resp.Body.Close()
		}
		if werr := wait(req.Context(), pause); werr != nil {
			return nil, werr
		}
	}
}

// rewind returns the request for one try, with its body from the start.
func rewind(req *http.Request, try int) (*http.Request, error) {
	if try == 1 || req.Body == nil || req.Body == http.NoBody {
		return req, nil
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	clone := req.Clone(req.Context())
	clone.Body = body
	return clone, nil
}

func (r *retrying) again(req *http.Request, resp *http.Response, err error, try int) (time.Duration, bool) {
	if try >= r.policy.Tries || req.Context().Err() != nil {
		return 0, false
	}
	if req.Body != nil && req.Body != http.NoBody && req.GetBody == nil {
		return 0, false
	}
	if err != nil {
		return r.backoff(try), idempotent(req.Method)
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
	case http.StatusBadGateway, http.StatusGatewayTimeout:
		if !idempotent(req.Method) {
			return 0, false
		}
	default:
		return 0, false
	}
	if after, ok := RetryAfter(resp.Header, time.Now()); ok {
		return after, after <= r.policy.MaxWait
	}
	return r.backoff(try), true
}

func (r *retrying) backoff(try int) time.Duration {
	d := min(r.policy.Base<<(try-1), r.policy.MaxWait)
	return d/2 + rand.N(d/2+1)
}

func idempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPut, http.MethodDelete, http.MethodOptions:
		return true
	}
	return false
}

// RetryAfter reads the header Retry-After, in seconds or as a date relative to
// now. A negative wait is none.
func RetryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	v := h.Get("Retry-After")
	if v == "" {
		return 0, false
	}
	if s, err := strconv.Atoi(v); err == nil && s >= 0 {
		return time.Duration(s) * time.Second, true
	}
	if t, err := http.ParseTime(v); err == nil {
		return max(t.Sub(now), 0), true
	}
	return 0, false
}
