// Package fault holds the one error type that reaches the user and the exit
// code of each kind of failure. It prints nothing.
package fault

import (
	"errors"
	"fmt"
)

// Kind is a class of failure; its value is the exit code. The numbers are a
// contract: client-go shows users nothing but them (docs/exit-codes.md).
type Kind int

// The kinds of failure and what each one means.
const (
	Failure    Kind = 1  // findings, or a failure without a kind of its own
	Usage      Kind = 2  // the command line or a file was wrong
	Incomplete Kind = 3  // something could not be looked at
	Pending    Kind = 10 // changes are pending (--detailed-exitcode)

	SignIn    Kind = 20 // sign-in needed but cannot ask
	Policy    Kind = 21 // blocked by Conditional Access or another policy
	Network   Kind = 22 // network, proxy, TLS or a server that is down
	Throttled Kind = 23 // told to come back later
	Config    Kind = 24 // app registration, consent or configuration
	Store     Kind = 25 // the cache or its key store cannot be used
	Cancelled Kind = 26 // cancelled, declined, or the code expired
	Clock     Kind = 27 // this machine's clock is wrong
	Forbidden Kind = 28 // signed in, but not allowed
	NotFound  Kind = 29
	Ambiguous Kind = 30 // several things have that name
	Conflict  Kind = 31 // somebody else changed it, or owns it
)

// Error is a failure with its kind and the way on. Op names the operation and
// its object in lower case ("bind carol@fabrikam.com"); hints can be pasted.
type Error struct {
	Kind  Kind
	Op    string
	Err   error
	Hints []string
}

// Error returns "op: cause" on one line.
func (e *Error) Error() string {
	switch {
	case e.Err == nil:
		return e.Op
	case e.Op == "":
		return e.Err.Error()
	default:
		return e.Op + ": " + e.Err.Error()
	}
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// New returns an error of a kind with hints.
func New(kind Kind, text string, hints ...string) *Error {
	return &Error{Kind: kind, Err: errors.New(text), Hints: hints}
}

// Newf returns an error of a kind with a formatted text; %w is honoured.
func Newf(kind Kind, format string, args ...any) *Error {
	return &Error{Kind: kind, Err: fmt.Errorf(format, args...)}
}

// Wrap puts an operation before err. It keeps err's kind and hints: the kind
// given counts only where err has none. Wrap(nil) is nil.
func Wrap(kind Kind, op string, err error, hints ...string) error {
	if err == nil {
		return nil
	}
	if k, ok := kindOf(err); ok {
		kind = k
	}
	return &Error{Kind: kind, Op: op, Err: err, Hints: hints}
}

// Hint adds ways on to err and changes nothing else. Hint(nil) is nil.
func Hint(err error, hints ...string) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: KindOf(err), Err: err, Hints: hints}
}

// KindOf returns the kind of the outermost fault in err, or Failure.
func KindOf(err error) Kind {
	if k, ok := kindOf(err); ok {
		return k
	}
	return Failure
}

func kindOf(err error) (Kind, bool) {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind, true
	}
	return 0, false
}

// ExitCode returns the process's exit code for err: 0 for nil.
func ExitCode(err error) int {
	if err == nil {
		return 0
	}
	return int(KindOf(err))
}

// Hints returns the hints of every fault in err, outermost first, none twice.
func Hints(err error) []string {
	var hints []string
	seen := map[string]bool{}
	for err != nil {
		var e *Error
		if !errors.As(err, &e) {
			break
		}
		for _, h := range e.Hints {
			if !seen[h] {
				seen[h] = true
				hints = append(hints, h)
			}
		}
		err = e.Err
	}
	return hints
}
