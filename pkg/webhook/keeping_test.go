package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

var overage = map[string]any{"groups": nil, "_claim_names": map[string]string{"groups": "src1"}}

// TestKept counts how often a token is looked at, by the clock.
func TestKept(t *testing.T) {
	for name, c := range map[string]struct {
		claims map[string]any
		keep   time.Duration
	}{
		"allowed":          {nil, webhook.KeepAllowed},
		"allowed, expires": {map[string]any{"exp": start.Add(30 * time.Second).Unix()}, 30 * time.Second},
		"denied":           {map[string]any{"aud": "other"}, webhook.KeepDenied},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			token := b.sign(c.claims)
			first := *b.ask(t, token).Status.Authenticated
			b.now = start.Add(c.keep - time.Second)
			if again := *b.ask(t, token).Status.Authenticated; again != first || b.looked != 1 {
				t.Errorf("just before the end: %v after %v, looked %d times", again, first, b.looked)
			}
			b.now = start.Add(c.keep)
			again := *b.ask(t, token).Status.Authenticated
			if b.looked != 2 || again != (name == "allowed") {
				t.Errorf("at the end: %v, looked %d times", again, b.looked)
			}
			if cached := []bool{b.reviews[0].Cached, b.reviews[1].Cached, b.reviews[2].Cached}; !slices.Equal(cached, []bool{false, true, false}) {
				t.Errorf("counted as cached: %v", cached)
			}
		})
	}
}

// TestOneCallPerPerson: any number of tokens and requests of one person.
func TestOneCallPerPerson(t *testing.T) {
	b := newBench(t)
	release := make(chan struct{})
	b.groups = func(ctx context.Context, c entra.Claims) ([]entra.ObjectID, error) {
		<-release
		return []entra.ObjectID{issuertest.Group}, ctx.Err()
	}
	var tokens []string
	for i := range 20 {
		tokens = append(tokens, b.sign(with(overage, map[string]any{"iat": i})))
	}
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			a := b.ask(t, tokens[i%len(tokens)])
			if !*a.Status.Authenticated || !slices.Equal(a.Status.User.Groups, []string{issuertest.Group}) {
				t.Errorf("got %+v", a.Status)
			}
		})
	}
	close(release)
	wg.Wait()
	b.ask(t, b.sign(with(overage, map[string]any{"iat": 1000})))
	if b.asked != 1 {
		t.Errorf("the directory was asked %d times", b.asked)
	}
	b.ask(t, b.sign(with(overage, map[string]any{"idtyp": "app"})))
	if b.asked != 2 {
		t.Errorf("asked %d times: a service principal is another one", b.asked)
	}
	b.now = start.Add(webhook.KeepAllowed)
	b.ask(t, tokens[0])
	if b.asked != 3 {
		t.Errorf("asked %d times: the period is over", b.asked)
	}
}

// TestGroupsAge: an answer is not kept longer because another token of
// the same person came later.
func TestGroupsAge(t *testing.T) {
	b := newBench(t)
	b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) { return nil, nil }
	b.ask(t, b.sign(overage))
	b.now = start.Add(webhook.KeepAllowed - time.Second)
	late := b.sign(with(overage, map[string]any{"iat": 1}))
	b.ask(t, late)
	b.now = start.Add(webhook.KeepAllowed)
	if b.ask(t, late); b.asked != 2 {
		t.Errorf("asked %d times: groups of %s ago were believed", b.asked, webhook.KeepAllowed)
	}
}

func TestGroupsFromTheDirectory(t *testing.T) {
	for name, c := range map[string]struct {
		groups []entra.ObjectID
		reason string
	}{
		"none":      {nil, ""},
		"some":      {[]entra.ObjectID{issuertest.Group, issuertest.Alice}, ""},
		"reserved":  {[]entra.ObjectID{"system:masters"}, "reserved"},
		"no object": {[]entra.ObjectID{""}, "object id"},
	} {
		b := newBench(t)
		b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) { return c.groups, nil }
		a := b.ask(t, b.sign(overage))
		if *a.Status.Authenticated != (c.reason == "") || !strings.Contains(a.Status.Error, c.reason) {
			t.Errorf("%s: %+v", name, a.Status)
		}
		if c.reason == "" && len(a.Status.User.Groups) != len(c.groups) {
			t.Errorf("%s: groups %q", name, a.Status.User.Groups)
		}
	}
}

type slow struct{ error }

func (slow) Timeout() bool { return true }

// TestUpstreamFailures are no verdict: an error status that the API server
// retries, and nothing kept.
func TestUpstreamFailures(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		code int
	}{
		"network":   {fault.New(fault.Network, "down"), 502},
		"throttled": {fault.New(fault.Throttled, "busy"), 502},
		"timeout":   {fault.Wrap(fault.Network, "ask", slow{errors.New("slow")}), 504},
		"deadline":  {context.DeadlineExceeded, 504},
		"setup":     {fault.New(fault.Config, "issuer is another's"), 500},
		"unknown":   {errors.New("bug"), 500},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) { return nil, c.err }
			body := tokenReview("v1", b.sign(overage))
			w := b.post(body)
			if w.Code != c.code || w.Header().Get("Retry-After") != "" {
				t.Errorf("groups: got %d, want %d", w.Code, c.code)
			}
			b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) { return nil, nil }
			if w := b.post(body); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"authenticated":true`) {
				t.Errorf("the failure was kept: %d %s", w.Code, w.Body)
			}
			b.keyErr = c.err
			if w := b.post(tokenReview("v1", b.sign(map[string]any{"iat": 1}))); w.Code != c.code {
				t.Errorf("keys: got %d, want %d", w.Code, c.code)
			}
			if last := b.reviews[len(b.reviews)-1]; last.Result != webhook.Failed {
				t.Errorf("counted as %s", last.Result)
			}
		})
	}
}

// TestDeniedByTheDirectory: a considered no is an answer, kept for a moment.
func TestDeniedByTheDirectory(t *testing.T) {
	b := newBench(t)
	b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) {
		return nil, webhook.Deny("AADSTS7000215: wrong secret\x1b[31m")
	}
	for i := range 3 {
		a := b.ask(t, b.sign(with(overage, map[string]any{"iat": i})))
		if *a.Status.Authenticated || !strings.Contains(a.Status.Error, "wrong secret[31m") {
			t.Errorf("got %+v", a.Status)
		}
	}
	if b.asked != 1 {
		t.Errorf("asked %d times", b.asked)
	}
	b.now = start.Add(webhook.KeepDenied)
	b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) { return nil, nil }
	if a := b.ask(t, b.sign(overage)); !*a.Status.Authenticated {
		t.Errorf("mended and still refused: %s", a.Status.Error)
	}
}

// TestFirstAskerLeaves: those who joined still get the answer.
func TestFirstAskerLeaves(t *testing.T) {
	b := newBench(t)
	asking, release := make(chan struct{}), make(chan struct{})
	b.groups = func(ctx context.Context, _ entra.Claims) ([]entra.ObjectID, error) {
		close(asking)
		<-release
		return nil, ctx.Err()
	}
	body := tokenReview("v1", b.sign(overage))
	ctx, leave := context.WithCancel(context.Background())
	left := make(chan struct{})
	go func() {
		defer close(left)
		post(ctx, b.h, body)
	}()
	<-asking
	leave()
	<-left
	close(release)
	if w := b.post(body); w.Code != http.StatusOK || b.asked != 1 {
		t.Errorf("got %d %s, asked %d times", w.Code, w.Body, b.asked)
	}
}
