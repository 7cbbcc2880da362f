package fault_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestExitCode(t *testing.T) {
	plain := errors.New("plain")
	policy := fault.New(fault.Policy, "blocked")
	for _, tt := range []struct {
		name string
		err  error
		want int
	}{
		{"nil", nil, 0},
		{"without a kind", plain, 1},
		{"its own", policy, 21},
		{"below a plain wrap", fmt.Errorf("sign in: %w", policy), 21},
		{"the inner kind wins over Wrap's", fault.Wrap(fault.Config, "sign in", policy), 21},
		{"Wrap's where there is none", fault.Wrap(fault.Config, "sign in", plain), 24},
		{"Hint keeps it", fault.Hint(policy, "x"), 21},
		{"Wrap of nil", fault.Wrap(fault.Config, "sign in", nil), 0},
		{"Hint of nil", fault.Hint(nil, "x"), 0},
	} {
		if got := fault.ExitCode(tt.err); got != tt.want {
			t.Errorf("%s: exit code %d, want %d", tt.name, got, tt.want)
		}
	}
}

// Nothing from 126 up: a shell has those for itself.
func TestKindsFitAnExitCode(t *testing.T) {
	for _, k := range []fault.Kind{fault.Failure, fault.Usage, fault.Incomplete, fault.Pending, fault.SignIn, fault.Conflict} {
		if k < 1 || k > 125 {
			t.Errorf("kind %d is no exit code", k)
		}
	}
}

func TestErrorText(t *testing.T) {
	err := fault.Wrap(fault.NotFound, `bind "x"`, fault.Newf(fault.NotFound, "no user %q", "x"))
	if got, want := err.Error(), `bind "x": no user "x"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestHintsAreCollectedOutermostFirstAndOnce(t *testing.T) {
	inner := fault.New(fault.Config, "x", "inner", "both")
	outer := fault.Wrap(fault.Config, "op", fmt.Errorf("between: %w", inner), "outer", "both")
	if got, want := fault.Hints(outer), []string{"outer", "both", "inner"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := fault.Hints(errors.New("plain")); got != nil {
		t.Errorf("a plain error has hints: %q", got)
	}
}
