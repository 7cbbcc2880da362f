package tokencache

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Entry is one access token in the cache.
type Entry struct {
	token.Token
	Home        string // home account of the person; empty for what is not a person
	Session     string // names the refresh token that it was got with; empty for what is not a person
	Fingerprint string // of the credential that it was got with, for what is not a person
	Obtained    time.Time
}

// margin is how much of its life a token must have left to be served without
// asking for a better one.
const margin = 5 * time.Minute

// Fresh reports whether a token is served as it is: more than five minutes are
// left, or more than a fifth of a short life.
func (e Entry) Fresh(now time.Time) bool {
	need := margin
	if life := e.Expires.Sub(e.Obtained); life > 0 {
		need = min(need, life/5)
	}
	return e.Access != "" && !e.Obtained.After(now.Add(margin)) && e.Expires.Sub(now) > need
}

// ErrUnreadable is returned for a file that is not an entry of this cache: torn,
// foreign, or of another key.
var ErrUnreadable = errors.New("cannot be read")

// entryFile is an entry on disk. Sum covers everything else and the name of
// the file, so that no torn, mixed or renamed file passes.
type entryFile struct {
	Version     int    `json:"v"`
	Access      string `json:"access_token"`
	Expires     int64  `json:"expires"`  // seconds since 1970
	Obtained    int64  `json:"obtained"` // nanoseconds since 1970
	Home        string `json:"home,omitempty"`
	Session     string `json:"session,omitempty"`
	Fingerprint string `json:"fingerprint,omitempty"`
	Sum         string `json:"sum"`
}

const entryVersion = 1

func (f entryFile) sum(key string) string {
	h := sha256.New()
	for _, s := range []string{key, f.Access, f.Home, f.Session, f.Fingerprint} {
		fmt.Fprintf(h, "%d:%s,", len(s), s)
	}
	fmt.Fprintf(h, "%d,%d,%d", f.Version, f.Expires, f.Obtained)
	return hex.EncodeToString(h.Sum(nil))
}

// Get returns the entry of a key, valid or expired. It takes no lock. Errors:
// ErrMiss, ErrUnreadable, or why the file must not be trusted.
func (d Dir) Get(key string) (Entry, error) {
	data, err := d.Read(tokensDir, key)
	if err != nil {
		return Entry{}, err
	}
	return parseEntry(key, data)
}

func parseEntry(key string, data []byte) (Entry, error) {
	var f entryFile
	if err := json.Unmarshal(data, &f); err != nil {
		return Entry{}, ErrUnreadable
	}
	if f.Version != entryVersion || f.Access == "" || len(f.Access) > entra.MaxToken || f.Sum != f.sum(key) {
		return Entry{}, ErrUnreadable
	}
	return Entry{
		Token:       token.Token{Access: safetext.Secret(f.Access), Expires: time.Unix(f.Expires, 0)},
		Home:        f.Home,
		Session:     f.Session,
		Fingerprint: f.Fingerprint,
		Obtained:    time.Unix(0, f.Obtained),
	}, nil
}

// Put keeps a token under its key.
func (d Dir) Put(key string, e Entry) error {
	f := entryFile{Version: entryVersion, Access: e.Access.Reveal(), Expires: e.Expires.Unix(),
		Home: e.Home, Session: e.Session, Fingerprint: e.Fingerprint, Obtained: e.Obtained.UnixNano()}
	f.Sum = f.sum(key)
	data, err := json.Marshal(f)
	if err != nil {
		return err
	}
	return d.Write(tokensDir, key, data)
}

// Drop removes a token; Quarantine sets one aside that cannot be read.
func (d Dir) Drop(key string) error { return d.Remove(tokensDir, key) }

// Quarantine sets a token's file aside.
func (d Dir) Quarantine(key string) error { return d.Aside(tokensDir, key) }
