// Package vault keeps refresh tokens encrypted: AES-256-GCM, bound to the
// entry's name and to the format. It knows nothing of what it keeps and has no
// list of what is in it.
package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// KeyStore keeps the key that seals entries. A file is one; stores of the
// system are others.
type KeyStore interface {
	// Key returns the key with an id, or the store's current one for an empty
	// id, which is made when there is none. ErrNoKey: this store does not have
	// that key (another one may).
	Key(id string) (Key, error)
}

// Key is a sealing key and the name by which entries refer to it.
type Key struct {
	ID    string // "file:…"
	Bytes []byte // 32
}

// ErrNoKey is returned when the key that sealed an entry cannot be reached now.
// The entry is left alone: the key may come back.
var ErrNoKey = errors.New("the key that sealed it cannot be reached")

// Vault is the encrypted part of a cache.
type Vault struct {
	Dir  tokencache.Dir
	Keys KeyStore
}

const (
	dirName = "refresh"
	version = 1
)

// envelope is an entry on disk.
type envelope struct {
	Version int    `json:"v"`
	Key     string `json:"key"`
	Nonce   []byte `json:"nonce"`
	Sealed  []byte `json:"sealed"`
}

// Get returns an entry. Errors: tokencache.ErrMiss; tokencache.ErrUnreadable,
// when the file is torn or was sealed for another name; ErrNoKey.
func (v Vault) Get(name string) (safetext.Secret, error) {
	data, err := v.Dir.Read(dirName, name)
	if err != nil {
		return "", err
	}
	var e envelope
	if json.Unmarshal(data, &e) != nil || e.Version != version || e.Key == "" {
		return "", tokencache.ErrUnreadable
	}
	key, err := v.Keys.Key(e.Key)
	if err != nil {
		return "", err
	}
	gcm, err := sealer(key)
	if err != nil {
		return "", err
	}
	if len(e.Nonce) != gcm.NonceSize() {
		return "", tokencache.ErrUnreadable
	}
	plain, err := gcm.Open(nil, e.Nonce, e.Sealed, bound(name, e.Key))
	if err != nil {
		return "", tokencache.ErrUnreadable
	}
	return safetext.Secret(plain), nil
}

// Put seals an entry with the store's current key.
func (v Vault) Put(name string, secret safetext.Secret) error {
	if v.Dir == tokencache.Nowhere {
		return nil
	}
	key, err := v.Keys.Key("")
	if err != nil {
		return err
	}
	gcm, err := sealer(key)
	if err != nil {
		return err
	}
	e := envelope{Version: version, Key: key.ID, Nonce: make([]byte, gcm.NonceSize())}
	if _, err := rand.Read(e.Nonce); err != nil {
		return err
	}
	e.Sealed = gcm.Seal(nil, e.Nonce, []byte(secret.Reveal()), bound(name, key.ID))
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	return v.Dir.Write(dirName, name, data)
}

// Remove forgets an entry.
func (v Vault) Remove(name string) error { return v.Dir.Remove(dirName, name) }

// Has reports whether there is an entry, be it readable or not.
func (v Vault) Has(name string) bool {
	_, err := v.Dir.Read(dirName, name)
	return err == nil
}

// Clear removes every entry, and Debris what was set aside.
func (v Vault) Clear() error  { return v.Dir.Empty(dirName) }
func (v Vault) Debris() error { return v.Dir.Debris(dirName) } // no writer may be at work

// Quarantine sets an entry aside that cannot be read.
func (v Vault) Quarantine(name string) error { return v.Dir.Aside(dirName, name) }

func sealer(key Key) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key.Bytes)
	if err != nil {
		return nil, fmt.Errorf("key %q: %w", key.ID, err)
	}
	return cipher.NewGCM(block)
}

func bound(name, keyID string) []byte {
	return fmt.Appendf(nil, "kubectl-aad refresh token/%d:%s:%s", version, keyID, name)
}
