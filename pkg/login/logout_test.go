package login

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
)

func TestLogoutOfTwoTenantsAndOneClient(t *testing.T) {
	b, _ := newBroker(t, &method{})
	other := request()
	other.Tenant = "22222222-2222-4222-8222-222222222222"
	another := request()
	another.Client = "33333333-3333-4333-8333-333333333333"
	for _, r := range []struct{ t, c string }{{tenant, string(request().Client)}, {other.Tenant, string(other.Client)}, {tenant, string(another.Client)}} {
		q := request()
		q.Tenant, q.Client = r.t, another.Client
		if r.c != string(another.Client) {
			q.Client = request().Client
		}
		if _, err := b.Token(context.Background(), q); err != nil {
			t.Fatal(err)
		}
	}
	gone, err := b.Logout(context.Background(), request())
	if err != nil || len(gone) != 2 || gone[0].Tokens+gone[1].Tokens != 2 {
		t.Fatalf("%+v, %v", gone, err)
	}
	if len(b.Dir.Names("tokens")) != 1 || len(b.Dir.Names("refresh")) != 1 || len(b.Dir.Names("accounts")) != 1 {
		t.Errorf("left %v %v %v", b.Dir.Names("tokens"), b.Dir.Names("refresh"), b.Dir.Names("accounts"))
	}
	if _, err := b.LogoutAccount(context.Background(), "ALICE@contoso.com"); err != nil {
		t.Error(err)
	}
	if len(b.Dir.Names("tokens"))+len(b.Dir.Names("refresh"))+len(b.Dir.Names("accounts")) != 0 {
		t.Error("something is left")
	}
}

// A refresh that is on its way when somebody signs out brings nothing back.
func TestLogoutAgainstRefreshes(t *testing.T) {
	m := &method{silent: func() error { time.Sleep(20 * time.Millisecond); return nil }}
	b, _ := newBroker(t, m)
	if _, err := b.Token(context.Background(), request()); err != nil {
		t.Fatal(err)
	}
	expire(t, b, -time.Second)
	b.MayAsk = false
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() { _, _ = b.Token(context.Background(), request()) })
	}
	if _, err := b.LogoutAll(context.Background()); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if len(b.Dir.Names("tokens"))+len(b.Dir.Names("refresh"))+len(b.Dir.Names("accounts")) != 0 {
		t.Error("somebody is signed in again")
	}
}

// Whoever signs in right now is told about; the rest is gone all the same.
func TestLogoutDuringASignIn(t *testing.T) {
	b, _ := newBroker(t, &method{})
	if _, err := b.Token(context.Background(), request()); err != nil {
		t.Fatal(err)
	}
	l := lock.New(b.Dir, mustKeys(t, request()).Lock(), b.Now)
	if err := l.Acquire(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	defer l.Release()
	l.Announce(lock.Holder{Program: "k9s", PID: 7, Purpose: lock.SignIn, Until: time.Now().Add(time.Hour)})
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	gone, err := b.LogoutAll(ctx)
	if fault.KindOf(err) != fault.Conflict || len(gone) != 1 || len(b.Dir.Names("refresh")) != 0 {
		t.Errorf("%+v, %v", gone, err)
	}
}

func TestSignInAfreshAndRenew(t *testing.T) {
	m := &method{}
	b, _ := newBroker(t, m)
	first, err := b.Token(context.Background(), request())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.get(context.Background(), request(), wish{not: "another"}); err != nil || m.silents != 0 {
		t.Errorf("renewed although another is there: %v, %d", err, m.silents)
	}
	if _, err := b.get(context.Background(), request(), wish{not: first.Access}); err != nil || m.silents != 1 || m.prompts != 1 {
		t.Errorf("not renewed: %v, %d refreshes", err, m.silents)
	}
	if _, err := b.SignIn(context.Background(), request()); err != nil || m.prompts != 2 {
		t.Errorf("not asked: %v, %d prompts", err, m.prompts)
	}
	m.who = "bob"
	if _, err := b.SignIn(context.Background(), request()); fault.KindOf(err) != fault.SignIn {
		t.Errorf("the account changed: %v", err)
	}
	r := request()
	r.Account = "bob@contoso.com"
	if _, err := b.SignIn(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if err := b.Pin(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if p, _ := b.Dir.Place(request()); p.Account != (tokencache.Account{Home: "bob.t", Object: "bob", Username: "bob@contoso.com", Session: p.Keys.Refresh("bob.t")}) {
		t.Errorf("pinned %+v", p.Account)
	}
}
