package vault

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Keys finds the keys that seal entries.
type Keys interface {
	// Key returns the key with an id, or the current one for an empty id, which
	// is made when there is none. ErrNoKey: that key is not to be had (another
	// store may have it). ErrUnreachable: the store does not answer.
	Key(id string) (Key, error)
}

// KeyStore is one place with keys. A file is one; stores of the system are
// others.
type KeyStore interface {
	Keys
	// Class is the word before the colon in the ids of its keys.
	Class() string
}

// Key is a sealing key and the name by which entries refer to it.
type Key struct {
	ID    string // "file:…"
	Bytes []byte // KeySize
}

// KeySize is the length of a sealing key, in bytes.
const KeySize = 32

// ErrNoKey is returned when the key that sealed an entry cannot be reached now.
// The entry is left alone: the key may come back.
var ErrNoKey = errors.New("the key that sealed it cannot be reached")

// ErrUnreachable is an ErrNoKey of a store that does not answer at all.
var ErrUnreachable error = unreachable{}

type unreachable struct{}

func (unreachable) Error() string        { return "cannot be reached" }
func (unreachable) Is(target error) bool { return target == ErrNoKey }

// Unreachable says why a store does not answer.
func Unreachable(store string, err error) error {
	return fmt.Errorf("%s %w: %w", store, ErrUnreachable, err)
}

// NewKey makes a key of a class.
func NewKey(class string) (Key, error) {
	k := Key{Bytes: make([]byte, KeySize)}
	id := make([]byte, 8)
	for _, b := range [][]byte{k.Bytes, id} {
		if _, err := rand.Read(b); err != nil {
			return Key{}, err
		}
	}
	k.ID = class + ":" + hex.EncodeToString(id)
	return k, nil
}

// Class is the part of a key's id that names its store.
func Class(id string) string {
	name, _, _ := strings.Cut(id, ":")
	return name
}
