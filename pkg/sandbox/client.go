package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Control reaches the sandbox that runs in Dir from another process.
type Control struct {
	Dir string
}

// SignIn completes a device code as the person in the browser would.
func (c Control) SignIn(ctx context.Context, who, code string) error {
	return c.do(ctx, http.MethodPost, "/sign-in", signInBody{Who: who, Code: code}, nil)
}

// Fault arms a fault, as Sandbox.Fault does.
func (c Control) Fault(ctx context.Context, service, name string, times int, match string) error {
	return c.do(ctx, http.MethodPost, "/faults", faultBody{Service: service, Name: name, Times: times, Match: match}, nil)
}

// Faults lists every fault that there is.
func (c Control) Faults(ctx context.Context) ([]wire.Fault, error) {
	var list []wire.Fault
	err := c.do(ctx, http.MethodGet, "/faults", nil, &list)
	return list, err
}

// ClearFaults ends all faults.
func (c Control) ClearFaults(ctx context.Context) error {
	return c.do(ctx, http.MethodDelete, "/faults", nil, nil)
}

// Requests tells how often each route was asked for since the last reset.
func (c Control) Requests(ctx context.Context) ([]wire.Count, error) {
	var list []wire.Count
	err := c.do(ctx, http.MethodGet, "/requests", nil, &list)
	return list, err
}

// Reset starts counting requests anew.
func (c Control) Reset(ctx context.Context) error {
	return c.do(ctx, http.MethodDelete, "/requests", nil, nil)
}

// Down asks the sandbox to stop and waits until it has.
func (c Control) Down(ctx context.Context) error {
	if err := c.do(ctx, http.MethodPost, "/down", nil, nil); err != nil {
		return err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := dialControl(ctx, c.socket())
		if err == nil {
			_ = conn.Close()
		} else if slow := net.Error(nil); ctx.Err() == nil && (!errors.As(err, &slow) || !slow.Timeout()) {
			return nil // a dialer's deadline may strike a moment before its context's
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the sandbox in %s to stop: %w", c.Dir, ctx.Err())
		case <-tick.C:
		}
	}
}

func (c Control) socket() string { return filepath.Join(c.Dir, "control.sock") }

func (c Control) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		raw, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://sandbox"+path, body)
	if err != nil {
		return err
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return dialControl(ctx, c.socket())
	}}
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return fmt.Errorf("no sandbox answers in %s: %w", c.Dir, err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode >= http.StatusBadRequest {
		var f failureBody
		if err := json.NewDecoder(resp.Body).Decode(&f); err != nil || f.Error == "" {
			return fmt.Errorf("the sandbox in %s answered %s", c.Dir, resp.Status)
		}
		return errors.New(f.Error)
	}
	if out == nil {
		return nil
	}
	return json.NewDecoder(resp.Body).Decode(out)
}
