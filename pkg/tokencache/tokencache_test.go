package tokencache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

var expiry = time.Unix(1893456000, 0)

func entry() Entry {
	return Entry{Token: token.Token{Access: "a.b.c", Expires: expiry}, Home: "home", Obtained: expiry.Add(-time.Hour)}
}

func newDir(t *testing.T) Dir { return Dir(filepath.Join(t.TempDir(), "cache", "aad")) }

func TestPutAndGet(t *testing.T) {
	d := newDir(t)
	if _, err := d.Get("k"); !errors.Is(err, ErrMiss) {
		t.Fatalf("empty cache: %v", err)
	}
	if err := d.Put("k", entry()); err != nil {
		t.Fatal(err)
	}
	got, err := d.Get("k")
	if err != nil || got != entry() {
		t.Fatalf("got %+v, %v", got, err)
	}
	if err := filepath.WalkDir(string(d), func(path string, e fs.DirEntry, err error) error {
		info, _ := e.Info()
		if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := d.Drop("k"); err != nil {
		t.Fatal(err)
	}
	if err := d.Drop("k"); err != nil {
		t.Errorf("dropping nothing: %v", err)
	}
}

func TestOthersAccess(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("mode bits say nothing on Windows")
	}
	setups := map[string]func(d Dir) string{
		"file readable":      func(d Dir) string { return d.Path("tokens", "k") },
		"directory readable": func(d Dir) string { return d.Path("tokens") },
		"cache readable":     func(d Dir) string { return string(d) },
	}
	for name, pick := range setups {
		t.Run(name, func(t *testing.T) {
			d := newDir(t)
			if err := d.Put("k", entry()); err != nil {
				t.Fatal(err)
			}
			info, err := os.Stat(pick(d))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(pick(d), info.Mode().Perm()|0o044); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Get("k"); !errors.Is(err, ErrLoose) {
				t.Fatalf("got %v", err)
			}
			if changed := d.Tighten(); len(changed) != 1 || changed[0] != pick(d) {
				t.Errorf("changed %q", changed)
			}
			if got, err := d.Get("k"); err != nil || got != entry() {
				t.Errorf("after tightening: %+v, %v", got, err)
			}
			if len(d.Tighten()) != 0 {
				t.Error("said twice")
			}
		})
	}
}

func TestWhatOthersCouldWriteIsNotTrusted(t *testing.T) {
	d := newDir(t)
	if err := d.Put("k", entry()); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(d.Path("tokens", "k"), 0o666); err != nil {
		t.Fatal(err)
	}
	d.Tighten()
	if _, err := d.Get("k"); !errors.Is(err, ErrMiss) {
		t.Errorf("got %v", err)
	}
}

func TestLinksAndOddFiles(t *testing.T) {
	d := newDir(t)
	if err := d.Put("k", entry()); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(d.Path("tokens", "k"), d.Path("tokens", "link")); err != nil {
		t.Skip(err)
	}
	if err := os.Mkdir(d.Path("tokens", "dir"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.Path("tokens", "huge"), make([]byte, maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"link", "dir", "huge"} {
		if _, err := d.Get(name); err == nil || errors.Is(err, ErrMiss) {
			t.Errorf("%s: %v", name, err)
		}
	}
	elsewhere := Dir(filepath.Join(t.TempDir(), "aad"))
	if err := os.Symlink(string(d), string(elsewhere)); err != nil {
		t.Fatal(err)
	}
	if _, err := elsewhere.Get("k"); err != nil {
		t.Errorf("a cache on another disk: %v", err)
	}
}

func TestUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d := Dir(filepath.Join(file, "aad"))
	if err := d.Put("k", entry()); err == nil {
		t.Error("written below a file")
	}
	if _, err := d.Get("k"); err == nil {
		t.Error("read below a file")
	}
}

func TestOldTemporaryFilesGo(t *testing.T) {
	d := newDir(t)
	if err := d.Prepare("tokens"); err != nil {
		t.Fatal(err)
	}
	dead, alive := d.Path("tokens", tempPrefix+"1"), d.Path("tokens", tempPrefix+"2")
	for _, p := range []string{dead, alive} {
		if err := os.WriteFile(p, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(dead, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := d.Sweep("tokens", time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); err == nil {
		t.Error("a dead writer's file is still there")
	}
	if _, err := os.Stat(alive); err != nil {
		t.Error("a living writer's file is gone")
	}
}

func TestLocate(t *testing.T) {
	for _, tc := range []struct{ explicit, kube, home, want string }{
		{"/x", "/k", "/h", "/x"}, {"", "/k", "/h", "/k/aad"}, {"", "", "/h", "/h/.kube/cache/aad"}, {"", "", "", ""},
	} {
		env := map[string]string{"HOME": tc.home, "KUBECACHEDIR": tc.kube}
		got, err := Locate(tc.explicit, func(k string) string { return env[k] })
		if got != Dir(filepath.FromSlash(tc.want)) || (err == nil) != (tc.want != "") {
			t.Errorf("%+v: got %q, %v", tc, got, err)
		}
	}
}
