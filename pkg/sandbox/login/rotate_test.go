package login_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// A new key signs; tokens of the one before it stay good while it is published.
func TestRotate(t *testing.T) {
	r := newRig(t, 0)
	token := func() string {
		text, err := r.service.Token("contoso.com", "alice", string(entra.AzureCLI), string(entra.AKSServer))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	published := func() []any {
		_, doc := r.get("/contoso.com/discovery/v2.0/keys")
		return doc["keys"].([]any)
	}
	first := token()
	if len(published()) != 1 {
		t.Fatalf("keys %v", published())
	}
	for n := 2; n <= 4; n++ {
		if err := r.service.Rotate(); err != nil {
			t.Fatal(err)
		}
		keys := published()
		if len(keys) != min(n, 3) {
			t.Errorf("%d keys are published after %d", len(keys), n)
		}
		if c, err := r.service.Verify(token()); err != nil || c.UPN != "alice@contoso.com" {
			t.Errorf("new token: %v", err)
		}
		_, err := r.service.Verify(first)
		if want := n > 3; errors.Is(err, login.ErrForged) != want {
			t.Errorf("first token with %d keys: %v", n, err)
		}
	}
}

// A restarted service goes on: same keys, same refresh tokens, same issuer.
func TestSave(t *testing.T) {
	r := newRig(t, 0)
	a := r.signIn("alice", entra.AKSClient, aksScope+" offline_access")
	job, err := r.service.FederatedToken("https://portal", "x", "y")
	if err != nil {
		t.Fatal(err)
	}
	if err := r.service.Rotate(); err != nil {
		t.Fatal(err)
	}
	kept, err := r.service.Save()
	if err != nil || strings.Contains(string(kept), a.Refresh) {
		t.Fatalf("the refresh token itself is kept, or %v", err)
	}
	next := newRigWith(t, 0, login.Options{State: kept})
	if _, err := next.service.Verify(a.Access); err != nil {
		t.Errorf("a token of before: %v", err)
	}
	if got := next.post(tokenPath, "grant_type", "refresh_token", "client_id", string(entra.AKSClient), "refresh_token", a.Refresh, "scope", aksScope); got.status != 200 {
		t.Errorf("refresh: %s", got.Description)
	}
	again, err := next.service.FederatedToken("https://portal", "x", "y")
	if err != nil || strings.Split(again.Token, ".")[0] != strings.Split(job.Token, ".")[0] {
		t.Errorf("the issuer has another key: %v", err)
	}
	for _, bad := range []string{"7", "{}", `{"keys":[{"private":"AA=="}]}`} {
		if _, err := login.New(wire.Deps{Directory: r.directory, Now: r.clock.now}, login.Options{State: []byte(bad)}); err == nil {
			t.Errorf("%s was taken for a state", bad)
		}
	}
}
