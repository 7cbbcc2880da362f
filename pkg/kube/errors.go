package kube

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// apiFault gives an error of client-go the kind that it means. Its text comes
// from the network and is cleaned.
func apiFault(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled) {
		return &fault.Error{Kind: fault.Cancelled, Op: op, Err: context.Canceled}
	}
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		return statusFault(op, status)
	}
	if f := pluginFault(op, err.Error()); f != nil {
		return f
	}
	return &fault.Error{Kind: fault.Network, Op: op, Err: errors.New(safetext.Clean(err.Error())),
		Hints: []string{"kubectl cluster-info", "kubectl aad doctor"}}
}

func statusFault(op string, status apierrors.APIStatus) error {
	s := status.Status()
	f := &fault.Error{Kind: fault.Failure, Op: op, Err: errors.New(safetext.Clean(s.Message))}
	switch code := int(s.Code); {
	case code == http.StatusUnauthorized:
		f.Kind = fault.SignIn
		f.Err = errors.New("the API server does not accept this sign-in (Unauthorized)")
		f.Hints = []string{"kubectl aad doctor"}
	case code == http.StatusForbidden:
		f.Kind = fault.Forbidden
	case code == http.StatusNotFound:
		f.Kind = fault.NotFound
	case code == http.StatusConflict:
		f.Kind = fault.Conflict
	case code == http.StatusTooManyRequests:
		f.Kind = fault.Throttled
	case code >= 500:
		f.Kind = fault.Network
	}
	return f
}

// client-go tells of a failed credential plugin in words only
// (plugin/pkg/client/auth/exec, wrapCmdRunErrorLocked).
var (
	pluginExit    = regexp.MustCompile(`exec: executable (\S+) failed with exit code (\d+)`)
	pluginMissing = regexp.MustCompile(`exec: executable (\S+) not found`)
)

// pluginFault reads how a credential plugin failed, or returns nil. Our own
// exit codes from 20 to 31 are kinds of failure; the plugin has already said
// the rest on stderr.
func pluginFault(op, text string) error {
	if m := pluginMissing.FindStringSubmatch(text); m != nil {
		return &fault.Error{Kind: fault.Config, Op: op,
			Err:   fmt.Errorf("the kubeconfig wants the credential plugin %q, which is not on PATH", m[1]),
			Hints: []string{"kubectl krew install aad", "kubectl aad doctor"}}
	}
	m := pluginExit.FindStringSubmatch(text)
	if m == nil {
		return nil
	}
	kind := fault.Config
	if code, err := strconv.Atoi(m[2]); err == nil && code >= int(fault.SignIn) && code <= int(fault.Conflict) {
		kind = fault.Kind(code)
	}
	return &fault.Error{Kind: kind, Op: op,
		Err:   fmt.Errorf("the credential plugin %s ended with exit code %s", m[1], m[2]),
		Hints: []string{"kubectl aad doctor"}}
}
