package entraid_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/entraid"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

func TestAppTokenIsKept(t *testing.T) {
	w := newWorld(t)
	file := secretFile(t, issuertest.Secret)
	g := w.groups(t, func(o *entraid.GroupOptions) { o.SecretFile = file })
	ask := func(tokens int) {
		t.Helper()
		if _, err := g.Groups(background(), person(false), ""); err != nil {
			t.Error(err)
		}
		if n := w.Count(issuertest.Token); n != tokens {
			t.Errorf("signed in %d times, want %d", n, tokens)
		}
	}
	ask(1)
	ask(1)
	w.pass(54 * time.Minute)
	ask(1)
	w.pass(time.Minute) // five minutes before its end
	ask(2)
	w.Instead(issuertest.Graph, issuertest.Answer(401, ""))
	if _, err := g.Groups(background(), person(false), ""); err == nil || denied(err) {
		t.Errorf("refused token: %v", err)
	}
	w.Instead(issuertest.Graph, nil)
	ask(3)
}

// TestWrongSecret is a verdict that names the mend and not the secret, does not
// hammer the login host, and ends when the file is put right.
func TestWrongSecret(t *testing.T) {
	w := newWorld(t)
	file := secretFile(t, "wr0ng-secret")
	g := w.groups(t, func(o *entraid.GroupOptions) { o.SecretFile = file })
	for range 3 {
		_, err := g.Groups(background(), person(false), "")
		if !denied(err) || !strings.Contains(err.Error(), "AADSTS7000215") || !strings.Contains(err.Error(), "--client-secret-file") {
			t.Fatalf("got %v", err)
		}
		if strings.Contains(err.Error(), "wr0ng") {
			t.Errorf("the secret is in %v", err)
		}
	}
	if n := w.Count(issuertest.Token); n != 1 {
		t.Errorf("tried a wrong secret %d times", n)
	}
	w.pass(10 * time.Second)
	if _, err := g.Groups(background(), person(false), ""); !denied(err) || w.Count(issuertest.Token) != 2 {
		t.Errorf("a while later: %v", err)
	}
	if err := os.WriteFile(file, []byte(issuertest.Secret), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := g.Groups(background(), person(false), ""); err != nil {
		t.Errorf("mended: %v", err)
	}
}

func TestLoginAnswers(t *testing.T) {
	aadsts := func(code int) string {
		return fmt.Sprintf(`{"error":"invalid_client","error_description":"AADSTS%d: text","error_codes":[%d],"correlation_id":"%s"}`, code, code, issuertest.Alice)
	}
	w := newWorld(t)
	for name, c := range map[string]struct {
		status int
		body   string
		denied bool
		says   string
	}{
		"expired secret":  {401, aadsts(7000222), true, "expired"},
		"unknown app":     {400, aadsts(700016), true, "--client-id"},
		"unknown code":    {400, aadsts(123456), true, "AADSTS123456"},
		"with its id":     {400, aadsts(7000215), true, issuertest.Alice},
		"busy":            {400, aadsts(90033), false, "AADSTS90033"},
		"unavailable":     {400, `{"error":"temporarily_unavailable"}`, false, "temporarily_unavailable"},
		"some proxy's":    {403, `<html>`, false, "readable reason"},
		"throttled":       {429, aadsts(50196), false, "429"},
		"down":            {503, ``, false, "503"},
		"no token":        {200, `{"expires_in":3600}`, false, "no token"},
		"no end":          {200, `{"access_token":"x"}`, false, "no token"},
		"end as a string": {200, `{"access_token":"graph-token","expires_in":"3600"}`, false, ""},
	} {
		w.Instead(issuertest.Token, issuertest.Answer(c.status, c.body))
		_, err := w.groups(t, nil).Groups(background(), person(false), "")
		if c.says == "" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || denied(err) != c.denied || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
