// Package kernelring keeps the sealing key in the Linux kernel's keyring of the
// user. It is used on request only: a reboot forgets the key, and with it every
// saved sign-in.
package kernelring

import (
	"errors"
	"runtime"

	"golang.org/x/sys/unix"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// class is the word in the ids of its keys.
const class = "keyring"

// ours lets every process of the user read the key, also from a session that
// does not possess the user's keyring: all for the possessor and the user,
// nothing for others (keyctl_setperm(3)).
const ours = 0x3f3f0000

// Store is the user's keyring. Name is our key's in it.
type Store struct{ Name string }

// Class implements vault.KeyStore.
func (Store) Class() string { return class }

// Key implements vault.KeyStore.
func (s Store) Key(id string) (vault.Key, error) { return vault.FromSlot(s, class, id) }

// Create implements vault.Slot. The key is made in a keyring of this thread,
// because adding it to the user's would replace what another process has put
// there, and perhaps sealed with, a moment ago.
func (s Store) Create(key vault.Key) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	serial, err := unix.AddKey("user", s.Name, append(key.Bytes, key.ID...), unix.KEY_SPEC_THREAD_KEYRING)
	if err != nil {
		return unreachable(err)
	}
	if err := unix.KeyctlSetperm(serial, ours); err != nil {
		return unreachable(err)
	}
	err = move(serial)
	if errors.Is(err, unix.EOPNOTSUPP) { // before Linux 5.3
		_, err = unix.KeyctlInt(unix.KEYCTL_LINK, serial, unix.KEY_SPEC_USER_KEYRING, 0, 0)
	}
	if err != nil && !errors.Is(err, unix.EEXIST) {
		return unreachable(err)
	}
	return nil
}

// move takes a key from the thread's keyring to the user's; EEXIST: that has one.
func move(serial int) error {
	_, err := unix.KeyctlInt(unix.KEYCTL_MOVE, serial, unix.KEY_SPEC_THREAD_KEYRING, unix.KEY_SPEC_USER_KEYRING, unix.KEYCTL_MOVE_EXCL)
	return err
}

// Read implements vault.Slot.
func (s Store) Read() (vault.Key, error) {
	serial, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", s.Name, 0)
	if errors.Is(err, unix.ENOKEY) {
		return vault.Key{}, vault.ErrEmpty
	}
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	payload := make([]byte, 256)
	n, err := unix.KeyctlBuffer(unix.KEYCTL_READ, serial, payload, 0)
	if err != nil {
		return vault.Key{}, unreachable(err)
	}
	if n <= vault.KeySize || n > len(payload) {
		return vault.Key{}, vault.ErrEmpty
	}
	return vault.Key{ID: string(payload[vault.KeySize:n]), Bytes: payload[:vault.KeySize]}, nil
}

// unreachable says why the keyring cannot be used: containers mostly forbid it.
func unreachable(err error) error {
	return vault.Unreachable("the kernel's keyring", err)
}
