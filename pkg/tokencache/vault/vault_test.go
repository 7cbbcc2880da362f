package vault

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

func newVault(t *testing.T) Vault {
	d := tokencache.Dir(filepath.Join(t.TempDir(), "aad"))
	return Vault{Dir: d, Keys: FileKey{Dir: d}}
}

func TestPutAndGet(t *testing.T) {
	v := newVault(t)
	if _, err := v.Get("a"); !errors.Is(err, tokencache.ErrMiss) {
		t.Fatalf("empty: %v", err)
	}
	if err := v.Put("a", "top-secret"); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get("a"); err != nil || got.Reveal() != "top-secret" {
		t.Fatalf("got %q, %v", got.Reveal(), err)
	}
	data, err := os.ReadFile(v.Dir.Path("refresh", "a"))
	if err != nil || strings.Contains(string(data), "top-secret") {
		t.Errorf("in plain on disk, or %v", err)
	}
	if err := v.Remove("a"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get("a"); !errors.Is(err, tokencache.ErrMiss) {
		t.Errorf("removed: %v", err)
	}
}

func TestTornMovedAndOldEntries(t *testing.T) {
	v := newVault(t)
	if err := v.Put("a", "top-secret"); err != nil {
		t.Fatal(err)
	}
	path := v.Dir.Path("refresh", "a")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(v.Dir.Path("refresh", "b"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get("b"); !errors.Is(err, tokencache.ErrUnreadable) {
		t.Errorf("an entry opens under another name: %v", err)
	}
	for _, content := range []string{"", "{}", "garbage", string(whole[:len(whole)/2]), strings.Replace(string(whole), `"v":1`, `"v":2`, 1),
		strings.Replace(string(whole), `"nonce":"`, `"nonce":"AA`, 1)} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := v.Get("a"); !errors.Is(err, tokencache.ErrUnreadable) {
			t.Errorf("%.30q: %v", content, err)
		}
	}
}

func TestALostKeyLosesNothingElse(t *testing.T) {
	v := newVault(t)
	if err := v.Put("a", "one"); err != nil {
		t.Fatal(err)
	}
	key := v.Dir.Path("key", "current")
	saved, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get("a"); !errors.Is(err, ErrNoKey) {
		t.Errorf("without the key: %v", err)
	}
	if err := v.Put("b", "two"); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Get("a"); !errors.Is(err, ErrNoKey) {
		t.Errorf("with another key: %v", err)
	}
	if err := os.WriteFile(key, saved, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Get("a"); err != nil || got.Reveal() != "one" {
		t.Errorf("the key is back: %v", err)
	}
	if err := os.WriteFile(key, saved[:10], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := v.Put("c", "three"); err != nil {
		t.Errorf("a torn key file: %v", err)
	}
	if got, err := v.Get("c"); err != nil || got.Reveal() != "three" {
		t.Errorf("a torn key file: %v", err)
	}
}

func TestManyFirstWritersAgreeOnTheKey(t *testing.T) {
	v := newVault(t)
	var wg sync.WaitGroup
	names := strings.Split("abcdefghijklmnop", "")
	for _, n := range names {
		wg.Go(func() {
			if err := v.Put(n, "x"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, n := range names {
		if _, err := v.Get(n); err != nil {
			t.Errorf("%s: %v", n, err)
		}
	}
}

func FuzzGet(f *testing.F) {
	d := tokencache.Dir(filepath.Join(f.TempDir(), "aad"))
	v := Vault{Dir: d, Keys: FileKey{Dir: d}}
	if err := v.Put("a", "one"); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(d.Path("refresh", "a"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, data []byte) {
		if err := os.WriteFile(d.Path("refresh", "a"), data, 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := v.Get("a"); err == nil && got.Reveal() != "one" {
			t.Errorf("opened %q", got.Reveal())
		}
	})
}
