package login

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
)

// Machine is what login methods may use of the computer, beside the way to the
// cloud in Setup. The zero value offers nothing.
type Machine struct {
	Getenv func(string) string
	// Open shows an https address in the person's browser. It does not wait for
	// the browser to end.
	Open func(ctx context.Context, address string) error
	// Run runs a program that PATH names, without a shell, and returns what it
	// prints. The error is a *CommandError, or exec.ErrNotFound.
	Run func(ctx context.Context, name string, args ...string) ([]byte, error)
	// Web leads to hosts that are no cloud's: system's roots, proxy.
	Web http.RoundTripper
	// Near leads to the machine's own metadata service, never through a proxy.
	Near http.RoundTripper
	// Timeout is the user's limit for one answer; 0: the default.
	Timeout time.Duration
}

// Env returns a variable of the environment.
func (m Machine) Env(name string) string {
	if m.Getenv == nil {
		return ""
	}
	return m.Getenv(name)
}

const (
	programTime   = time.Minute     // for one run; --timeout changes it
	programOutput = 1 << 20         // bytes
	programLinger = 2 * time.Second // for children that keep a pipe open
	nearTime      = 4 * time.Second // a metadata service is near, or absent
)

// nearRetry tries once more: where no service is, nobody shall wait for long.
var nearRetry = httpx.Policy{Tries: 2, Base: 500 * time.Millisecond, MaxWait: 3 * time.Second}

// ThisMachine returns the computer that we run on. timeout is for one request or
// one run of a program; 0 is the default of each.
func ThisMachine(getenv func(string) string, timeout time.Duration) (Machine, error) {
	web, err := httpx.NewTransport(httpx.Options{Timeout: timeout, Retry: httpx.Quick()})
	if err != nil {
		return Machine{}, err
	}
	direct, err := httpx.NewTransport(httpx.Options{Timeout: cmp.Or(timeout, nearTime), Retry: nearRetry, NoProxy: true})
	if err != nil {
		return Machine{}, err
	}
	run := func(ctx context.Context, name string, args ...string) ([]byte, error) {
		return runProgram(ctx, cmp.Or(timeout, programTime), name, args...)
	}
	return Machine{Getenv: getenv, Open: opener(getenv), Run: run, Web: web, Near: direct, Timeout: timeout}, nil
}

// CommandError is a program that failed. Stderr is its own text.
type CommandError struct {
	Name   string
	Stderr string
	Err    error
}

func (e *CommandError) Error() string { return e.Name + ": " + e.Err.Error() }

// Unwrap returns why.
func (e *CommandError) Unwrap() error { return e.Err }

// NoAnswer tells why a program that Machine.Run started gave no answer; title is
// how people call it. Where it ran and refused, failed has its own words and the
// error is nil.
func NoAnswer(err error, name, title string) (failed *CommandError, why error) {
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return nil, fault.New(fault.Config, title+" is not on PATH", "install it, or use another login method (--login)")
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fault.New(fault.Network, name+" did not answer in time", "raise the limit with --timeout 2m")
	case errors.Is(err, context.Canceled):
		return nil, fault.New(fault.Cancelled, "cancelled")
	case !errors.As(err, &failed):
		return nil, fault.Wrap(fault.Config, "run "+name, err)
	}
	return failed, nil
}

func runProgram(ctx context.Context, limit time.Duration, name string, args ...string) ([]byte, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) || err != nil {
		return nil, fmt.Errorf("%s: %w", name, exec.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...) // no shell: arguments stay arguments
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &capped{&out}, &capped{&said}
	cmd.WaitDelay = programLinger
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		return nil, &CommandError{Name: name, Stderr: said.String(), Err: err}
	}
	return out.Bytes(), nil
}

// capped keeps the beginning of what is written and swallows the rest.
type capped struct{ into *bytes.Buffer }

func (c *capped) Write(p []byte) (int, error) {
	if room := programOutput - c.into.Len(); room > 0 {
		c.into.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

var _ io.Writer = (*capped)(nil)
