package vault

import (
	"errors"
	"fmt"
)

// Slot is a place that holds one key.
type Slot interface {
	// Read returns the key; ErrEmpty: there is none. Other errors are
	// ErrUnreachable, or ErrNoKey for what is no key of ours.
	Read() (Key, error)
	// Create puts a key into an empty slot. When another process was first, it
	// does not matter whose stays: everybody reads it then.
	Create(Key) error
}

// ErrEmpty is returned for a slot without a key.
var ErrEmpty = errors.New("no key is kept")

// FromSlot is KeyStore.Key for a store that is one slot.
func FromSlot(s Slot, class, id string) (Key, error) {
	key, err := s.Read()
	switch {
	case err == nil && (id == "" || id == key.ID):
		return key, nil
	case err == nil:
		return Key{}, fmt.Errorf("%w: another key is kept now", ErrNoKey)
	case !errors.Is(err, ErrEmpty):
		return Key{}, err
	case id != "":
		return Key{}, fmt.Errorf("%w: %w", ErrNoKey, err)
	}
	if key, err = NewKey(class); err != nil {
		return Key{}, err
	}
	if err := s.Create(key); err != nil {
		return Key{}, err
	}
	return s.Read()
}
