package login

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// Each of many sign-ins at once, of several accounts, stays known; so does who
// was pinned meanwhile.
func TestNoSignInIsForgotten(t *testing.T) {
	b, _ := newBroker(t, &method{})
	if _, err := b.Token(context.Background(), request()); err != nil {
		t.Fatal(err)
	}
	p, err := b.Dir.Place(request())
	if err != nil {
		t.Fatal(err)
	}
	named := func(i int) tokencache.Account {
		return tokencache.Account{Home: fmt.Sprintf("%d.t", i), Username: fmt.Sprintf("user%d@contoso.com", i)}
	}
	b.remember(context.Background(), p, named(0))
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() { b.remember(context.Background(), p, named(i)) })
	}
	wg.Go(func() {
		r := request()
		r.Account = named(0).Username
		if err := b.Pin(context.Background(), r); err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	list, err := b.Dir.Accounts(p.Keys.Accounts())
	if err != nil || len(list.Known) != 13 || list.Pinned != named(0).Home {
		t.Errorf("%d known, pinned %q, %v", len(list.Known), list.Pinned, err)
	}
}

// Nobody known is nobody to pin, and takes nobody's place.
func TestPinOfNobody(t *testing.T) {
	b, _ := newBroker(t, &method{})
	if _, err := b.Token(context.Background(), request()); err != nil {
		t.Fatal(err)
	}
	r := request()
	r.Account = "bob@contoso.com"
	if err := b.Pin(context.Background(), r); err != nil {
		t.Fatal(err)
	}
	if p, _ := b.Dir.Place(request()); p.Accounts.Pinned != "alice.t" {
		t.Errorf("pinned %q", p.Accounts.Pinned)
	}
}

// A sign-in that ends while somebody signs out waits for the list, and the
// sign-out for the sign-in: neither waits for good.
func TestLogoutAndRememberDoNotWaitForEachOther(t *testing.T) {
	b, _ := newBroker(t, &method{})
	if _, err := b.Token(context.Background(), request()); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			r := request()
			if i%2 == 1 {
				r.Account = "alice@contoso.com" // another lock, the same list
			}
			_, _ = b.SignIn(context.Background(), r)
		})
	}
	for range 3 {
		if _, err := b.LogoutAll(context.Background()); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if took := time.Since(began); took > listWait {
		t.Errorf("took %v", took)
	}
	if _, err := b.LogoutAll(context.Background()); err != nil || len(b.Dir.Names("accounts")) != 0 {
		t.Errorf("%v, left %v", err, b.Dir.Names("accounts"))
	}
}
