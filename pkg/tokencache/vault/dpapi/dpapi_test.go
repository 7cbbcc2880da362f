package dpapi

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// profile stands for Windows where there is none: it shows what is made of the
// answers, not that Windows protects anything.
type profile struct{ gone bool }

func (p *profile) Protect(plain []byte) ([]byte, error)       { return p.turn(plain) }
func (p *profile) Unprotect(protected []byte) ([]byte, error) { return p.turn(protected) }

func (p *profile) turn(data []byte) ([]byte, error) {
	if p.gone {
		return nil, errors.New("key not valid for use in specified state")
	}
	turned := make([]byte, len(data))
	for i, b := range data {
		turned[i] = ^b
	}
	return turned, nil
}

func newStore(t *testing.T) (Store, *profile) {
	p := &profile{}
	return Store{Dir: tokencache.Dir(filepath.Join(t.TempDir(), "aad")), API: p}, p
}

func TestKey(t *testing.T) {
	s, p := newStore(t)
	if _, err := s.Key("dpapi:00"); !errors.Is(err, vault.ErrNoKey) || errors.Is(err, vault.ErrUnreachable) {
		t.Errorf("a key that was never made: %v", err)
	}
	made, err := s.Key("")
	if err != nil || len(made.Bytes) != vault.KeySize {
		t.Fatal(err)
	}
	for _, id := range []string{"", made.ID} {
		if again, err := s.Key(id); err != nil || again.ID != made.ID || !bytes.Equal(again.Bytes, made.Bytes) {
			t.Errorf("%q is %q, %v", id, again.ID, err)
		}
	}
	data, err := s.Dir.Read(dirName, fileName)
	if err != nil || bytes.Contains(data, made.Bytes) {
		t.Errorf("the key lies in the file as it is, or %v", err)
	}
	p.gone = true
	for _, id := range []string{"", made.ID} {
		if _, err := s.Key(id); !errors.Is(err, vault.ErrUnreachable) {
			t.Errorf("without the profile: %v", err)
		}
	}
	p.gone = false
	if again, err := s.Key(made.ID); err != nil || !bytes.Equal(again.Bytes, made.Bytes) {
		t.Errorf("the profile is back: %v", err)
	}
}

func TestATornFileNeedsNobody(t *testing.T) {
	s, _ := newStore(t)
	made, err := s.Key("")
	if err != nil {
		t.Fatal(err)
	}
	path := s.Dir.Path(dirName, fileName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "{}", "garbage", string(whole[:len(whole)/2]), strings.Replace(string(whole), "dpapi:", "file:", 1),
		`{"id":"dpapi:00","protected":"AAAA"}`} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Key(made.ID); !errors.Is(err, vault.ErrNoKey) || errors.Is(err, vault.ErrUnreachable) {
			t.Errorf("%.20q: the old key: %v", content, err)
		}
		if fresh, err := s.Key(""); err != nil || fresh.ID == made.ID {
			t.Errorf("%.20q: a new key: %q, %v", content, fresh.ID, err)
		}
	}
}
