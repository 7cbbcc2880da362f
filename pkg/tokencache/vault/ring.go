package vault

import (
	"errors"
	"fmt"
	"sync"
)

// Ring is several key stores, for sessions that do not all reach the same: a
// desktop has the system's store, an ssh session or a job may not.
type Ring struct {
	Seal []KeyStore // for new entries: the first that can be reached
	Open []KeyStore // for what is there, besides

	mu   sync.Mutex
	keys map[string]Key
	lost map[string]error // stores that did not answer: nobody waits for one twice
}

// Key implements Keys.
func (r *Ring) Key(id string) (Key, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if id != "" {
		return r.known(id)
	}
	var last error // of the store that is there for the worst case
	for _, s := range r.Seal {
		key, err := r.ask(s, "")
		if err == nil {
			return key, nil
		}
		last = err
	}
	return Key{}, last
}

// Why says why the stores before the one that seals are not used; nil when the
// first is.
func (r *Ring) Why() error {
	_, err := r.Key("")
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range r.Seal {
		if lost := r.lost[s.Class()]; lost != nil {
			return lost
		}
	}
	return err
}

// known finds a key that sealed something.
func (r *Ring) known(id string) (Key, error) {
	for _, stores := range [][]KeyStore{r.Seal, r.Open} {
		for _, s := range stores {
			if s.Class() == Class(id) {
				return r.ask(s, id)
			}
		}
	}
	return Key{}, fmt.Errorf("%w: this system has no store of the kind %q", ErrNoKey, Class(id))
}

func (r *Ring) ask(s KeyStore, id string) (Key, error) {
	name := s.Class()
	if lost := r.lost[name]; lost != nil {
		return Key{}, lost
	}
	if key, ok := r.keys[name+":"+id]; ok {
		return key, nil
	}
	key, err := s.Key(id)
	switch {
	case err == nil:
		if r.keys == nil {
			r.keys = map[string]Key{}
		}
		r.keys[name+":"+id] = key
	case errors.Is(err, ErrUnreachable):
		if r.lost == nil {
			r.lost = map[string]error{}
		}
		r.lost[name] = err
	}
	return key, err
}
