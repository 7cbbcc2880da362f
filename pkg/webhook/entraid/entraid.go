// Package entraid fetches what the token webhook needs from Entra ID: the
// tenant's signing keys and, on overage, a person's groups. It judges no token.
package entraid

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

// Upstream is how Entra ID and Graph are reached. All fields are needed.
type Upstream struct {
	Cloud  entra.Cloud
	Tenant entra.TenantID
	Client *http.Client // follows no redirect to another host (pkg/httpx)
	Now    func() time.Time
	Log    *slog.Logger
	// Observe is told of each request: "keys", "login" or "graph".
	Observe func(service string, ok bool)
}

const maxAnswer = 4 << 20 // bytes; 11,000 groups are 430 KB

// answer is a complete answer, whatever its status.
type answer struct {
	status int
	body   []byte
}

// do sends one request and reads the answer. Errors are network faults.
func (u Upstream) do(ctx context.Context, service string, req *http.Request) (answer, error) {
	req = req.WithContext(ctx)
	req.Header.Set("Accept", "application/json")
	if id := webhook.Correlation(ctx); id != "" {
		req.Header.Set("client-request-id", id)
	}
	a, err := u.roundTrip(req)
	u.Observe(service, err == nil && a.status == http.StatusOK)
	if err != nil {
		return answer{}, fault.Wrap(fault.Network, "ask "+req.URL.Host, cause(err))
	}
	return a, nil
}

func (u Upstream) roundTrip(req *http.Request) (answer, error) {
	resp, err := u.Client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err == nil && len(body) > maxAnswer {
		err = fmt.Errorf("answer is larger than %d bytes", maxAnswer)
	}
	return answer{resp.StatusCode, body}, err
}

// cause drops method and URL, which net/http puts before an error: a URL names
// a person.
func cause(err error) error {
	if e, ok := err.(*url.Error); ok {
		return e.Err
	}
	return err
}

// decode reads the body of a good answer.
func (a answer) decode(what string, to any) error {
	if a.status != http.StatusOK {
		return a.failure(what)
	}
	if err := json.Unmarshal(bytes.TrimSpace(a.body), to); err != nil {
		return fault.Newf(fault.Network, "%s: answer is not readable JSON", what)
	}
	return nil
}

// failure is the error for an answer that says nothing about the question.
func (a answer) failure(what string) error {
	err := fault.Newf(fault.Network, "%s: answered %d %s", what, a.status, http.StatusText(a.status))
	if a.status == http.StatusGatewayTimeout {
		err.Err = timeout{err.Err}
	}
	return err
}

// timeout marks a wait that an upstream gave up for us.
type timeout struct{ error }

func (timeout) Timeout() bool   { return true }
func (t timeout) Unwrap() error { return t.error }
