package webhook_test

import (
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
)

type locked struct {
	w  io.Writer
	mu *sync.Mutex
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func logTo(w io.Writer, mu *sync.Mutex) *slog.Logger {
	return slog.New(slog.NewTextHandler(locked{w, mu}, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// TestLog: the same correlation in the log and in the answer, people told
// apart but not named, and nothing of the token.
func TestLog(t *testing.T) {
	b := newBench(t)
	token := b.sign(map[string]any{"aud": "other"})
	a := b.ask(t, token)
	_, after, _ := strings.Cut(a.Status.Error, "(correlation ")
	id := strings.TrimSuffix(after, ")")
	log := b.log.String()
	for _, want := range []string{"refused", "audience", "correlation=" + id, "oid_sha256="} {
		if !strings.Contains(log, want) {
			t.Errorf("log lacks %q: %s", want, log)
		}
	}
	for _, secret := range append(strings.Split(token, "."), "bbbbbbbb-0000", "alice@") {
		if strings.Contains(log, secret) || strings.Contains(a.Status.Error, secret) {
			t.Errorf("%.20q was told: %s", secret, log)
		}
	}
}
