package entraid

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
)

// How often the tenant's keys are read.
const (
	refreshEvery = time.Hour       // whether anybody asks or not
	unknownFirst = 5 * time.Second // after an unknown key id that stayed unknown; doubles
	unknownMost  = time.Minute
	retryFirst   = time.Second // after a scheduled reading that failed; doubles to unknownMost
)

// Keys are the tenant's signing keys. Known keys are found without waiting for
// anything; what was read once is used until something newer could be read.
type Keys struct {
	up       Upstream
	versions []string // of the documents: "" is v1, "/v2.0"
	set      atomic.Pointer[keySet]
	reading  singleflight.Group
	gate     gate
}

type keySet struct {
	keys map[string]webhook.Key
	read time.Time
}

// NewKeys returns keys that are read when they are first needed. With acceptV2
// the v2 document counts too.
func NewKeys(up Upstream, acceptV2 bool) *Keys {
	k := &Keys{up: up, versions: []string{""}}
	if acceptV2 {
		k.versions = append(k.versions, "/v2.0")
	}
	return k
}

// Key finds a key; it implements webhook.Keys.
func (k *Keys) Key(ctx context.Context, id string) (webhook.Key, error) {
	if key, ok := k.known(id); ok {
		return key, nil
	}
	err := k.refresh(ctx)
	if key, ok := k.known(id); ok {
		k.gate.open()
		return key, nil
	}
	if err != nil {
		return webhook.Key{}, err
	}
	return webhook.Key{}, webhook.Deny("token is signed by key %.99q, which is not among the tenant's keys", id)
}

func (k *Keys) known(id string) (webhook.Key, bool) {
	set := k.set.Load()
	if set == nil {
		return webhook.Key{}, false
	}
	key, ok := set.keys[id]
	return key, ok
}

// refresh reads the keys, or returns what came of it when that was tried a
// moment ago. Everybody who asks meanwhile waits for the same reading.
func (k *Keys) refresh(ctx context.Context) error {
	call := k.reading.DoChan("", func() (any, error) {
		if !k.gate.pass(k.up.Now()) {
			return nil, k.gate.last()
		}
		err := k.read(ctx)
		k.gate.came(k.up.Now(), err)
		return nil, err
	})
	select {
	case r := <-call:
		return r.Err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// read replaces the set by what the documents say now, or leaves it alone.
func (k *Keys) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), webhook.Limit-time.Second)
	defer cancel()
	set := &keySet{keys: map[string]webhook.Key{}, read: k.up.Now()}
	for _, version := range k.versions {
		if err := k.add(ctx, set, version); err != nil {
			k.up.Log.Error("signing keys not read", "reason", err.Error(), "old keys", k.set.Load() != nil)
			return err
		}
	}
	k.set.Store(set)
	k.up.Log.Info("signing keys read", "keys", len(set.keys))
	return nil
}

func (k *Keys) add(ctx context.Context, set *keySet, version string) error {
	doc, err := k.up.read(ctx, version)
	if err != nil {
		return err
	}
	var list jwks
	if err := k.up.getJSON(ctx, "read signing keys", doc.JWKSURI, &list); err != nil {
		return err
	}
	found := false
	for _, j := range list.Keys {
		public, ok := j.public(k.up.Tenant)
		if !ok {
			continue
		}
		found = true
		issuers := set.keys[j.ID].Issuers
		if old := set.keys[j.ID].Public; old != nil && !old.Equal(public) {
			issuers = nil // one id, two keys: the later document's
		}
		set.keys[j.ID] = webhook.Key{Public: public, Issuers: append(slices.Clone(issuers), doc.Issuer)}
	}
	if !found {
		return fault.Newf(fault.Network, "read signing keys: no RSA key at %q", doc.JWKSURI)
	}
	return nil
}

// Run reads the keys now and from time to time until ctx ends.
func (k *Keys) Run(ctx context.Context, wait httpx.Waiter) {
	for pause := retryFirst; ctx.Err() == nil; {
		_, err, _ := k.reading.Do("", func() (any, error) { return nil, k.read(ctx) })
		next := refreshEvery
		if err != nil {
			next, pause = pause, min(2*pause, unknownMost)
		} else {
			pause = retryFirst
		}
		if wait(ctx, next) != nil {
			return
		}
	}
}

// Read returns when the keys in use were read; zero while there are none.
func (k *Keys) Read() time.Time {
	if set := k.set.Load(); set != nil {
		return set.read
	}
	return time.Time{}
}
