package entraid_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/entraid"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

func denied(err error) bool {
	var d *webhook.Denial
	return errors.As(err, &d)
}

func TestKeysAndIssuers(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		v2      bool
		issuers []string
	}{{false, []string{issuertest.V1}}, {true, []string{issuertest.V1, issuertest.V2}}} {
		keys := entraid.NewKeys(w.up, c.v2)
		if !keys.Read().IsZero() {
			t.Error("read before anybody asked")
		}
		key, err := keys.Key(background(), "key-1")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(key.Issuers, c.issuers) || !key.Public.Equal(w.SigningKey().Key.Public()) {
			t.Errorf("v2 %v: issuers %q", c.v2, key.Issuers)
		}
		if keys.Read() != w.clock() {
			t.Errorf("read at %v", keys.Read())
		}
	}
}

func TestRotation(t *testing.T) {
	w := newWorld(t)
	keys := entraid.NewKeys(w.up, false)
	for i := range 5 { // each time at once: what was found opens the gate
		next := issuertest.SigningKey{ID: fmt.Sprint("new-", i), Key: w.SigningKey().Key}
		w.Rotate(next)
		if _, err := keys.Key(background(), next.ID); err != nil {
			t.Fatalf("rotation %d: %v", i, err)
		}
	}
	if _, err := keys.Key(background(), "new-0"); !denied(err) {
		t.Errorf("a key that the tenant took away: %v", err)
	}
}

// TestFlood: tokens with invented key ids cost next to no requests, and a
// rotation in their middle is found.
func TestFlood(t *testing.T) {
	w := newWorld(t)
	keys := entraid.NewKeys(w.up, false)
	if _, err := keys.Key(background(), "key-1"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if _, err := keys.Key(background(), fmt.Sprint("invented-", i)); !denied(err) {
				t.Errorf("got %v", err)
			}
		})
	}
	wg.Wait()
	if n := w.Count(issuertest.Keys); n > 2 {
		t.Errorf("200 unknown keys, read %d times", n)
	}
	for i := range 3600 {
		w.pass(time.Second)
		_, _ = keys.Key(background(), fmt.Sprint("later-", i))
	}
	if n := w.Count(issuertest.Keys); n > 70 {
		t.Errorf("an hour's flood, read %d times", n)
	}
	w.Rotate(issuertest.SigningKey{ID: "key-2", Key: w.SigningKey().Key})
	w.pass(time.Minute)
	if _, err := keys.Key(background(), "key-2"); err != nil {
		t.Errorf("rotated in a flood: %v", err)
	}
}

// TestStale: with the tenant down, known keys are as good as before, and an
// unknown one is no verdict.
func TestStale(t *testing.T) {
	w := newWorld(t)
	keys := entraid.NewKeys(w.up, false)
	if _, err := keys.Key(background(), "key-1"); err != nil {
		t.Fatal(err)
	}
	for _, answer := range []http.HandlerFunc{
		issuertest.Answer(503, ""), issuertest.Answer(200, "no JSON"), issuertest.Answer(200, `{"keys":[]}`), issuertest.Answer(200, `{}`),
		issuertest.Answer(200, `{"keys":[{"kty":"RSA","kid":"key-2","n":"AQAB","e":"AQAB"}]}`),
		issuertest.Answer(200, strings.Repeat(" ", 5<<20)),
	} {
		w.Instead(issuertest.Keys, answer)
		w.pass(time.Hour)
		for range 2 { // the second one inside the gate
			if _, err := keys.Key(background(), "key-2"); err == nil || denied(err) {
				t.Errorf("unknown key, tenant down: %v", err)
			}
		}
		if _, err := keys.Key(background(), "key-1"); err != nil {
			t.Errorf("known key, tenant down: %v", err)
		}
	}
	w.Instead(issuertest.Keys, nil)
	w.Rotate(issuertest.SigningKey{ID: "key-2", Key: w.SigningKey().Key})
	w.pass(time.Second)
	if _, err := keys.Key(background(), "key-2"); err != nil {
		t.Errorf("tenant back: %v", err)
	}
}

