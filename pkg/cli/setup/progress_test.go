package setup

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

func TestProgressWithoutTerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, false, 80)
	for _, e := range []setup.Event{
		{Step: "a", Title: "make a", Phase: setup.Started},
		{Step: "a", Title: "make a", Phase: setup.Waiting},
		{Step: "a", Title: "make a", Phase: setup.Waiting},
		{Step: "a", Title: "make a", Phase: setup.Finished, Took: 3 * time.Second},
		{Step: "b", Title: "make b\x1b[2J", Phase: setup.Failed},
		{Step: "c", Title: "make c", Phase: setup.NotBegun},
		{Step: "d", Title: "make d", Phase: setup.Unchanged},
	} {
		p.observe(e)
	}
	p.stop()
	want := `  .. make a
  .. make a: not known everywhere yet, trying again
  ok make a (3s)
  !! make b[2J: failed
  -- make c: not begun
`
	if out.String() != want {
		t.Errorf("got\n%s", &out)
	}
}

func TestProgressOnTerminal(t *testing.T) {
	var out bytes.Buffer
	p := newProgress(&out, true, 20)
	p.observe(setup.Event{Step: "a", Title: "make something with a long title", Phase: setup.Started})
	p.observe(setup.Event{Step: "b", Title: "make b", Phase: setup.Started})
	p.observe(setup.Event{Step: "a", Title: "make a", Phase: setup.Finished})
	p.stop()
	lines := strings.Split(out.String(), "\r\x1b[K")
	for _, l := range lines {
		if !strings.HasSuffix(l, "\n") && len(l) >= 20 {
			t.Errorf("a moving line of %d columns wraps: %q", len(l), l)
		}
	}
	if last := lines[len(lines)-1]; last != "" {
		t.Errorf("left on the terminal: %q", last)
	}
	if !strings.Contains(out.String(), "  ok make a\n") {
		t.Errorf("%q", &out)
	}
}
