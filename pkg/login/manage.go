package login

import (
	"context"
	"sync"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// azureCLI is the method whose sign-in serves managing, where there is one.
const azureCLI = "azurecli"

// Manage returns the tokens of the management sign-in. Where no method and no
// client was chosen, an existing sign-in of Azure CLI serves before anybody is
// asked. Graph and ARM always see one and the same identity.
func (b *Broker) Manage(req token.Request) token.Source {
	people := b.Source(req)
	borrowed := req
	borrowed.Method = azureCLI
	borrowed = borrowed.In(b.Machine.Env)
	m, err := b.Methods.Find(azureCLI)
	if req.Method != token.Auto || req.Client != entra.AzureCLI || err != nil || m.Probe == nil ||
		!m.Probe(Setup{Request: borrowed, Now: b.Now, Machine: b.Machine}) {
		return people
	}
	cli := b.Source(borrowed)
	var mu sync.Mutex
	var chosen token.Source
	return func(ctx context.Context, scope string) (token.Token, error) {
		mu.Lock()
		defer mu.Unlock()
		if chosen != nil {
			return chosen(ctx, scope)
		}
		t, err := cli(ctx, scope)
		switch {
		case err == nil:
			chosen = cli
			b.say("managing as " + bearer(t) + ", as az login left it (--login browser or devicecode: as somebody else)")
			return t, nil
		case fault.KindOf(err) == fault.Cancelled:
			return t, err
		}
		b.say("Azure CLI's sign-in cannot be used: " + safetext.Clean(err.Error()))
		chosen = people
		return chosen(ctx, scope)
	}
}

// bearer names whom a token stands for.
func bearer(t token.Token) string {
	claims, err := entra.ParseClaims(t.Access.Reveal())
	switch {
	case err != nil:
		return "Azure CLI's account"
	case claims.IsApp():
		return "application " + safetext.Clean(string(claims.Client()))
	}
	return safetext.Clean(claims.Username())
}
