package login

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
)

// What a process without a terminal could not do is no answer for one that
// waited and has a terminal; it is for one that has none either.
func TestTheOutcomeOfWhoeverCannotAsk(t *testing.T) {
	for _, tc := range []struct {
		name    string
		holder  error // of its refresh
		mayAsk  bool  // the waiter
		quiet   bool
		kind    fault.Kind // of the waiter; 0: a token
		prompts int
	}{
		{"a terminal here", &NeedPerson{Err: errors.New("AADSTS50173")}, true, false, 0, 1},
		{"nor here", &NeedPerson{Err: errors.New("AADSTS50173")}, false, false, fault.SignIn, 0},
		{"a terminal here, and nobody is to be asked", &NeedPerson{Err: errors.New("AADSTS50173")}, true, true, fault.SignIn, 0},
		{"what nobody can help", fault.New(fault.Policy, "AADSTS53003"), true, false, fault.Policy, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &method{}
			b, _ := newBroker(t, m)
			began := time.Now()
			if _, err := b.Token(context.Background(), request()); err != nil {
				t.Fatal(err)
			}
			expire(t, b, -time.Second)
			m.prompts, m.silents, m.silent, b.MayAsk = 0, 0, func() error { return tc.holder }, false
			if _, err := b.Token(context.Background(), request()); err == nil {
				t.Fatal("the holder got a token")
			}
			b.MayAsk = tc.mayAsk
			p, err := b.find(context.Background(), request())
			if err != nil {
				t.Fatal(err)
			}
			_, err = b.once(context.Background(), p, lock.New(b.Dir, p.Keys.Lock(), b.Now), began, wish{quiet: tc.quiet})
			if fault.Kind(fault.ExitCode(err)) != tc.kind || m.prompts != tc.prompts {
				t.Errorf("%v, %d prompts", err, m.prompts)
			}
			if waited := tc.kind != 0; waited && m.silents != 1 {
				t.Errorf("asked Entra ID %d times", m.silents)
			}
		})
	}
}
