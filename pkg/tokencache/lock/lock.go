// Package lock lets one process at a time ask for a token and tells the others
// who that is. It guards no file's content: entries are replaced whole, and are
// read without a lock.
package lock

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// Purpose is what a holder does with the lock.
type Purpose string

// The purposes.
const (
	Silent Purpose = "refresh"
	SignIn Purpose = "sign-in"
)

// Holder is what the process that has a lock says of itself.
type Holder struct {
	Program string    `json:"program"` // that wants the token: "k9s"
	PID     int       `json:"pid"`
	Purpose Purpose   `json:"purpose"`
	Until   time.Time `json:"until"` // when it will have given up
}

// Outcome is how the holder before ended, when it failed.
type Outcome struct {
	At     time.Time  `json:"at"`
	Kind   fault.Kind `json:"kind"`
	Text   string     `json:"text"`
	Hints  []string   `json:"hints"`
	Caller string     `json:"caller,omitempty"` // that a person was asked for; empty: nobody was asked
	Silent bool       `json:"silent,omitempty"` // a person is needed, and the holder could ask nobody: no answer for those who can
}

const dirName = "locks"

// SilentWait is how long others wait for work that asks nobody.
const SilentWait = 30 * time.Second

// quiet is how long silent work goes on before it is worth a line.
const quiet = 2 * time.Second

// ErrTimeout is returned when the holder did not end in time.
var ErrTimeout = errors.New("another process did not end in time")

// Lock is one lock of a cache.
type Lock struct {
	dir   tokencache.Dir
	name  string
	flock *flock.Flock
	now   func() time.Time
}

// New returns the lock of a name made by token.Keys. It takes nothing yet.
func New(dir tokencache.Dir, name string, now func() time.Time) *Lock {
	return &Lock{dir: dir, name: name, flock: flock.New(dir.Path(dirName, name+".lock")), now: now}
}

// Names lists every lock that was ever taken in a cache.
func Names(dir tokencache.Dir) []string {
	var names []string
	for _, n := range dir.Names(dirName) {
		if name, ok := strings.CutSuffix(n, ".lock"); ok {
			names = append(names, name)
		}
	}
	return names
}

// Acquire waits for the lock: SilentWait, or as long as a sign-in of the holder
// may last. waiting is called each time the holder says something new. Errors:
// ErrTimeout, the context's, or that the directory cannot be used.
func (l *Lock) Acquire(ctx context.Context, waiting func(Holder)) error {
	if err := l.dir.Prepare(dirName); err != nil {
		return err
	}
	began := l.now()
	end := began.Add(SilentWait)
	var said Holder
	for {
		ok, err := l.flock.TryLock()
		if ok || err != nil {
			return err
		}
		if h, ok := l.holder(); ok && h != said && (h.Purpose == SignIn || l.now().Sub(began) > quiet) {
			said = h
			waiting(h)
		}
		limit := end
		if said.Purpose == SignIn && said.Until.After(limit) {
			limit = said.Until
		}
		if l.now().After(limit) {
			return ErrTimeout
		}
		// Jitter keeps 200 waiters from asking in step.
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20*time.Millisecond + rand.N(40*time.Millisecond)):
		}
	}
}

// Release gives the lock to the next.
func (l *Lock) Release() {
	_ = l.dir.Remove(dirName, l.name+".holder")
	_ = l.flock.Close()
}

// Announce tells the waiters who has the lock and for what.
func (l *Lock) Announce(h Holder) { l.put(".holder", h) }

// Fail tells those who wait now how it ended, so that they need not try in turn.
func (l *Lock) Fail(o Outcome) { l.put(".failed", o) }

// Succeeded forgets an earlier failure.
func (l *Lock) Succeeded() { _ = l.dir.Remove(dirName, l.name+".failed") }

// FailedSince returns how a holder failed after a moment: somebody who waited
// that long has the answer.
func (l *Lock) FailedSince(t time.Time) (Outcome, bool) {
	var o Outcome
	if !l.get(".failed", &o) || !o.At.After(t) || o.At.After(l.now()) || o.Kind == 0 {
		return Outcome{}, false
	}
	return o, true
}

// holdBack is how long a program that asks again after a failed sign-in gets
// the same answer: kubectl's discovery starts its plugin five times in a row.
const holdBack = 10 * time.Second

// FailedFor returns how the sign-in failed that the same caller wanted a moment
// ago.
func (l *Lock) FailedFor(caller string) (Outcome, bool) {
	o, ok := l.FailedSince(l.now().Add(-holdBack))
	return o, ok && caller != "" && o.Caller == caller
}

func (l *Lock) holder() (Holder, bool) {
	var h Holder
	ok := l.get(".holder", &h)
	h.Program = safetext.Clean(h.Program)
	return h, ok && h.Program != ""
}

// Notes are replaced whole but not synced: they only matter to the living.
func (l *Lock) put(suffix string, v any) {
	data, err := json.Marshal(v)
	if err == nil {
		_ = l.dir.Replace(dirName, l.name+suffix, data)
	}
}

func (l *Lock) get(suffix string, v any) bool {
	data, err := l.dir.Read(dirName, l.name+suffix)
	return err == nil && json.Unmarshal(data, v) == nil
}
