// Package keychain keeps the sealing key in the macOS Keychain, through the
// system's own security program: no C compiler is needed, and the Keychain asks
// nobody for an item that this program made. The key goes over pipes only,
// never into an argument.
package keychain

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// class is the word in the ids of its keys.
const class = "keychain"

// Program is the system's, and no other on PATH.
const Program = "/usr/bin/security"

// patience is for one answer: a locked Keychain would wait for a person.
const patience = 2 * time.Second

// errNotFound is security's exit code for an item that is not there
// (errSecItemNotFound, modulo 256).
const errNotFound = 44

// item are the attributes of our one item.
var item = []string{"-s", "kubectl-aad", "-a", "sealing-key"}

// Store is the login Keychain.
type Store struct{ Program string }

// Class implements vault.KeyStore.
func (Store) Class() string { return class }

// Key implements vault.KeyStore.
func (s Store) Key(id string) (vault.Key, error) { return vault.FromSlot(s, class, id) }

// Read implements vault.Slot.
func (s Store) Read() (vault.Key, error) {
	out, err := s.run("", append([]string{"find-generic-password", "-w"}, item...)...)
	if err != nil {
		return vault.Key{}, err
	}
	id, text, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != vault.KeySize || !strings.HasPrefix(id, class+":") {
		return vault.Key{}, fmt.Errorf("%w: what the Keychain has under kubectl-aad is no key of ours", vault.ErrNoKey)
	}
	return vault.Key{ID: id, Bytes: key}, nil
}

// Create implements vault.Slot: it adds a key unless there is one. What came of
// it is seen by reading.
func (s Store) Create(key vault.Key) error {
	_, err := s.run(fmt.Sprintf("add-generic-password %s -l kubectl-aad -w \"%s %s\"\n", strings.Join(item, " "), key.ID, hex.EncodeToString(key.Bytes)), "-i")
	if errors.Is(err, vault.ErrUnreachable) {
		return err
	}
	if _, err := s.Read(); errors.Is(err, vault.ErrEmpty) {
		return unreachable(errors.New("it did not take the key"))
	}
	return nil
}

// run starts security with commands on its standard input.
func (s Store) run(commands string, args ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Program, args...)
	cmd.Stdin = strings.NewReader(commands)
	cmd.WaitDelay = time.Second
	out, err := cmd.Output()
	var ended *exec.ExitError
	switch {
	case err == nil:
		return out, nil
	case ctx.Err() != nil:
		return nil, unreachable(fmt.Errorf("no answer within %v", patience))
	case errors.As(err, &ended) && ended.ExitCode() == errNotFound:
		return nil, vault.ErrEmpty
	}
	return nil, unreachable(err)
}

func unreachable(err error) error { return vault.Unreachable("the Keychain", err) }
