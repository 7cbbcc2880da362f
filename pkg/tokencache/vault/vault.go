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
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// Vault is the encrypted part of a cache.
type Vault struct {
	Dir  tokencache.Dir
	Keys Keys
	Now  func() time.Time // nil: entries have no date
}

const (
	dirName = "refresh"
	version = 1
)

// envelope is an entry on disk. An entry has one for each class of store that
// sealed it: who cannot reach a store writes beside what it keeps, and both
// sessions go on with their own. The file key's has the entry's bare name.
type envelope struct {
	Version int    `json:"v"`
	At      int64  `json:"at,omitempty"` // when, in Unix milliseconds; only tells the newer from the older
	Key     string `json:"key"`
	Nonce   []byte `json:"nonce"`
	Sealed  []byte `json:"sealed"`
}

// Get returns an entry, the newest that can be opened here. Errors:
// tokencache.ErrMiss; tokencache.ErrUnreadable, when the file is torn or was
// sealed for another name; ErrNoKey.
func (v Vault) Get(name string) (safetext.Secret, error) {
	var best opened
	all := error(tokencache.ErrMiss)
	for _, file := range v.files(name) {
		o, err := v.open(name, file)
		switch {
		case err == nil && (best.secret == "" || o.at > best.at):
			best = o
		case err != nil && (errors.Is(all, tokencache.ErrMiss) || errors.Is(err, tokencache.ErrUnreadable)):
			all = err
		}
	}
	if best.secret != "" {
		return best.secret, nil
	}
	return "", all
}

// files lists the files of an entry, the file key's first.
func (v Vault) files(name string) []string {
	files := []string{name}
	for _, n := range v.Dir.Names(dirName) {
		if strings.HasPrefix(n, name+".") {
			files = append(files, n)
		}
	}
	return files
}

// opened is an envelope's content.
type opened struct {
	secret safetext.Secret
	at     int64
}

func (v Vault) open(name, file string) (opened, error) {
	data, err := v.Dir.Read(dirName, file)
	if err != nil {
		return opened{}, err
	}
	var e envelope
	if json.Unmarshal(data, &e) != nil || e.Version != version || e.Key == "" {
		return opened{}, tokencache.ErrUnreadable
	}
	key, err := v.Keys.Key(e.Key)
	if err != nil {
		return opened{}, err
	}
	gcm, err := sealer(key)
	if err != nil {
		return opened{}, err
	}
	if len(e.Nonce) != gcm.NonceSize() {
		return opened{}, tokencache.ErrUnreadable
	}
	plain, err := gcm.Open(nil, e.Nonce, e.Sealed, bound(name, e.Key))
	if err != nil {
		return opened{}, tokencache.ErrUnreadable
	}
	return opened{safetext.Secret(plain), e.At}, nil
}

// Put seals an entry with the store's current key. What other stores sealed
// under that name stays.
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
	e := envelope{Version: version, At: v.at(), Key: key.ID, Nonce: make([]byte, gcm.NonceSize())}
	if _, err := rand.Read(e.Nonce); err != nil {
		return err
	}
	e.Sealed = gcm.Seal(nil, e.Nonce, []byte(secret.Reveal()), bound(name, key.ID))
	data, err := json.Marshal(e)
	if err != nil {
		return err
	}
	file := name
	if c := Class(key.ID); c != fileClass {
		file += "." + c
	}
	return v.Dir.Write(dirName, file, data)
}

func (v Vault) at() int64 {
	if v.Now == nil {
		return 0
	}
	return v.Now().UnixMilli()
}

// Remove forgets an entry, whatever sealed it.
func (v Vault) Remove(name string) error {
	var all error
	for _, file := range v.files(name) {
		all = errors.Join(all, v.Dir.Remove(dirName, file))
	}
	return all
}

// Drop forgets what of an entry has this secret, which is worth nothing any
// more. What another session got since, or what cannot be opened here, stays.
func (v Vault) Drop(name string, secret safetext.Secret) error {
	var all error
	for _, file := range v.files(name) {
		if o, err := v.open(name, file); err == nil && o.secret == secret {
			all = errors.Join(all, v.Dir.Remove(dirName, file))
		}
	}
	return all
}

// Has reports whether there is an entry, be it readable or not.
func (v Vault) Has(name string) bool {
	for _, file := range v.files(name) {
		if _, err := v.Dir.Read(dirName, file); err == nil {
			return true
		}
	}
	return false
}

// Clear removes every entry, and Debris what was set aside.
func (v Vault) Clear() error  { return v.Dir.Empty(dirName) }
func (v Vault) Debris() error { return v.Dir.Debris(dirName) } // no writer may be at work

// Quarantine sets aside what of an entry cannot be read.
func (v Vault) Quarantine(name string) error {
	var all error
	for _, file := range v.files(name) {
		if _, err := v.open(name, file); errors.Is(err, tokencache.ErrUnreadable) {
			all = errors.Join(all, v.Dir.Aside(dirName, file))
		}
	}
	return all
}

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
