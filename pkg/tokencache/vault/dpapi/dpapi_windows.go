// Package dpapi keeps the sealing key in a file of the cache that Windows's
// Data Protection API has encrypted for the user: the file alone opens nothing.
// It never shows a window.
package dpapi

import (
	"encoding/json"
	"errors"
	"fmt"
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
func (s Store) Key(id string) (vault.Key, error) {
	key, err := s.read()
	switch {
	case err == nil && (id == "" || id == key.ID):
		return key, nil
	case err == nil, id != "" && errors.Is(err, tokencache.ErrMiss):
		return vault.Key{}, fmt.Errorf("%w: its file is gone", vault.ErrNoKey)
	case !errors.Is(err, tokencache.ErrMiss):
		return vault.Key{}, unreachable(err)
	}
	if key, err = vault.NewKey(class); err != nil {
		return vault.Key{}, err
	}
	protected, err := protect(key.Bytes)
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	data, err := json.Marshal(file{key.ID, protected})
	if err != nil {
		return vault.Key{}, err
	}
	if err := s.Dir.Create(dirName, fileName, data); err != nil {
		return vault.Key{}, err
	}
	return s.read() // another process may have been first
}

func (s Store) read() (vault.Key, error) {
	data, err := s.Dir.Read(dirName, fileName)
	if err != nil {
		return vault.Key{}, err
	}
	var f file
	if err := json.Unmarshal(data, &f); err != nil {
		return vault.Key{}, err
	}
	key, err := unprotect(f.Protected)
	if err != nil {
		return vault.Key{}, err
	}
	if len(key) != vault.KeySize {
		return vault.Key{}, errors.New("its file has no key of ours")
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
