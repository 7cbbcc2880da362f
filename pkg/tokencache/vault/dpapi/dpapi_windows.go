// Package dpapi keeps the sealing key in a file of the cache that Windows's
// Data Protection API has encrypted for the user: the file alone opens nothing.
// It never shows a window.
package dpapi

import (
	"encoding/json"
	"errors"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// class is the word in the ids of its keys.
const class = "dpapi"

const (
	dirName  = "key"
	fileName = "dpapi"
)

// noWindow is CRYPTPROTECT_UI_FORBIDDEN.
const noWindow = 0x1

// Store is a file of a cache.
type Store struct{ Dir tokencache.Dir }

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
	protected, err := protect(key.Bytes)
	if err != nil {
		return unreachable(err)
	}
	data, err := json.Marshal(file{key.ID, protected})
	if err != nil {
		return err
	}
	return s.Dir.Create(dirName, fileName, data)
}

// Read implements vault.Slot.
func (s Store) Read() (vault.Key, error) {
	data, err := s.Dir.Read(dirName, fileName)
	if errors.Is(err, tokencache.ErrMiss) {
		return vault.Key{}, vault.ErrEmpty
	}
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return vault.Key{}, unreachable(err)
	}
	key, err := unprotect(f.Protected)
	if err == nil && len(key) != vault.KeySize {
		err = errors.New("its file has no key of ours")
	}
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	return vault.Key{ID: f.ID, Bytes: key}, nil
}

func protect(plain []byte) ([]byte, error) {
	var out windows.DataBlob
	if err := windows.CryptProtectData(blob(plain), nil, nil, 0, nil, noWindow, &out); err != nil {
		return nil, err
	}
	return taken(out), nil
}

func unprotect(protected []byte) ([]byte, error) {
	if len(protected) == 0 {
		return nil, errors.New("its file is empty")
	}
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(blob(protected), nil, nil, 0, nil, noWindow, &out); err != nil {
		return nil, err
	}
	return taken(out), nil
}

func blob(data []byte) *windows.DataBlob {
	return &windows.DataBlob{Size: uint32(len(data)), Data: unsafe.SliceData(data)}
}

// taken copies what Windows has allocated, and gives that back.
func taken(b windows.DataBlob) []byte {
	defer func() { _, _ = windows.LocalFree(windows.Handle(unsafe.Pointer(b.Data))) }()
	return append([]byte(nil), unsafe.Slice(b.Data, b.Size)...)
}

func unreachable(err error) error {
	return vault.Unreachable("Windows data protection", err)
}
