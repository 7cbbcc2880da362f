package lock

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// clock is moved by hand.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func two(t *testing.T) (a, b *Lock, c *clock) {
	dir := tokencache.Dir(filepath.Join(t.TempDir(), "aad"))
	c = &clock{t: time.Now()}
	return New(dir, "k", c.now), New(dir, "k", c.now), c
}

func TestTheWaiterIsToldWhoAndThenGetsIt(t *testing.T) {
	a, b, c := two(t)
	if err := a.Acquire(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	a.Announce(Holder{Program: "k9s\x1b[2J", PID: 4242, Purpose: SignIn, Until: c.now().Add(time.Minute)})
	told := make(chan Holder, 1)
	done := make(chan error, 1)
	go func() { done <- b.Acquire(context.Background(), func(h Holder) { told <- h }) }()
	if h := <-told; h.Program != "k9s[2J" || h.PID != 4242 {
		t.Errorf("told %+v", h)
	}
	a.Release()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	b.Release()
}

func TestHowLongOthersWait(t *testing.T) {
	for purpose, want := range map[Purpose]time.Duration{Silent: SilentWait, SignIn: 15 * time.Minute} {
		a, b, c := two(t)
		if err := a.Acquire(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		a.Announce(Holder{Program: "k9s", PID: 1, Purpose: purpose, Until: c.now().Add(15 * time.Minute)})
		told := make(chan struct{}, 8)
		done := make(chan error, 1)
		go func() { done <- b.Acquire(context.Background(), func(Holder) { told <- struct{}{} }) }()
		if purpose == SignIn {
			<-told
		}
		c.add(want - time.Second)
		select {
		case err := <-done:
			t.Errorf("%s: gave up early: %v", purpose, err)
		case <-time.After(150 * time.Millisecond):
		}
		if err := eventually(c, done); !errors.Is(err, ErrTimeout) {
			t.Errorf("%s: %v", purpose, err)
		}
		a.Release()
	}
}

// eventually moves the clock on until the waiter, which may have looked at it
// late, gives up.
func eventually(c *clock, done <-chan error) error {
	for range 100 {
		c.add(2 * time.Second)
		select {
		case err := <-done:
			return err
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("still waiting")
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	a, b, _ := two(t)
	if err := a.Acquire(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	defer a.Release()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := b.Acquire(ctx, func(Holder) {}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestAFailureIsForThoseWhoWaited(t *testing.T) {
	a, b, c := two(t)
	if err := a.Acquire(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	before := c.now()
	c.add(time.Second)
	a.Fail(Outcome{At: c.now(), Kind: fault.Cancelled, Text: "no"})
	if o, ok := b.FailedSince(before); !ok || o.Kind != fault.Cancelled || o.Text != "no" {
		t.Errorf("got %+v, %v", o, ok)
	}
	c.add(time.Second)
	if _, ok := b.FailedSince(c.now()); ok {
		t.Error("a failure holds back who came later")
	}
	b.Succeeded()
	if _, ok := b.FailedSince(before); ok {
		t.Error("a failure outlives a success")
	}
	a.Release()
}

// A caller that asks again in a row gets the failure; another, or later, asks.
func TestTheSameCallerIsHeldBack(t *testing.T) {
	l, _, c := two(t)
	l.Fail(Outcome{At: c.now(), Kind: fault.Policy, Text: "AADSTS53003", Caller: "7@1"})
	c.add(time.Second)
	for who, want := range map[string]bool{"7@1": true, "7@2": false, "": false} {
		if _, held := l.FailedFor(who); held != want {
			t.Errorf("%q: held back %v", who, held)
		}
	}
	c.add(holdBack)
	if _, held := l.FailedFor("7@1"); held {
		t.Error("held back for too long")
	}
	l.Fail(Outcome{At: c.now(), Kind: fault.Network, Text: "down"})
	c.add(time.Second)
	if _, held := l.FailedFor(""); held {
		t.Error("nobody was asked, and somebody is held back")
	}
}
