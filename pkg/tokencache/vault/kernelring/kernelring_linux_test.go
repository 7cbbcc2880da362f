package kernelring

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

func TestKernel(t *testing.T) {
	s := Store{Name: fmt.Sprintf("kubectl-aad-test-%d", os.Getpid())}
	reachable(t, s)
	made, err := s.Key("")
	if err != nil || len(made.Bytes) != vault.KeySize {
		t.Fatal(err)
	}
	for _, id := range []string{"", made.ID} {
		if again, err := s.Key(id); err != nil || again.ID != made.ID || !bytes.Equal(again.Bytes, made.Bytes) {
			t.Errorf("%q is %q, %v", id, again.ID, err)
		}
	}
	if _, err := s.Key("keyring:another"); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("another key: %v", err)
	}
}

// reachable skips a test where the kernel's keyring is forbidden, and takes what
// the test keeps out of it.
func reachable(t *testing.T, s Store) {
	t.Helper()
	if _, err := s.Key("keyring:00"); errors.Is(err, vault.ErrUnreachable) {
		t.Skipf("LEFT OUT: %v", err)
	} else if !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("a key that was never made: %v", err)
	}
	t.Cleanup(func() {
		if serial, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", s.Name, 0); err == nil {
			_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, serial, unix.KEY_SPEC_USER_KEYRING, 0, 0)
		}
	})
}

// Whoever got a key may have sealed with it: no later first user replaces it.
func TestManyFirstUsersKeepOneKey(t *testing.T) {
	for i := range 50 {
		s := Store{Name: fmt.Sprintf("kubectl-aad-test-%d-%d", os.Getpid(), i)}
		reachable(t, s)
		ids := make([]string, 8)
		var wg sync.WaitGroup
		for j := range ids {
			wg.Go(func() {
				if key, err := s.Key(""); err != nil {
					t.Error(err)
				} else {
					ids[j] = key.ID
				}
			})
		}
		wg.Wait()
		if slices.Sort(ids); ids[0] != ids[len(ids)-1] {
			t.Fatalf("several keys: %q", ids)
		}
	}
}
