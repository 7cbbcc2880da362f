package vault

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// desktop is a store of a system that can be out of reach.
type desktop struct {
	key   Key
	down  bool
	asked int
}

func (*desktop) Class() string { return "desktop" }

func (d *desktop) Key(id string) (Key, error) {
	d.asked++
	switch {
	case d.down:
		return Key{}, Unreachable("the desktop", errors.New("no display"))
	case id == "" && d.key.ID == "":
		d.key, _ = NewKey("desktop")
	case id != "" && id != d.key.ID:
		return Key{}, ErrNoKey
	}
	return d.key, nil
}

// sessions are the same user's: at the desktop, and over ssh.
func sessions(t *testing.T) (d *desktop, session func(down bool) Vault) {
	d = &desktop{}
	dir := tokencache.Dir(filepath.Join(t.TempDir(), "aad"))
	return d, func(down bool) Vault {
		d.down, d.asked = down, 0
		file := FileKey{Dir: dir}
		return Vault{Dir: dir, Keys: &Ring{Seal: []KeyStore{d, file}, Open: []KeyStore{d, file}}}
	}
}

func get(t *testing.T, v Vault, want string, wantErr error) {
	t.Helper()
	got, err := v.Get("a")
	if got.Reveal() != want || !errors.Is(err, wantErr) || err != nil && wantErr == nil {
		t.Errorf("got %q, %v; want %q, %v", got.Reveal(), err, want, wantErr)
	}
}

func put(t *testing.T, v Vault, secret safetext.Secret) {
	t.Helper()
	if err := v.Put("a", secret); err != nil {
		t.Fatal(err)
	}
}

// Whoever cannot reach the desktop's store signs in once, and from then on both
// sessions go on with what they have.
func TestSessionsWithAndWithoutAStoreAlternate(t *testing.T) {
	d, session := sessions(t)
	put(t, session(false), "desk")
	get(t, session(false), "desk", nil)
	v := session(true)
	get(t, v, "", ErrNoKey)
	get(t, v, "", ErrNoKey)
	if d.asked != 1 {
		t.Errorf("a store that does not answer was asked %d times", d.asked)
	}
	put(t, session(true), "ssh")
	for range 3 {
		get(t, session(true), "ssh", nil)
		if got, err := session(false).Get("a"); err != nil || got == "" {
			t.Errorf("at the desktop: %v", err)
		}
	}
	if err := session(true).Drop("a", "ssh"); err != nil {
		t.Fatal(err)
	}
	get(t, session(true), "", ErrNoKey)
	get(t, session(false), "desk", nil)
	put(t, session(true), "ssh")
	if err := session(true).Remove("a"); err != nil {
		t.Fatal(err)
	}
	get(t, session(false), "", tokencache.ErrMiss)
}

func TestTheNewestThatCanBeOpened(t *testing.T) {
	_, session := sessions(t)
	for _, e := range []struct {
		at     int64
		down   bool
		secret safetext.Secret
		newest string
	}{{100, false, "a", "a"}, {200, true, "b", "b"}, {150, false, "c", "b"}, {300, false, "d", "d"}} {
		v := session(e.down)
		v.Now = func() time.Time { return time.Unix(e.at, 0) }
		put(t, v, e.secret)
		get(t, session(false), e.newest, nil)
	}
	get(t, session(true), "b", nil)
}
