package login

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// borrowed is a method whose sign-in is another program's.
type borrowed struct {
	access safetext.Secret
	err    error
	asked  int
}

func (c *borrowed) Silent(context.Context, Session) (Grant, error) {
	c.asked++
	return Grant{Token: token.Token{Access: c.access, Expires: time.Now().Add(time.Hour)}}, c.err
}

func TestManage(t *testing.T) {
	for _, tc := range []struct {
		name             string
		signedIn         bool
		err              error
		change           func(*token.Request)
		borrows, prompts int
		said             string
	}{
		{"as az is signed in", true, nil, func(*token.Request) {}, 1, 0, "managing as alice@contoso.com"},
		{"nobody is", false, nil, func(*token.Request) {}, 0, 1, ""},
		{"az has forgotten", true, fault.New(fault.SignIn, "run az login"), func(*token.Request) {}, 1, 1, "cannot be used: get a token"},
		{"another client", true, nil, func(r *token.Request) { r.Client = entra.AKSClient }, 0, 1, ""},
		{"another method", true, nil, func(r *token.Request) { r.Method = "devicecode" }, 0, 1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := &method{claims: map[string]any{"aud": graph}}
			b, said := newBroker(t, m)
			c := &borrowed{access: jwt(t, map[string]any{"tid": tenant, "aud": graph, "upn": "alice@contoso.com", "scp": "x", "exp": time.Now().Add(time.Hour).Unix()}), err: tc.err}
			b.Methods = append(b.Methods, Method{Name: azureCLI, Probe: func(Setup) bool { return tc.signedIn },
				New: func(Setup) (Credential, error) { return c, nil }})
			cloud, err := entra.FindCloud("")
			if err != nil {
				t.Fatal(err)
			}
			req := token.Request{Method: token.Auto, Cloud: cloud, Tenant: tenant, Client: entra.AzureCLI}
			tc.change(&req)
			source := b.Manage(req)
			for range 2 {
				if _, err := source(context.Background(), graph+"/.default"); err != nil {
					t.Fatal(err)
				}
			}
			if c.asked != tc.borrows || m.prompts != tc.prompts || !strings.Contains(said.String(), tc.said) {
				t.Errorf("borrowed %d times, %d prompts, said %q", c.asked, m.prompts, said.String())
			}
		})
	}
}
