package entraid_test

import (
	"context"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/entraid"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

// world is a tenant and the webhook's way to it, with the clock in the test's
// hands.
type world struct {
	*issuertest.Issuer
	up entraid.Upstream

	mu  sync.Mutex
	now time.Time
	log strings.Builder
}

func newWorld(t *testing.T) *world {
	w := &world{Issuer: issuertest.New(t), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	w.up = entraid.Upstream{
		Cloud: w.Cloud(), Tenant: issuertest.Tenant, Client: w.Server.Client(),
		Now: w.clock, Log: slog.New(slog.NewTextHandler(io.Writer(w), nil)), Observe: func(string, bool) {},
	}
	return w
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.log.Write(p)
}

func person(app bool) entra.Claims {
	c := entra.Claims{Object: issuertest.Alice, Scope: "user_impersonation"}
	if app {
		c.Scope = ""
	}
	return c
}

func background() context.Context { return context.Background() }
