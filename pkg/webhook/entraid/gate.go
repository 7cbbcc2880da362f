package entraid

import (
	"sync"
	"time"
)

// gate spaces out what strangers can make us do: tokens that name unknown keys
// cost nothing to make. Each passage in vain doubles the wait for the next one,
// one that found a key ends the waiting, and one that failed is soon repeated.
type gate struct {
	mu   sync.Mutex
	wait time.Duration
	next time.Time
	err  error // of the last passage
}

func (g *gate) pass(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if now.Before(g.next) {
		return false
	}
	g.wait = min(max(2*g.wait, unknownFirst), unknownMost)
	g.next = now.Add(g.wait)
	return true
}

func (g *gate) came(now time.Time, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err = err; err != nil {
		g.wait, g.next = 0, now.Add(retryFirst)
	}
}

func (g *gate) last() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.wait, g.next = 0, time.Time{}
}
