package login

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

const mostAnswer = 1 << 20 // bytes

// Ask sends one request to a service that vouches for this machine or job, and
// that is not Entra ID; service is its name in errors. It follows no redirect.
// Answers of any status are returned; the error is a fault.
func Ask(rt http.RoundTripper, req *http.Request, service string) (status int, body []byte, err error) {
	if rt == nil {
		return 0, nil, fault.New(fault.Config, service+" cannot be reached from here")
	}
	resp, err := rt.RoundTrip(req)
	if err == nil {
		defer resp.Body.Close()
		body, err = io.ReadAll(io.LimitReader(resp.Body, mostAnswer))
	}
	if err == nil {
		return resp.StatusCode, body, nil
	}
	if errors.Is(err, context.Canceled) {
		return 0, nil, fault.New(fault.Cancelled, "cancelled")
	}
	reason := err.Error()
	var u *url.Error
	if errors.As(err, &u) {
		reason = u.Err.Error()
	}
	return 0, nil, fault.New(fault.Network, fmt.Sprintf("cannot reach %s: %s", service, safetext.Clean(reason)))
}
