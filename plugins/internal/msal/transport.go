package msal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
)

// transport stands between MSAL and the network. It answers what MSAL asks
// about the cloud itself, lets nothing but token requests through, paces the
// polling for a device code, and remembers why a request failed: MSAL's errors
// may quote an answer, and an answer may hold a token.
type transport struct {
	next   http.RoundTripper
	cloud  entra.Cloud
	tenant string
	v1     string // the resource to ask the v1 endpoints for; empty: v2
	scope  string
	bind   string // the thumbprint of the key that tokens are bound to; empty: none
	wait   httpx.Waiter
	limit  time.Duration // for one answer with its body

	mu       sync.Mutex
	interval time.Duration // of the device code in hand
	sent     bool          // a request has left this machine
	failure  error
}

const (
	maxAnswer  = 1 << 20
	oneAnswer  = 30 * time.Second // unless the user waits longer
	defaultGap = 5 * time.Second  // RFC 8628 3.2, when the server names no interval
	slowDown   = 5 * time.Second  // RFC 8628 3.5
	longestGap = time.Minute
)

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Scheme+"://"+req.URL.Host != hostOf(t.cloud.Login) {
		return nil, t.failed(fmt.Errorf("%w: %s", httpx.ErrForeignRedirect, req.URL.Host))
	}
	if req.Method == http.MethodGet {
		return t.metadata(req)
	}
	if req.Method != http.MethodPost || req.GetBody == nil {
		return nil, t.failed(errors.New("unexpected request of the sign-in library"))
	}
	form, err := body(req)
	if err != nil {
		return nil, t.failed(err)
	}
	if bytes.Contains(form, []byte("device_code=")) {
		return t.poll(req)
	}
	resp, data, err := t.send(req)
	if err == nil && strings.HasSuffix(req.URL.Path, "/devicecode") {
		t.setInterval(data)
	}
	return resp, err
}

// metadata answers openid-configuration from the cloud that the user chose:
// its authority is trusted by that choice, and asking it would prove nothing.
func (t *transport) metadata(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/v2.0/.well-known/openid-configuration") {
		return nil, t.failed(errors.New("unexpected request of the sign-in library"))
	}
	base := t.cloud.Authority(t.tenant)
	data, err := json.Marshal(map[string]string{
		"authorization_endpoint": base + "/oauth2/v2.0/authorize",
		"token_endpoint":         base + "/oauth2/v2.0/token",
		"issuer":                 base + "/v2.0",
	})
	if err != nil {
		return nil, err
	}
	return answer(req, http.StatusOK, http.Header{"Content-Type": {"application/json"}}, data), nil
}

// send makes one request and reads the whole answer.
func (t *transport) send(req *http.Request) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(req.Context(), t.limit)
	defer cancel()
	asked, err := req, error(nil)
	if t.v1 != "" {
		if req, err = toV1(req, t.v1); err != nil {
			return nil, nil, t.failed(err)
		}
	}
	if t.bind != "" {
		if req, err = bound(req, t.bind); err != nil {
			return nil, nil, t.failed(err)
		}
	}
	once := req.Clone(ctx)
	if once.Body, err = req.GetBody(); err != nil {
		return nil, nil, t.failed(err)
	}
	t.leave()
	resp, err := t.next.RoundTrip(once)
	if err != nil {
		return nil, nil, t.failed(login.Unreachable(t.cloud, err))
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, nil, t.failed(login.Unreachable(t.cloud, err))
	}
	t.failed(nil)
	if resp.StatusCode != http.StatusOK || !json.Valid(data) {
		t.failed(login.Refusal(resp.StatusCode, data))
	}
	if t.v1 != "" {
		data = fromV1(data, t.scope)
	}
	return answer(asked, resp.StatusCode, resp.Header, data), data, nil
}

// poll asks until the person is done, at the server's pace: MSAL would ask at
// its own, and give up at the first lost packet. The context ends when the
// code does.
func (t *transport) poll(req *http.Request) (*http.Response, error) {
	gap := t.gap()
	for {
		if err := t.wait(req.Context(), gap); err != nil {
			return nil, t.failed(err)
		}
		resp, data, err := t.send(req)
		switch {
		case err != nil && req.Context().Err() != nil:
			return nil, t.failed(req.Context().Err())
		case err != nil, resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode >= http.StatusInternalServerError:
			continue
		}
		e, _ := entra.ParseTokenError(data)
		switch e.OAuth {
		case "authorization_pending":
		case "slow_down":
			gap += slowDown
		default:
			return resp, nil
		}
	}
}

// setInterval reads how often the server wants to be asked.
func (t *transport) setInterval(data []byte) {
	var in struct {
		Interval json.Number `json:"interval"`
	}
	gap := defaultGap
	if json.Unmarshal(data, &in) == nil {
		if n, err := in.Interval.Int64(); err == nil && n > 0 && n < int64(longestGap/time.Second) {
			gap = time.Duration(n) * time.Second
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.interval = gap
}

func (t *transport) gap() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return max(t.interval, time.Second)
}

func (t *transport) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sent = true
}

// failed remembers and returns err.
func (t *transport) failed(err error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.failure = err
	return err
}

func body(req *http.Request) ([]byte, error) {
	r, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func answer(req *http.Request, status int, header http.Header, data []byte) *http.Response {
	header = header.Clone()
	header.Del("Content-Encoding")
	header.Del("Content-Length")
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(bytes.NewReader(data)), ContentLength: int64(len(data)), Request: req,
	}
}

// hostOf returns scheme and host of an authority URL.
func hostOf(login string) string {
	scheme, rest, _ := strings.Cut(strings.ToLower(login), "://")
	host, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + host
}
