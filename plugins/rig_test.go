package plugins

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const exchange = "api://AzureADTokenExchange"

// rig is a sandbox whose ci-bot may sign in in every way.
type rig struct {
	*testing.T
	s     *sandbox.Sandbox
	setup login.Setup
	job   string // a federated token that ci-bot trusts
}

func newRig(t *testing.T) *rig {
	t.Helper()
	s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	cloud, err := s.Cloud()
	if err != nil {
		t.Fatal(err)
	}
	rt, err := httpx.NewTransport(httpx.Options{CAFile: cloud.CAFile, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{T: t, s: s, setup: login.Setup{Transport: rt, Now: time.Now, Request: token.Request{Cloud: cloud, Tenant: string(s.Info().Tenants[0].ID),
		Client: s.Info().Apps.CIBot, Scope: string(entra.AKSServer) + "/.default", Params: token.Params{}}}}
	got, err := s.FederatedToken("repo:contoso/app", exchange)
	if err != nil {
		t.Fatal(err)
	}
	r.job = got.Token
	app := r.bot()
	if _, err := s.Directory().Tenants()[0].CreateFederatedCredential(app.ID, directory.FederatedCredential{Name: "ci", Issuer: got.Issuer,
		Subject: "repo:contoso/app", Audiences: []string{exchange}}); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) bot() *directory.Application {
	r.Helper()
	app, ok := r.s.Directory().Tenants()[0].ApplicationByAppID(r.s.Info().Apps.CIBot)
	if !ok {
		r.Fatal("no ci-bot")
	}
	return app
}

// certify registers the certificate of a PEM file with ci-bot.
func (r *rig) certify(file string) {
	r.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		r.Fatal(err)
	}
	block, _ := pem.Decode(data)
	raw, err := json.Marshal(map[string]any{"key": block.Bytes, "keyId": "22222222-2222-4222-8222-222222222222", "type": "AsymmetricX509Cert", "usage": "Verify"})
	if err != nil {
		r.Fatal(err)
	}
	if _, err := r.s.Directory().Tenants()[0].UpdateApplication(r.bot().ID, func(a *directory.Application) error {
		a.KeyCredentials = []json.RawMessage{raw}
		return nil
	}); err != nil {
		r.Fatal(err)
	}
}

// silent asks one method for a token.
func (r *rig) silent(method string) (login.Grant, error) {
	r.Helper()
	m, err := All().Find(method)
	if err != nil {
		r.Fatal(err)
	}
	r.setup.Request.Method = method
	c, err := m.New(r.setup)
	if err != nil {
		return login.Grant{}, err
	}
	return c.Silent(context.Background(), login.Session{})
}

// mustBe checks whose token was given.
func (r *rig) mustBe(g login.Grant, err error, client entra.ClientID) entra.Claims {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
	claims, err := entra.ParseClaims(g.Access.Reveal())
	if err != nil || claims.Client() != client || !strings.EqualFold(claims.Audience, string(entra.AKSServer)) || g.Expires.Before(time.Now()) {
		r.Fatalf("got %+v until %v, %v", claims, g.Expires, err)
	}
	return claims
}

// getenv of a table.
func getenv(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(k string) string { return m[k] }
}
