package kernelring

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

func TestKernel(t *testing.T) {
	s := Store{Name: fmt.Sprintf("kubectl-aad-test-%d", os.Getpid())}
	if _, err := s.Key("keyring:00"); errors.Is(err, vault.ErrUnreachable) {
		t.Skipf("LEFT OUT: %v", err)
	} else if !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("a key that was never made: %v", err)
	}
	made, err := s.Key("")
	if err != nil || len(made.Bytes) != vault.KeySize {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if serial, err := unix.KeyctlSearch(unix.KEY_SPEC_USER_KEYRING, "user", s.Name, 0); err == nil {
			_, _ = unix.KeyctlInt(unix.KEYCTL_UNLINK, serial, unix.KEY_SPEC_USER_KEYRING, 0, 0)
		}
	})
	for _, id := range []string{"", made.ID} {
		if again, err := s.Key(id); err != nil || again.ID != made.ID || !bytes.Equal(again.Bytes, made.Bytes) {
			t.Errorf("%q is %q, %v", id, again.ID, err)
		}
	}
	if _, err := s.Key("keyring:another"); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("another key: %v", err)
	}
}
