package login_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/login"
)

func TestClientCredentials(t *testing.T) {
	r := newRig(t, 0)
	bot := directory.ID("client", "ci-bot")
	ask := func(scope string) answer {
		return r.post(tokenPath, "grant_type", "client_credentials", "client_id", bot, "client_secret", r.directory.BotSecret(), "scope", scope)
	}
	a := ask(aksScope)
	if a.status != http.StatusOK || a.Refresh != "" || a.ID != "" {
		t.Fatalf("answer %+v", a)
	}
	c := r.claims(a.Access)
	sp, _ := r.contoso.ServicePrincipalByAppID(entra.ClientID(bot))
	if c["oid"] != string(sp.ID) || c["sub"] != string(sp.ID) || c["appid"] != bot || c["appidacr"] != "1" {
		t.Errorf("claims %v", c)
	}
	for _, name := range []string{"scp", "upn", "idtyp", "roles", "name"} {
		if v, ok := c[name]; ok {
			t.Errorf("%s = %v should not be there", name, v)
		}
	}
	apps := r.apps(optional("idtyp"))
	if c := r.claims(ask(string(apps.server.AppID) + "/.default").Access); c["idtyp"] != "app" {
		t.Errorf("idtyp %v", c["idtyp"])
	}
}

// The webhook of a managed cluster asks Graph with the sandbox's own secret.
func TestManagedServer(t *testing.T) {
	r := newRig(t, 0)
	a := r.post(tokenPath, "grant_type", "client_credentials", "client_id", string(entra.AKSServer),
		"client_secret", r.directory.ManagedServerSecret(), "scope", "https://graph.microsoft.com/.default")
	c := r.claims(a.Access)
	if roles := texts(c["roles"]); len(roles) != 1 || roles[0] != "Directory.Read.All" || c["aud"] != "https://graph.microsoft.com" {
		t.Errorf("claims %v", c)
	}
}

// A service principal in more than 200 groups has overage too.
func TestOverageOfServicePrincipal(t *testing.T) {
	r := newRig(t, 0)
	sp, _ := r.contoso.ServicePrincipalByAppID(entra.ClientID(directory.ID("client", "ci-bot")))
	for _, g := range r.contoso.Groups() {
		if err := r.contoso.AddMember(g.ID, sp.ID); err != nil {
			t.Fatal(err)
		}
	}
	token, err := r.service.Token("contoso.com", "ci-bot", "", string(entra.AKSServer))
	if err != nil {
		t.Fatal(err)
	}
	if c := r.claims(token); c["_claim_names"] == nil || c["groups"] != nil {
		t.Errorf("claims %v", c)
	}
}

func TestOnBehalfOf(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	user := r.signIn("alice", a.client.AppID, string(a.server.AppID)+"/.default").Access
	exchange := func(assertion string) answer {
		return r.post(tokenPath, "grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "requested_token_use", "on_behalf_of",
			"client_id", string(a.server.AppID), "client_secret", a.secret, "assertion", assertion, "scope", "https://graph.microsoft.com/.default")
	}
	r.declare(a.server.ID, entra.MicrosoftGraph)
	if got := exchange(user); got.code() != 65001 {
		t.Errorf("without a Graph permission: %+v", got)
	}
	serverSP, _ := r.contoso.ServicePrincipalByAppID(a.server.AppID)
	graph, _ := r.contoso.ServicePrincipalByAppID(entra.MicrosoftGraph)
	if _, err := r.contoso.CreateGrant(directory.ScopeGrant{ClientID: serverSP.ID, ResourceID: graph.ID, ConsentType: "AllPrincipals", Scope: "User.Read GroupMember.Read.All"}); err != nil {
		t.Fatal(err)
	}
	got := exchange(user)
	if got.status != http.StatusOK {
		t.Fatal(got.Description)
	}
	if c := r.claims(got.Access); c["upn"] != "alice@contoso.com" || c["scp"] != "GroupMember.Read.All User.Read" || c["appid"] != string(a.server.AppID) || c["appidacr"] != "1" {
		t.Errorf("claims %v", c)
	}
	other := r.signIn("alice", entra.AKSClient, aksScope).Access
	app := r.post(tokenPath, "grant_type", "client_credentials", "client_id", string(a.server.AppID), "client_secret", a.secret, "scope", string(a.server.AppID)+"/.default").Access
	for _, tc := range []struct {
		name, assertion string
		code            int
	}{{"garbage", "x.y.z", 50013}, {"changed", user + "A", 50013}, {"for somebody else", other, 500131}, {"of an application", app, 7000114}} {
		if got := exchange(tc.assertion); got.code() != tc.code {
			t.Errorf("%s: %s, want %d", tc.name, got.Description, tc.code)
		}
	}
	r.clock.add(2 * time.Hour)
	if got := exchange(user); got.code() != 500133 {
		t.Errorf("expired: %s", got.Description)
	}
}

func TestVerify(t *testing.T) {
	r := newRig(t, 0)
	token, err := r.service.Token("contoso.com", "alice", string(entra.AzureCLI), "https://management.core.windows.net/")
	if err != nil {
		t.Fatal(err)
	}
	c, err := r.service.Verify(token, "https://graph.microsoft.com", "https://management.core.windows.net")
	if err != nil || c.UPN != "alice@contoso.com" || c.Client() != entra.AzureCLI || len(c.WIDs) != 1 {
		t.Errorf("claims %+v, %v", c, err)
	}
	if _, err := r.service.Verify(token, "https://graph.microsoft.com"); !errors.Is(err, login.ErrAudience) {
		t.Errorf("other audience: %v", err)
	}
	if _, err := newRigWith(t, 0, login.Options{}).service.Verify(token); !errors.Is(err, login.ErrForged) {
		t.Errorf("token of another sandbox: %v", err)
	}
	r.clock.add(76 * time.Minute)
	if _, err := r.service.Verify(token); !errors.Is(err, login.ErrExpired) {
		t.Errorf("expired: %v", err)
	}
}

func TestV1Endpoint(t *testing.T) {
	r := newRig(t, 0)
	d := r.post("/contoso.com/oauth2/devicecode", "client_id", string(entra.AKSClient), "resource", string(entra.AKSServer))
	if err := r.service.SignIn("alice", d.UserCode); err != nil {
		t.Fatal(err)
	}
	a := r.post("/contoso.com/oauth2/token", "grant_type", "device_code", "client_id", string(entra.AKSClient), "code", d.DeviceCode, "resource", string(entra.AKSServer))
	if string(a.Expires) != `"4500"` {
		t.Errorf("expires_in %s: v1 writes numbers as text", a.Expires)
	}
	if c := r.claims(a.Access); c["aud"] != "spn:"+string(entra.AKSServer) {
		t.Errorf("aud %v", c["aud"])
	}
}
