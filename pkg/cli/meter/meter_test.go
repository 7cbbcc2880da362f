package meter

import (
	"bytes"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
)

func TestMeter(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		var out bytes.Buffer
		now := time.Unix(0, 0)
		f := &factory.Factory{Streams: factory.Streams{Err: &out, ErrTTY: terminal, Width: 24}, Now: func() time.Time { return now }}
		m := Start(f, "bindings written here", 3)
		m.Add()
		if out.Len() > 0 {
			t.Errorf("at once: %q", out.String())
		}
		now = now.Add(2 * time.Second)
		m.Add()
		m.Add() // too soon after the last
		now = now.Add(time.Second)
		m.Set(3, 3)
		m.Stop()
		want := ""
		if terminal {
			want = "\r\x1b[K2 of 3 bindings written\r\x1b[K3 of 3 bindings written\r\x1b[K"
		}
		if out.String() != want {
			t.Errorf("terminal %v: %q", terminal, out.String())
		}
	}
}
