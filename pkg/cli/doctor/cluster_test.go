package doctor

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTheEntrysOwnCache: doctor looks where kubectl's plugin looks, not where
// the command line's sign-ins are.
func TestTheEntrysOwnCache(t *testing.T) {
	w := newWorld(t)
	data, err := os.ReadFile(filepath.Join(w.dir, "config"))
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(w.dir, "own")
	w.write(t, "config", strings.Replace(string(data), `"get-token",`, `"get-token","--cache-dir","`+own+`",`, 1))
	if out, err := w.run(t, false, "--check", "token", "-o", "name"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if files, err := os.ReadDir(own); err != nil || len(files) == 0 {
		t.Errorf("the entry's cache: %v, %v", files, err)
	}
	if _, err := os.Stat(filepath.Join(w.dir, "cache")); err == nil {
		t.Error("the command line's cache was used")
	}
}
