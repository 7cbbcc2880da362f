package secretservice

import (
	"bytes"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault/secretservice/bustest"
)

// keep goes through the life of a key.
func keep(t *testing.T, s Store) {
	t.Helper()
	if _, err := s.Key("secret-service:0000"); !errors.Is(err, vault.ErrNoKey) || errors.Is(err, vault.ErrUnreachable) {
		t.Errorf("a key that was never made: %v", err)
	}
	made, err := s.Key("")
	if err != nil || len(made.Bytes) != vault.KeySize || !strings.HasPrefix(made.ID, "secret-service:") {
		t.Fatalf("made %q, %v", made.ID, err)
	}
	for _, id := range []string{"", made.ID} {
		if again, err := s.Key(id); err != nil || again.ID != made.ID || !bytes.Equal(again.Bytes, made.Bytes) {
			t.Errorf("%q is %q, %v", id, again.ID, err)
		}
	}
}

func TestGNOMEKeyring(t *testing.T) {
	address := bustest.Start(t)
	bustest.GNOME(t, address)
	keep(t, Store{address})
}

func TestAService(t *testing.T) {
	address := bustest.Start(t)
	pretend(t, address, &fake{})
	keep(t, Store{address})
}

func TestManyFirstUsersAgreeOnTheKey(t *testing.T) {
	address := bustest.Start(t)
	pretend(t, address, &fake{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := (Store{address}).Key(""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	first, err := Store{address}.Key("")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := (Store{address}).Key(""); err != nil || again.ID != first.ID {
		t.Errorf("%q and %q, %v", first.ID, again.ID, err)
	}
}

func TestUnreachable(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for name, f := range map[string]*fake{
		"locked": {locked: true}, "no default collection": {alias: "/"}, "ask a person": {prompts: true}, "no answer within": {hang: hang},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := bustest.Start(t)
			pretend(t, address, f)
			if _, err := (Store{address}).Key(""); !errors.Is(err, vault.ErrUnreachable) || !errors.Is(err, vault.ErrNoKey) || !strings.Contains(err.Error(), name) {
				t.Errorf("%v", err)
			}
		})
	}
	for name, address := range map[string]string{"no session": "", "nobody listens": "unix:path=/nonexistent/bus", "nonsense": "carrier-pigeon:coo", "nobody is the service": bustest.Start(t)} {
		if _, err := (Store{address}).Key(""); !errors.Is(err, vault.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, address := range []string{"tcp:host=127.0.0.1,port=1", "unix:path=/nonexistent;tcp:host=127.0.0.1,port=1"} {
		if _, err := (Store{address}).Key(""); !errors.Is(err, vault.ErrUnreachable) || !strings.Contains(err.Error(), "not on this machine") {
			t.Errorf("%s: %v", address, err)
		}
	}
}

func TestWhatItKeepsIsNotTrusted(t *testing.T) {
	address := bustest.Start(t)
	f := &fake{}
	pretend(t, address, f)
	f.put(map[string]string{attrApp: app, attrID: "file:0123"}, []byte("another store's id"))
	f.put(map[string]string{attrApp: app, attrID: "secret-service:00"}, []byte("not a key"))
	if _, err := (Store{address}).Key("secret-service:00"); !errors.Is(err, vault.ErrNoKey) || strings.Contains(err.Error(), "not a key") {
		t.Errorf("garbage: %v", err)
	}
	if _, err := (Store{address}).Key("file:0123"); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("another class: %v", err)
	}
	for range 2 {
		if key, err := (Store{address}).Key(""); err != nil || key.ID == "secret-service:00" {
			t.Errorf("behind what is no key: %q, %v", key.ID, err)
		}
	}
	f.mu.Lock()
	if len(f.items) != 3 {
		t.Errorf("%d items: each call makes another", len(f.items))
	}
	f.hidden = true
	f.mu.Unlock()
	if _, err := (Store{address}).Key("secret-service:00"); !errors.Is(err, vault.ErrUnreachable) {
		t.Errorf("a locked item: %v", err)
	}
}

func TestFind(t *testing.T) {
	dir := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(dir, "bus"))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, tt := range []struct{ address, runtime, want string }{
		{"unix:path=/a", dir, "unix:path=/a"}, {"", dir, "unix:path=" + filepath.Join(dir, "bus")}, {"", t.TempDir(), ""}, {"", "", ""},
	} {
		env := map[string]string{"DBUS_SESSION_BUS_ADDRESS": tt.address, "XDG_RUNTIME_DIR": tt.runtime}
		if got := Find(func(name string) string { return env[name] }); got.Address != tt.want {
			t.Errorf("%+v: %q", tt, got.Address)
		}
	}
}
