package login

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// arc is a broker, and a request for proofs that its method can get.
func arc(t *testing.T, m *method) (*Broker, *strings.Builder, token.Request) {
	b, said := newBroker(t, m)
	b.Methods[0].Params = []string{"pop-enabled", "pop-claims"}
	r := request()
	r.Params = token.Params{"pop-enabled": "true", "pop-claims": "u=/cluster"}
	return b, said, r
}

// A program that runs for long asks for each proof when the last one ends. That
// is no sign that the API server refused it.
func TestProofsEndBeforeTheirToken(t *testing.T) {
	m := &method{}
	b, said, req := arc(t, m)
	b.ByClient = true
	now := time.Now()
	b.Now = func() time.Time { return now }
	for range 4 {
		got, err := b.Token(context.Background(), req)
		if err != nil {
			t.Fatal(err)
		}
		if left := got.Expires.Sub(now); left != proofLife {
			t.Errorf("a proof for %v", left)
		}
		now = now.Add(proofLife - 5*time.Minute)
	}
	if m.prompts != 1 || m.silents != 0 || said.String() != "" {
		t.Errorf("%d sign-ins, %d refreshes, said %q", m.prompts, m.silents, said)
	}
}

// Whoever signs in again gets a proof too, and its claims are the token's.
func TestSignInGivesAProof(t *testing.T) {
	m := &method{}
	b, _, req := arc(t, m)
	first, err := b.SignIn(context.Background(), req)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := entra.ParseClaims(first.Access.Reveal())
	if err != nil || claims.Tenant != tenant || claims.Object != "alice" {
		t.Errorf("%+v, %v", claims, err)
	}
	if _, err := b.Token(context.Background(), req); err != nil || m.prompts != 1 || m.silents != 0 {
		t.Errorf("%d sign-ins, %d refreshes, %v", m.prompts, m.silents, err)
	}
}

func TestKindsThatAMethodCannotGet(t *testing.T) {
	m := &method{}
	b, _, req := arc(t, m)
	able := b.Methods[0]
	able.Name = "able"
	b.Methods[0].Params = nil
	b.Methods = append(b.Methods, able)
	req.Method = "devicecode"
	_, err := b.Token(context.Background(), req)
	if err == nil || !strings.Contains(err.Error(), "gets no proof-of-possession tokens") || m.prompts != 0 {
		t.Errorf("%v", err)
	}
}
