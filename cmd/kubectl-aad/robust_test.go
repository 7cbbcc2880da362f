package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// files returns every file of the cache that holds something.
func (w *world) files() []string {
	w.t.Helper()
	var files []string
	err := filepath.WalkDir(string(w.cache), func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() && !strings.Contains(path, "locks") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return files
}

// Whatever is in a file of the cache, there is a token: from what else is
// there, or from a new sign-in, and the next call is a hit again.
func TestEveryFileSpoiled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.useBuilt()
	w.signIn("alice", "--tenant-id", "contoso.com")
	args := w.args("--tenant-id", "contoso.com")
	for _, file := range w.files() {
		for _, spoil := range []func([]byte) []byte{
			func(b []byte) []byte { return b[:len(b)/2] },
			func([]byte) []byte { return nil },
			func([]byte) []byte { return []byte("\x00\xff\x1b[2J garbage") },
			func([]byte) []byte { return []byte(`{"v":1}`) },
			func([]byte) []byte { return []byte(`[{"v":"1","access":7}]`) },
		} {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, spoil(content), 0o600); err != nil {
				t.Fatal(err)
			}
			w.expireReadable()
			name, _ := filepath.Rel(string(w.cache), file)
			r := w.start([]string{interactive}, args...)
			for range 400 {
				if m := codeOf.FindStringSubmatch(r.errOut.String()); m != nil {
					_ = w.SignIn(context.Background(), "alice", m[1])
					break
				}
				if strings.Contains(r.out.String(), "status") {
					break
				}
				time.Sleep(10 * time.Millisecond)
			}
			w.must(r, 0)
			again := w.start(nil, args...)
			w.must(again, 0)
			if s := again.errOut.String(); s != "" {
				t.Errorf("%s: the second call says %q", name, s)
			}
			if _, err := os.Stat(file); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// expireReadable is expire for a cache that is partly spoiled.
func (w *world) expireReadable() {
	files, _ := os.ReadDir(w.cache.Path("tokens"))
	for _, f := range files {
		if e, err := w.cache.Get(f.Name()); err == nil {
			e.Expires = time.Now().Add(-time.Second)
			_ = w.cache.Put(f.Name(), e)
		}
	}
}

// A cache that cannot be written costs the cache and not the token.
func TestNoPlaceForTheCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	args := w.args("--cache-dir", filepath.Join(file, "aad"))
	r := w.start([]string{interactive}, args...)
	if err := w.SignIn(context.Background(), "alice", w.prompted(r)); err != nil {
		t.Fatal(err)
	}
	w.must(r, 0)
	w.token(r)
	if n := strings.Count(r.errOut.String(), "the cache cannot be used"); n == 0 || n > 2 {
		t.Errorf("said %d times: %s", n, r.errOut.String())
	}
}

func TestOpenPermissionsAreTightenedAndSaidOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	for _, path := range append(w.files(), string(w.cache)) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode().Perm()|0o055); err != nil {
			t.Fatal(err)
		}
	}
	w.ResetRequests()
	for i, want := range []int{1, 0} {
		r := w.start(nil, w.args()...)
		w.must(r, 0)
		w.token(r)
		if n := strings.Count(r.errOut.String(), "took away others' access"); n != want {
			t.Errorf("call %d: %q", i+1, r.errOut.String())
		}
	}
	if n := w.requests(""); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestEntraIsDownOrSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.expire()
	for fault, code := range map[string]int{"500": 22, "502": 22, "503": 22, "504": 22, "half": 22, "reset": 22, "html": 22, "hang": 22, "429": 23, "429-date": 23} {
		if err := w.Fault("login", fault, 0, ""); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := w.start([]string{interactive}, w.args("--timeout", "500ms")...)
		w.must(r, code)
		if d := time.Since(began); d > 15*time.Second {
			t.Errorf("%s: took %v", fault, d)
		}
		if s := r.errOut.String(); strings.Contains(s, "enter the code") || strings.ContainsAny(s, "<{") || strings.Count(s, "\n") > 5 {
			t.Errorf("%s: stderr %q", fault, s)
		}
		w.ClearFaults()
	}
	w.must(w.start(nil, w.args()...), 0)
}

// A token that still has minutes is better than an error.
func TestTheLastMinutes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	files, err := os.ReadDir(w.cache.Path("tokens"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	e, err := w.cache.Get(files[0].Name())
	if err != nil {
		t.Fatal(err)
	}
	e.Expires, e.Obtained = time.Now().Add(2*time.Minute), time.Now().Add(-time.Hour)
	if err := w.cache.Put(files[0].Name(), e); err != nil {
		t.Fatal(err)
	}
	for _, fault := range []string{"503", "hang"} {
		w.ResetRequests()
		w.ClearFaults()
		if err := errors.Join(w.Fault("login", fault, 0, ""), os.RemoveAll(w.cache.Path("locks"))); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			r := w.start(nil, w.args()...)
			w.must(r, 0)
			w.token(r)
		}
		if n := w.requests("token"); n > 3 { // one refresh, with its tries
			t.Errorf("%s: each of three calls waited in vain: %d requests", fault, n)
		}
	}
	w.ClearFaults()
	w.ResetRequests()
	if err := os.RemoveAll(w.cache.Path("locks")); err != nil { // a moment later
		t.Fatal(err)
	}
	w.must(w.start(nil, w.args()...), 0)
	if w.requests("") != 1 {
		t.Error("not refreshed ahead")
	}
}

func TestRevoked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.expire()
	if err := w.Fault("login", "revoked", 1, ""); err != nil {
		t.Fatal(err)
	}
	silent := strings.Replace(interactive, "true", "false", 1)
	r := w.start([]string{silent}, w.args()...)
	w.must(r, 20)
	if s := r.errOut.String(); !strings.Contains(s, "AADSTS50173") || !strings.Contains(s, "run: kubectl-aad get-token") {
		t.Errorf("stderr %q", s)
	}
	w.signIn("alice")
	w.must(w.start(nil, w.args()...), 0)
}

// --token-store memory leaves no trace, and finds none.
func TestNothingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	for range 2 {
		w.signIn("alice", "--token-store", "memory")
	}
	if _, err := os.Stat(string(w.cache)); err == nil {
		t.Errorf("left %v", w.files())
	}
}
