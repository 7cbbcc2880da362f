package repeat

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

func TestJudge(t *testing.T) {
	dir := tokencache.Dir(filepath.Join(t.TempDir(), "aad"))
	now := time.Now()
	old := tokencache.Entry{Token: token.Token{Access: "one"}, Obtained: now.Add(-time.Hour)}
	until := now.Add(time.Hour)
	expect := func(what, key, caller string, e tokencache.Entry, at time.Time, want Verdict) {
		t.Helper()
		if got := Judge(dir, key, caller, e, at); got != want {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	expect("nothing known", "k", "7@1", old, now, Serve)
	Given(dir, "k", "7@1", "one", until, Serve, now)
	expect("the same again", "k", "7@1", old, now, Renew)
	expect("another program", "k", "7@2", old, now, Serve)
	expect("nobody", "k", "", old, now, Serve)
	expect("another key", "j", "7@1", old, now, Serve)
	expect("another token", "k", "7@1", tokencache.Entry{Token: token.Token{Access: "two"}}, now, Serve)
	expect("after what was announced", "k", "7@1", old, until, Serve)

	Given(dir, "k", "7@1", "one", until, Renew, now) // Entra gave no other
	expect("renewed a moment ago", "k", "7@1", old, now.Add(time.Second), Say)
	Given(dir, "k", "7@1", "one", until, Say, now.Add(time.Second))
	expect("said a moment ago", "k", "7@1", old, now.Add(2*time.Second), Serve)
	expect("a minute later", "k", "7@1", old, now.Add(pause+time.Second), Renew)

	fresh := tokencache.Entry{Token: token.Token{Access: "one"}, Obtained: now.Add(-time.Second)}
	Given(dir, "f", "7@1", "one", until, Serve, now)
	expect("got a moment ago", "f", "7@1", fresh, now, Say)

	if err := os.WriteFile(dir.Path(dirName, "k"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	expect("a torn record", "k", "7@1", old, now, Serve)
	Given(tokencache.Dir("/dev/null/x"), "k", "7@1", "one", until, Serve, now)
}
