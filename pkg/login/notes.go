package login

import (
	"errors"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/lock"
)

func (b *Broker) waiting(h lock.Holder) {
	what := "sign-in"
	if h.Purpose == lock.Silent {
		what = "token"
	}
	b.say(fmt.Sprintf("waiting for the %s started by %s (pid %d)", what, h.Program, h.PID))
}

// say prints a note once.
func (b *Broker) say(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.said == nil {
		b.said = map[string]bool{}
	}
	if !b.said[text] {
		b.said[text] = true
		fmt.Fprintln(b.Err, "aad: "+text)
	}
}

// trace tells a step to whoever asked for them. It never gets a secret.
func (b *Broker) trace(format string, args ...any) {
	if b.Verbose {
		b.say(safetext.Clean(fmt.Sprintf(format, args...)))
	}
}

// kept says once that the cache does not work, and nothing for nil.
func (b *Broker) kept(err error) {
	if err != nil && !errors.Is(err, tokencache.ErrMiss) {
		b.say("the cache cannot be used: " + safetext.Clean(err.Error()))
	}
}

func (b *Broker) tighten() {
	if changed := b.Dir.Tighten(); len(changed) > 0 {
		b.say(fmt.Sprintf("took away others' access to %d files of the cache in %s", len(changed), b.Dir))
	}
}
