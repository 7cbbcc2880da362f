// Package dpapi keeps the sealing key in a file of the cache that Windows's
// Data Protection API has encrypted for the user: the file alone opens nothing.
// It never shows a window.
package dpapi

import (
	"encoding/json"
	"errors"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// class is the word in the ids of its keys.
const class = "dpapi"

const (
	dirName  = "key"
	fileName = "dpapi"
)

// Store is a file of a cache.
type Store struct {
	Dir tokencache.Dir
	API API
}

// API encrypts for the user of this process.
type API interface {
	Protect(plain []byte) ([]byte, error)
	Unprotect(protected []byte) ([]byte, error)
}

type file struct {
	ID        string `json:"id"`
	Protected []byte `json:"protected"`
}

// Class implements vault.KeyStore.
func (Store) Class() string { return class }

// Key implements vault.KeyStore.
func (s Store) Key(id string) (vault.Key, error) { return vault.FromSlot(s, class, id) }

// Create implements vault.Slot.
func (s Store) Create(key vault.Key) error {
	protected, err := s.API.Protect(key.Bytes)
	if err != nil {
		return unreachable(err)
	}
	data, err := json.Marshal(file{key.ID, protected})
	if err != nil {
		return err
	}
	return s.Dir.Create(dirName, fileName, data)
}

// Read implements vault.Slot. A torn file is set aside: it opens nothing any
// more. One that Windows does not open now is left alone: a user whose profile
// comes back can open it again.
func (s Store) Read() (vault.Key, error) {
	data, err := s.Dir.Read(dirName, fileName)
	if errors.Is(err, tokencache.ErrMiss) {
		return vault.Key{}, vault.ErrEmpty
	}
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	var f file
	if json.Unmarshal(data, &f) != nil || !strings.HasPrefix(f.ID, class+":") || len(f.Protected) == 0 {
		return vault.Key{}, s.aside()
	}
	key, err := s.API.Unprotect(f.Protected)
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	if len(key) != vault.KeySize {
		return vault.Key{}, s.aside()
	}
	return vault.Key{ID: f.ID, Bytes: key}, nil
}

// aside empties the slot of what is no key.
func (s Store) aside() error {
	if err := s.Dir.Aside(dirName, fileName); err != nil {
		return unreachable(err)
	}
	return vault.ErrEmpty
}

func unreachable(err error) error {
	return vault.Unreachable("Windows data protection", err)
}
