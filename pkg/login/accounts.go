package login

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
)

// remember adds the account to those known.
func (b *Broker) remember(ctx context.Context, p tokencache.Place, a tokencache.Account) {
	wanted := func() (tokencache.Accounts, bool) {
		list, err := b.Dir.Accounts(p.Keys.Accounts())
		if err != nil {
			list = p.Accounts
		}
		known, ok := list.Find(a.Home)
		return list, !ok || known != a
	}
	if _, change := wanted(); !change { // most refreshes: no lock
		return
	}
	defer b.holdList(ctx, p.Keys.Accounts())()
	if list, change := wanted(); change {
		list.Authority, list.Tenant, list.Client = p.Request.Cloud.Login, p.Request.Tenant, p.Request.Client
		b.kept(b.Dir.PutAccounts(p.Keys.Accounts(), list.With(a)))
	}
}

// Pin makes an account the one that is meant where none is named.
func (b *Broker) Pin(ctx context.Context, req token.Request) error {
	p, err := b.find(ctx, req)
	if err != nil {
		return err
	}
	if p.Account.Home == "" {
		return nil
	}
	op := fmt.Sprintf("make %s the default account", p.Account.Username)
	defer b.holdList(ctx, p.Keys.Accounts())()
	list, err := b.Dir.Accounts(p.Keys.Accounts())
	if err != nil {
		return fault.Wrap(fault.Store, op, err)
	}
	if _, known := list.Find(p.Account.Home); !known || list.Pinned == p.Account.Home {
		return nil
	}
	list.Pinned = p.Account.Home
	return fault.Wrap(fault.Store, op, b.Dir.PutAccounts(p.Keys.Accounts(), list))
}

// listLock ends the names of the locks under which lists of accounts are read,
// changed and written. They are held for moments, and taken after all others.
const listLock = "-accounts"

func isListLock(name string) bool { return strings.HasSuffix(name, listLock) }

// listWait is how long a change of a list waits for another.
const listWait = 3 * time.Second

// holdList takes the lock of a list and returns what releases it. Without the
// lock the change goes on: a store that fails never costs the token.
func (b *Broker) holdList(ctx context.Context, name string) (release func()) {
	if b.Dir == tokencache.Nowhere {
		return func() {}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), listWait)
	defer cancel()
	l := lock.New(b.Dir, name+listLock, b.Now)
	if err := l.Acquire(ctx, b.waiting); err != nil {
		return func() {}
	}
	return l.Release
}

// holdLists takes the locks of all lists that there are.
func (b *Broker) holdLists(ctx context.Context) (release func()) {
	var held []func()
	for _, name := range b.Dir.Names("accounts") {
		held = append(held, b.holdList(ctx, name))
	}
	return func() {
		for _, release := range held {
			release()
		}
	}
}
