package graph

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"golang.org/x/sync/errgroup"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
)

// Limits of $batch: Graph's on its length, ours on how many are under way and
// how often a throttled item is sent again.
const (
	maxSteps     = 20
	batchesAtOne = 4
	batchTries   = 6
)

// pauseWithoutAdvice is waited where a throttled item names no Retry-After.
const pauseWithoutAdvice = 5 * time.Second

// answered takes what one call of a batch came to. It is never called by two
// goroutines at once.
type answered func(i int, body []byte, err error) error

// batch sends many calls, twenty in a request. Items that Graph throttles are
// sent again after the longest Retry-After among them; the others are not. The
// first error that each returns ends the rest.
func (c *Client) batch(ctx context.Context, op string, calls []call, each answered) error {
	var mu sync.Mutex
	serial := func(i int, body []byte, err error) error {
		mu.Lock()
		defer mu.Unlock()
		return each(i, body, err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(batchesAtOne)
	for first := 0; first < len(calls); first += maxSteps {
		var pending []int
		for i := first; i < min(first+maxSteps, len(calls)); i++ {
			pending = append(pending, i)
		}
		group.Go(func() error { return c.chunk(ctx, op, calls, pending, serial) })
	}
	return group.Wait()
}

// chunk sends the calls that are pending, and again those that were throttled.
func (c *Client) chunk(ctx context.Context, op string, calls []call, pending []int, each answered) error {
	for try := 1; len(pending) > 0; try++ {
		responses, err := c.batchOnce(ctx, op, calls, pending)
		if err != nil {
			return err
		}
		var again []int
		var pause time.Duration
		for _, i := range pending {
			r, ok := responses[strconv.Itoa(i)]
			switch {
			case !ok:
				return fault.Wrap(fault.Failure, op, errors.New("Microsoft Graph left out the answer to a part of the batch"))
			case r.throttled() && try < batchTries:
				again, pause = append(again, i), max(pause, r.retryAfter())
			case r.Status >= 300:
				err = each(i, nil, refused(calls[i], r.response(), r.Body))
			default:
				err = each(i, r.Body, nil)
			}
			if err != nil {
				return err
			}
		}
		if pending = again; len(pending) > 0 {
			if err := c.wait(ctx, pause); err != nil {
				return c.unreached(ctx, call{op: op}, err)
			}
		}
	}
	return nil
}

// item is the answer to one call of a batch.
type item struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers"`
	Body    json.RawMessage   `json:"body"`
}

func (i item) throttled() bool {
	return i.Status == http.StatusTooManyRequests || i.Status == http.StatusServiceUnavailable
}

func (i item) response() *http.Response {
	h := http.Header{}
	for k, v := range i.Headers {
		h.Set(k, v)
	}
	return &http.Response{StatusCode: i.Status, Header: h}
}

func (i item) retryAfter() time.Duration {
	if after, ok := httpx.RetryAfter(i.response().Header, time.Now()); ok {
		return min(after, 5*time.Minute)
	}
	return pauseWithoutAdvice
}

func (c *Client) batchOnce(ctx context.Context, op string, calls []call, pending []int) (map[string]item, error) {
	type request struct {
		ID      string            `json:"id"`
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers,omitempty"`
		Body    any               `json:"body,omitempty"`
	}
	requests := make([]request, len(pending))
	for n, i := range pending {
		q := calls[i]
		r := request{ID: strconv.Itoa(i), Method: q.method.String(), URL: q.relative(), Headers: map[string]string{}, Body: q.body}
		for k, v := range q.header {
			r.Headers[k] = v
		}
		if q.body != nil {
			r.Headers["Content-Type"] = "application/json"
		}
		requests[n] = r
	}
	body, err := c.do(ctx, call{op: op, needs: calls[pending[0]].needs, method: abs.POST, path: "/$batch",
		body: map[string]any{"requests": requests}})
	if err != nil {
		return nil, err
	}
	var answer struct {
		Responses []item `json:"responses"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return nil, fault.Wrap(fault.Failure, op, fmt.Errorf("the answer is not what Microsoft Graph promises: %w", err))
	}
	byID := map[string]item{}
	for _, r := range answer.Responses {
		byID[r.ID] = r
	}
	return byID, nil
}

// relative returns the call's URL below /v1.0.
func (q call) relative() string {
	if len(q.query) == 0 {
		return q.path
	}
	return q.path + "?" + strings.ReplaceAll(q.query.Encode(), "+", "%20")
}
