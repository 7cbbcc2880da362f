package login

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// aged makes the cached token one that was got an hour ago and is still good.
func aged(t *testing.T, b *Broker) {
	t.Helper()
	expire(t, b, time.Hour)
}

func TestAskingAgain(t *testing.T) {
	m := &method{}
	b, said := newBroker(t, m)
	b.ByClient = true
	ask := func() {
		t.Helper()
		if _, err := b.Token(context.Background(), request()); err != nil {
			t.Fatal(err)
		}
	}
	ask()
	aged(t, b)
	for range 20 { // k9s with three contexts
		ask()
	}
	if m.silents != 1 || m.prompts != 1 || strings.Count(said.String(), "kubectl aad doctor") != 1 {
		t.Errorf("%d refreshes, %d prompts, said %q", m.silents, m.prompts, said)
	}
	aged(t, b)
	b.Caller.PID++ // the next kubectl
	ask()
	if m.silents != 1 {
		t.Error("another program is taken for the same")
	}
	b.ByClient = false
	ask()
	if m.silents != 1 {
		t.Error("a person is taken for client-go")
	}
}

// Whatever comes of the renewal, the good token is served, and nobody is asked.
func TestAskingAgainIsNeverRefused(t *testing.T) {
	for _, failure := range []error{fault.New(fault.Network, "down"), fault.New(fault.Forbidden, "AADSTS50057"), fault.New(fault.Config, "AADSTS65001"),
		&NeedPerson{Err: errors.New("AADSTS50173")}} {
		m := &method{}
		b, _ := newBroker(t, m)
		b.ByClient = true
		first, err := b.Token(context.Background(), request())
		if err != nil {
			t.Fatal(err)
		}
		aged(t, b)
		m.silent = func() error { return failure }
		for range 3 {
			if got, err := b.Token(context.Background(), request()); err != nil || got.Access != first.Access {
				t.Errorf("%v: %v", failure, err)
			}
		}
		if m.silents != 1 || m.prompts != 1 {
			t.Errorf("%v: %d refreshes, %d prompts", failure, m.silents, m.prompts)
		}
	}
}

// A network that hangs holds nobody up who has a token.
func TestAHangingRefreshAhead(t *testing.T) {
	m := &method{}
	b, said := newBroker(t, m)
	if _, err := b.Token(context.Background(), request()); err != nil {
		t.Fatal(err)
	}
	expire(t, b, 2*time.Minute)
	m.hang = true
	began := time.Now()
	if _, err := b.Token(context.Background(), request()); err != nil || time.Since(began) > 2*aheadWait {
		t.Errorf("%v after %v", err, time.Since(began))
	}
	if !strings.Contains(said.String(), "using the token until") {
		t.Errorf("said %q", said)
	}
}
