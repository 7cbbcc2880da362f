package tokencache

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Whatever happens to a file, it is a miss or the very entry.
func TestTornAndForeignEntries(t *testing.T) {
	d := newDir(t)
	if err := d.Put("k", entry()); err != nil {
		t.Fatal(err)
	}
	path := d.Path("tokens", "k")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	bad := [][]byte{nil, []byte("{}"), []byte("null"), []byte("garbage"), []byte(`{"v":1,"access_token":"x","expires":9999999999}`),
		[]byte(strings.Replace(string(whole), "home", "emoh", 1)), []byte(strings.Replace(string(whole), "1893456000", "1993456000", 1))}
	for i := range whole {
		bad = append(bad, whole[:i])
	}
	for _, content := range bad {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Get("k"); !errors.Is(err, ErrUnreadable) {
			t.Errorf("%.40q: %v", content, err)
		}
	}
	if err := os.WriteFile(d.Path("tokens", "other"), whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get("other"); !errors.Is(err, ErrUnreadable) {
		t.Errorf("an entry passes under another key: %v", err)
	}
	if err := d.Quarantine("k"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Get("k"); !errors.Is(err, ErrMiss) {
		t.Errorf("after setting aside: %v", err)
	}
}

func TestFresh(t *testing.T) {
	now := expiry.Add(-time.Hour)
	for _, tc := range []struct {
		obtained, expires time.Duration // from now
		want              bool
	}{
		{0, time.Hour, true}, {-time.Hour, 5*time.Minute + time.Second, true}, {-time.Hour, 5 * time.Minute, false}, {-time.Hour, -1, false},
		{0, time.Minute, true}, {-50 * time.Second, 10 * time.Second, false}, {time.Hour, 2 * time.Hour, false},
	} {
		e := Entry{Token: token.Token{Access: "x", Expires: now.Add(tc.expires)}, Obtained: now.Add(tc.obtained)}
		if e.Fresh(now) != tc.want {
			t.Errorf("%+v: fresh is %v", tc, !tc.want)
		}
	}
}

func FuzzEntry(f *testing.F) {
	d := Dir(f.TempDir())
	if err := d.Put("k", entry()); err != nil {
		f.Fatal(err)
	}
	whole, err := os.ReadFile(d.Path("tokens", "k"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"v":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := parseEntry("k", data)
		if err == nil && e != entry() {
			t.Errorf("made up %+v", e)
		}
	})
}