// TestKnownKeysNeverWait: while a reading hangs, known keys are found.
func TestKnownKeysNeverWait(t *testing.T) {
	w := newWorld(t)
	keys := entraid.NewKeys(w.up, false)
	if _, err := keys.Key(background(), "key-1"); err != nil {
		t.Fatal(err)
	}
	hanging, release := make(chan struct{}), make(chan struct{})
	w.Instead(issuertest.Document, func(http.ResponseWriter, *http.Request) {
		close(hanging)
		<-release
	})
	defer close(release)
	ctx, cancel := context.WithCancel(background())
	unknown := make(chan error, 1)
	go func() {
		_, err := keys.Key(ctx, "key-2")
		unknown <- err
	}()
	select {
	case <-hanging:
	case err := <-unknown:
		t.Fatalf("nothing was read: %v", err)
	}
	if _, err := keys.Key(background(), "key-1"); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-unknown; !errors.Is(err, context.Canceled) {
		t.Errorf("who waits can leave: %v", err)
	}
}

// TestForeignDocuments are not believed: whose keys they name could sign for us.
func TestForeignDocuments(t *testing.T) {
	w := newWorld(t)
	here := w.Server.URL + "/" + string(issuertest.Tenant) + "/discovery/keys"
	for name, document := range map[string]string{
		"issuer of another tenant": `{"issuer":"https://sts.windows.net/99999999-2222-4333-8444-555555555555/","jwks_uri":"` + here + `"}`,
		"issuer of all":            `{"issuer":"https://sts.windows.net/{tenantid}/","jwks_uri":"` + here + `"}`,
		"tenant in the query":      `{"issuer":"https://evil/?/` + string(issuertest.Tenant) + `/","jwks_uri":"` + here + `"}`,
		"v2 issuer in v1":          `{"issuer":"` + issuertest.V2 + `","jwks_uri":"` + here + `"}`,
		"http issuer":              `{"issuer":"http` + strings.TrimPrefix(issuertest.V1, "https") + `","jwks_uri":"` + here + `"}`,
		"no issuer":                `{"jwks_uri":"` + here + `"}`,
		"keys elsewhere":           `{"issuer":"` + issuertest.V1 + `","jwks_uri":"https://evil.example/keys"}`,
		"keys by http":             `{"issuer":"` + issuertest.V1 + `","jwks_uri":"http` + strings.TrimPrefix(here, "https") + `"}`,
		"no keys":                  `{"issuer":"` + issuertest.V1 + `"}`,
	} {
		w.Instead(issuertest.Document, issuertest.Answer(200, document))
		if _, err := entraid.NewKeys(w.up, false).Key(background(), "key-1"); err == nil || denied(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := w.Count(issuertest.Keys); n != 0 {
		t.Errorf("read keys of a foreign document %d times", n)
	}
	// A key that says that it signs for somebody else.
	w.Instead(issuertest.Document, nil)
	w.Instead(issuertest.Keys, issuertest.Answer(200, `{"keys":[{"kty":"RSA","kid":"key-1","issuer":"https://login.microsoftonline.com/99999999-2222-4333-8444-555555555555/v2.0","n":"`+strings.Repeat("x", 342)+`","e":"AQAB"}]}`))
	if _, err := entraid.NewKeys(w.up, false).Key(background(), "key-1"); err == nil {
		t.Error("took another tenant's key")
	}
}

// TestRun reads at once, again after a failure sooner, else hourly.
func TestRun(t *testing.T) {
	w := newWorld(t)
	w.Instead(issuertest.Keys, issuertest.Answer(500, ""))
	keys := entraid.NewKeys(w.up, false)
	var waits []time.Duration
	keys.Run(background(), func(_ context.Context, d time.Duration) error {
		waits = append(waits, d)
		switch len(waits) {
		case 2:
			w.Instead(issuertest.Keys, nil)
		case 4:
			return context.Canceled
		}
		return nil
	})
	if want := []time.Duration{time.Second, 2 * time.Second, time.Hour, time.Hour}; !slices.Equal(waits, want) {
		t.Errorf("waited %v, want %v", waits, want)
	}
	if keys.Read().IsZero() {
		t.Error("not ready")
	}
}
