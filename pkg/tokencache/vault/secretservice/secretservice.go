// Package secretservice keeps the sealing key in the desktop's Secret Service
// (GNOME Keyring, KWallet, KeePassXC), over D-Bus. It never asks a person: a
// collection that is locked cannot be reached.
package secretservice

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// class is the word in the ids of its keys.
const class = "secret-service"

// patience is for all that one key takes: whoever waits has a kubectl to run.
const patience = 2 * time.Second

// Store is the Secret Service of a session bus.
type Store struct {
	// Address is the bus's, as DBUS_SESSION_BUS_ADDRESS has it. Empty: there is
	// no session to have one. None is ever started for us.
	Address string
}

// Find returns the store of the session that an environment describes.
func Find(getenv func(string) string) Store {
	if address := getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		return Store{address}
	}
	// What systemd gives every session, ssh's too.
	if dir := getenv("XDG_RUNTIME_DIR"); dir != "" {
		socket := filepath.Join(dir, "bus")
		if info, err := os.Stat(socket); err == nil && info.Mode()&os.ModeSocket != 0 {
			return Store{"unix:path=" + socket}
		}
	}
	return Store{}
}

// Class implements vault.KeyStore.
func (Store) Class() string { return class }

// Key implements vault.KeyStore.
func (s Store) Key(id string) (vault.Key, error) {
	if s.Address == "" {
		return vault.Key{}, unreachable(errors.New("this session has no D-Bus"))
	}
	if !local(s.Address) {
		return vault.Key{}, unreachable(errors.New("its D-Bus is not on this machine"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	c, err := dial(ctx, s.Address)
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	defer c.close()
	key, err := c.find(id)
	if err == nil || id != "" || !errors.Is(err, vault.ErrNoKey) || errors.Is(err, vault.ErrUnreachable) {
		return key, err
	}
	fresh, err := vault.NewKey(class)
	if err != nil {
		return vault.Key{}, err
	}
	if err := c.create(fresh); err != nil {
		return vault.Key{}, err
	}
	return c.find("") // another process may have been first: both take the same
}

// local reports whether every address of a list is a socket of this machine: the
// key goes over the bus as it is.
func local(addresses string) bool {
	for a := range strings.SplitSeq(addresses, ";") {
		if a != "" && !strings.HasPrefix(a, "unix:") {
			return false
		}
	}
	return true
}

// unreachable says why the service cannot be used now.
func unreachable(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("no answer within %v", patience)
	}
	return vault.Unreachable("the Secret Service", err)
}

// decode reads a key as create wrote it.
func decode(id string, text []byte) (vault.Key, error) {
	key, err := hex.DecodeString(string(text))
	if err != nil || len(key) != vault.KeySize || id == "" {
		return vault.Key{}, fmt.Errorf("%w: what the Secret Service has under %q is no key of ours", vault.ErrNoKey, label)
	}
	return vault.Key{ID: id, Bytes: key}, nil
}
