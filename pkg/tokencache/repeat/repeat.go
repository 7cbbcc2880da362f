// Package repeat notices a program that asks again for a token which it was
// just given. client-go starts its plugin again after a 401 without saying why,
// so a repeat is a hint that the API server refused the token; it is never a
// reason to refuse one.
package repeat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// Verdict is what a request should get.
type Verdict int

// The verdicts.
const (
	Serve Verdict = iota // the token
	Say                  // the token, and a word that the API server may refuse it
	Renew                // another token, if Entra ID gives one
)

// pause is between two attempts to renew a token for the same reason, and
// between two words about it.
const pause = time.Minute

const dirName = "seen"

// Record remembers who was last given the token of a key.
type Record struct {
	Caller  string    `json:"caller"`
	Token   string    `json:"token"`             // digest
	Until   time.Time `json:"until"`             // as announced: until then the caller need not ask
	Renewed time.Time `json:"renewed,omitempty"` // last attempt for a repeat
	Said    time.Time `json:"said,omitempty"`
}

// Judge looks at a caller's request for a cached token.
func Judge(dir tokencache.Dir, key, caller string, e tokencache.Entry, now time.Time) Verdict {
	r := read(dir, key)
	if caller == "" || r.Caller != caller || r.Token != digest(e.Access) || !now.Before(r.Until) {
		return Serve
	}
	recent := func(t time.Time) bool { return !t.After(now) && now.Sub(t) < pause }
	switch {
	case !recent(r.Renewed) && !recent(e.Obtained):
		return Renew
	case !recent(r.Said):
		return Say
	}
	return Serve
}

// Given records that a caller was given a token, and what it took. Errors are
// nobody's concern: what is not known is not a repeat.
func Given(dir tokencache.Dir, key, caller string, access safetext.Secret, until time.Time, took Verdict, now time.Time) {
	if caller == "" {
		return
	}
	r := read(dir, key)
	r.Caller, r.Token, r.Until = caller, digest(access), until
	switch took {
	case Renew:
		r.Renewed = now
	case Say:
		r.Said = now
	}
	if data, err := json.Marshal(r); err == nil {
		_ = dir.Replace(dirName, key, data)
	}
}

func read(dir tokencache.Dir, key string) (r Record) {
	data, err := dir.Read(dirName, key)
	if err != nil || json.Unmarshal(data, &r) != nil {
		return Record{}
	}
	return r
}

func digest(s safetext.Secret) string {
	sum := sha256.Sum256([]byte(s.Reveal()))
	return hex.EncodeToString(sum[:8])
}
