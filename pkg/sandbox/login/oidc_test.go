package login_test

import (
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// go-oidc, with which API servers and many others verify tokens, finds the keys
// by the discovery document of each version and takes the tokens of that one.
func TestGoOIDC(t *testing.T) {
	r := newRig(t, 0)
	two := 2
	tenant := string(r.contoso.ID)
	issuers := map[string]string{"": "https://sts.windows.net/" + tenant + "/", "/v2.0": "https://login.microsoftonline.com/" + tenant + "/v2.0"}
	tokens, audiences := map[string]string{}, map[string]string{}
	for version, change := range map[string]func(server, client *directory.Application){
		"": func(*directory.Application, *directory.Application) {}, "/v2.0": func(s, _ *directory.Application) { s.API.RequestedAccessTokenVersion = &two },
	} {
		a := r.apps(change)
		got := r.signIn("alice", a.client.AppID, string(a.server.AppID)+"/.default")
		if got.Access == "" {
			t.Fatal(got.Description)
		}
		tokens[version], audiences[version] = got.Access, string(a.server.AppID)
	}
	for version, issuer := range issuers {
		ctx := oidc.InsecureIssuerURLContext(oidc.ClientContext(t.Context(), r.client), issuer)
		provider, err := oidc.NewProvider(ctx, r.chassis.Endpoint(wire.Login)+"/"+tenant+version)
		if err != nil {
			t.Fatal(err)
		}
		for of, text := range tokens {
			verifier := provider.Verifier(&oidc.Config{ClientID: audiences[of], Now: r.clock.now})
			token, err := verifier.Verify(ctx, text)
			if (err == nil) != (of == version) {
				t.Errorf("keys and issuer of %q, token of %q: %v", version, of, err)
			}
			if err == nil && (token.Issuer != issuer || token.Subject == "") {
				t.Errorf("issuer %q, subject %q", token.Issuer, token.Subject)
			}
		}
	}
}
