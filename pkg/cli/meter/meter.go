// Package meter shows on a terminal how far a long piece of work has come. It
// writes nothing anywhere else, and nothing for work that is soon done.
package meter

import (
	"fmt"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
)

const (
	patience = time.Second            // before the first line
	pace     = 100 * time.Millisecond // between two lines
)

// Meter counts one piece of work. It is safe for concurrent use.
type Meter struct {
	f     *factory.Factory
	what  string
	total int

	mu    sync.Mutex
	done  int
	begun time.Time
	drawn time.Time
}

// Start begins to count total things; what names them: "bindings written".
func Start(f *factory.Factory, what string, total int) *Meter {
	return &Meter{f: f, what: what, total: total, begun: f.Now()}
}

// Add counts one more.
func (m *Meter) Add() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done++
	m.draw()
}

// Set says how many are done, and of how many.
func (m *Meter) Set(done, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.done, m.total = done, total
	m.draw()
}

func (m *Meter) draw() {
	now := m.f.Now()
	if !m.f.ErrTTY || now.Sub(m.begun) < patience || now.Sub(m.drawn) < pace {
		return
	}
	m.drawn = now
	line := fmt.Sprintf("%d of %d %s", m.done, m.total, m.what)
	if runes := []rune(line); m.f.Width > 0 && len(runes) >= m.f.Width {
		line = string(runes[:m.f.Width-1])
	}
	fmt.Fprint(m.f.Err, "\r\x1b[K"+line)
}

// Stop takes the line away.
func (m *Meter) Stop() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.drawn.IsZero() {
		fmt.Fprint(m.f.Err, "\r\x1b[K")
	}
}
