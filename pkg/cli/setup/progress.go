package setup

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// progress tells a person what is going on: a line when a step ends, and on a
// terminal one that moves below them while steps run.
type progress struct {
	out     io.Writer
	moves   bool // a terminal
	width   int
	mu      sync.Mutex
	running []setup.Event
	waits   map[string]bool
	frame   int
	quit    chan struct{}
	stopped sync.WaitGroup
}

// spin is how often the moving line moves.
const spin = 120 * time.Millisecond

var frames = []string{"|", "/", "-", `\`}

func newProgress(out io.Writer, terminal bool, width int) *progress {
	p := &progress{out: out, moves: terminal, width: width, waits: map[string]bool{}, quit: make(chan struct{})}
	if terminal {
		p.stopped.Go(p.spin)
	}
	return p
}

func (p *progress) spin() {
	tick := time.NewTicker(spin)
	defer tick.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-tick.C:
			p.mu.Lock()
			p.frame++
			p.draw()
			p.mu.Unlock()
		}
	}
}

// stop takes the moving line away.
func (p *progress) stop() {
	close(p.quit)
	p.stopped.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
}

// observe is the Runner's observer.
func (p *progress) observe(e setup.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	title := safetext.Clean(e.Title)
	switch e.Phase {
	case setup.Started:
		p.running = append(p.running, e)
		if !p.moves {
			fmt.Fprintf(p.out, "  .. %s\n", title)
		}
	case setup.Waiting:
		if !p.waits[e.Step] {
			p.waits[e.Step] = true
			fmt.Fprintf(p.out, "  .. %s: not known everywhere yet, trying again\n", title)
		}
	case setup.Finished:
		p.end(e)
		fmt.Fprintf(p.out, "  ok %s%s\n", title, took(e.Took))
	case setup.Failed:
		p.end(e)
		fmt.Fprintf(p.out, "  !! %s: failed\n", title)
	case setup.NotBegun:
		fmt.Fprintf(p.out, "  -- %s: not begun\n", title)
	}
	p.draw()
}

func (p *progress) end(e setup.Event) {
	for i, r := range p.running {
		if r.Step == e.Step {
			p.running = append(p.running[:i], p.running[i+1:]...)
			return
		}
	}
}

func took(d time.Duration) string {
	if d < time.Second {
		return ""
	}
	return " (" + d.Round(time.Second).String() + ")"
}

// draw writes the moving line: the step that runs longest, and how many others.
func (p *progress) draw() {
	if !p.moves || len(p.running) == 0 {
		return
	}
	line := "  " + frames[p.frame%len(frames)] + "  " + safetext.Clean(p.running[0].Title)
	if others := len(p.running) - 1; others > 0 {
		line += fmt.Sprintf(" (and %d more)", others)
	}
	if runes := []rune(line); len(runes) >= p.width {
		line = string(runes[:max(p.width-1, 0)])
	}
	fmt.Fprint(p.out, "\r\x1b[K"+line)
}

func (p *progress) erase() {
	if p.moves {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
}
