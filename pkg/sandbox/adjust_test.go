package sandbox_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// ask posts a form to the token endpoint of contoso.com.
func ask(t *testing.T, s *sandbox.Sandbox, pairs ...string) map[string]any {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := client(t, s).PostForm(s.Info().Endpoints.Login+"/contoso.com/oauth2/v2.0/token", form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

func password(t *testing.T, s *sandbox.Sandbox, who string) map[string]any {
	t.Helper()
	return ask(t, s, "grant_type", "password", "client_id", string(entra.AKSClient), "username", who+"@contoso.com", "password", "sandbox-"+who,
		"scope", string(entra.AKSServer)+"/.default offline_access")
}

func TestClock(t *testing.T) {
	ctx := context.Background()
	s := start(t, sandbox.Options{})
	control := sandbox.Control{Dir: s.Dir()}
	token, err := s.Token("alice", string(entra.AKSClient), string(entra.AKSServer))
	if err != nil {
		t.Fatal(err)
	}
	before, err := entra.ParseClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	if err := control.Advance(ctx, 48*time.Hour); err != nil {
		t.Fatal(err)
	}
	if token, err = s.Token("alice", string(entra.AKSClient), string(entra.AKSServer)); err != nil {
		t.Fatal(err)
	}
	if after, err := entra.ParseClaims(token); err != nil || after.Expires().Sub(before.Expires()) < 47*time.Hour {
		t.Errorf("token until %v, before %v, %v", after.Expires(), before.Expires(), err)
	}
	if err := control.SetClock(ctx, time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if got, err := control.Settings(ctx); err != nil || got.Now.Year() != 2030 || got.Ahead <= 0 {
		t.Errorf("settings %+v, %v", got, err)
	}
}

func TestSettings(t *testing.T) {
	ctx := context.Background()
	s := start(t, sandbox.Options{})
	control := sandbox.Control{Dir: s.Dir()}
	if err := control.SetLatency(ctx, 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	password(t, s, "alice")
	if took := time.Since(begun); took < 50*time.Millisecond {
		t.Errorf("a request took %v", took)
	}
	if err := control.SetLatency(ctx, 0); err != nil {
		t.Fatal(err)
	}
	if err := control.SetReplicationDelay(ctx, time.Hour); err != nil {
		t.Fatal(err)
	}
	home := s.Directory().Tenants()[0]
	app, err := home.CreateApplication(directory.Application{DisplayName: "slow"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := home.Application(app.ID); ok {
		t.Error("a new application is seen at once")
	}
	if err := control.Advance(ctx, 2*time.Hour); err != nil {
		t.Fatal(err)
	}
	if _, ok := home.Application(app.ID); !ok {
		t.Error("an application is not seen two hours later")
	}
	if got, err := control.Settings(ctx); err != nil || got.ReplicationDelay != time.Hour || got.Latency != 0 {
		t.Errorf("settings %+v, %v", got, err)
	}
}

func TestRotateByControl(t *testing.T) {
	s := start(t, sandbox.Options{})
	if err := (sandbox.Control{Dir: s.Dir()}).Rotate(context.Background()); err != nil {
		t.Fatal(err)
	}
	resp, err := client(t, s).Get(s.Info().Endpoints.Login + "/contoso.com/discovery/keys")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var doc struct{ Keys []any }
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil || len(doc.Keys) != 2 {
		t.Errorf("%d keys, %v", len(doc.Keys), err)
	}
}

func TestPolicies(t *testing.T) {
	ctx := context.Background()
	s := start(t, sandbox.Options{})
	control := sandbox.Control{Dir: s.Dir()}
	for _, bad := range []sandbox.PolicySpec{{Control: directory.Block}, {Name: "x", Control: "wish"}, {Name: "x", Control: directory.Block, Who: []string{"mallory"}}} {
		if err := control.SetPolicy(ctx, bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if err := control.SetPolicy(ctx, sandbox.PolicySpec{Name: "mfa", Control: directory.RequireMFA, Who: []string{"platform-team"}}); err != nil {
		t.Fatal(err)
	}
	if list, err := control.Policies(ctx); err != nil || len(list) != 2 || list[1].Name != "mfa" || len(list[1].Who) != 1 {
		t.Errorf("policies %+v, %v", list, err)
	}
	for who, refused := range map[string]bool{"alice": true, "bob": false} {
		if got := password(t, s, who); (got["suberror"] == "basic_action") != refused {
			t.Errorf("%s: %v", who, got["error_description"])
		}
	}
	if err := control.DeletePolicy(ctx, "mfa"); err != nil {
		t.Fatal(err)
	}
	if got := password(t, s, "alice"); got["error"] != nil {
		t.Errorf("without the policy: %v", got["error_description"])
	}
}

// A job of the pretend CI system becomes an application without any secret.
func TestFederatedToken(t *testing.T) {
	ctx := context.Background()
	s := start(t, sandbox.Options{})
	control := sandbox.Control{Dir: s.Dir()}
	job, err := control.FederatedToken(ctx, "repo:contoso/app:ref:refs/heads/main", "api://AzureADTokenExchange")
	if err != nil {
		t.Fatal(err)
	}
	home := s.Directory().Tenants()[0]
	bot, _ := home.ApplicationByAppID(s.Info().Apps.CIBot)
	if _, err := home.CreateFederatedCredential(bot.ID, directory.FederatedCredential{Name: "main", Issuer: job.Issuer,
		Subject: "repo:contoso/app:ref:refs/heads/main", Audiences: []string{"api://AzureADTokenExchange"}}); err != nil {
		t.Fatal(err)
	}
	got := ask(t, s, "grant_type", "client_credentials", "client_id", string(bot.AppID), "scope", string(entra.AKSServer)+"/.default",
		"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", job.Token)
	if got["access_token"] == nil {
		t.Errorf("answer %v", got)
	}
	for _, bad := range []struct{ issuer, jwks string }{{"http://ci.example", `{"keys":[{}]}`}, {"https://ci.example", `{}`}} {
		if err := control.TrustIssuer(ctx, bad.issuer, json.RawMessage(bad.jwks)); err == nil || strings.Contains(err.Error(), http.StatusText(500)) {
			t.Errorf("%v: %v", bad, err)
		}
	}
	if err := control.TrustIssuer(ctx, "https://ci.example", json.RawMessage(`{"keys":[{"kty":"RSA"}]}`)); err != nil {
		t.Error(err)
	}
}
