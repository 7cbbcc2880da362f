package msal

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

func signIn(t *testing.T, a *authority, c *clock) (login.Grant, string, error) {
	t.Helper()
	u, err := newUser(a.setup(t), c.wait)
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	g, err := u.DeviceCode(context.Background(), login.Prompt{Err: &said, Account: "alice@contoso.com", Until: func(time.Time) {}})
	return g, said.String(), err
}

func TestDeviceCodeObeysTheServersPace(t *testing.T) {
	a, c := startAuthority(t), &clock{}
	a.token = func(n int, _ url.Values, w http.ResponseWriter) {
		switch n {
		case 0, 2:
			refuse(w, "authorization_pending", 70016)
		case 1:
			refuse(w, "slow_down", 0)
		default:
			grantAlice(w)
		}
	}
	g, said, err := signIn(t, a, c)
	if err != nil {
		t.Fatal(err)
	}
	want := []time.Duration{5 * time.Second, 5 * time.Second, 10 * time.Second, 10 * time.Second}
	if !reflect.DeepEqual(c.waits, want) {
		t.Errorf("waited %v, want %v", c.waits, want)
	}
	if g.Account.Home != alice+"."+tenant || g.Account.Username != "alice@contoso.com" || string(g.Account.Object) != alice {
		t.Errorf("account %+v", g.Account)
	}
	if said != "Sign in as alice@contoso.com.\nenter the code ABCD1234[31m\n" {
		t.Errorf("the person saw %q", said)
	}
	if len(a.requests) != 5 {
		t.Errorf("requests: %q", a.requests)
	}
}

func TestPollingSurvivesTheNetwork(t *testing.T) {
	a, c := startAuthority(t), &clock{}
	a.token = func(n int, _ url.Values, w http.ResponseWriter) {
		switch n {
		case 0:
			panic(http.ErrAbortHandler) // the connection dies
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2:
			w.WriteHeader(http.StatusTooManyRequests)
		default:
			grantAlice(w)
		}
	}
	if _, _, err := signIn(t, a, c); err != nil {
		t.Fatal(err)
	}
}

func TestRefreshIsOneRequest(t *testing.T) {
	a, c := startAuthority(t), &clock{}
	g, _, err := signIn(t, a, c)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(g.Refresh.Reveal(), g.Access.Reveal()) {
		t.Error("the access token is kept with the refresh token")
	}
	a.requests, a.forms = nil, nil
	u, err := NewUser(a.setup(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := u.Silent(context.Background(), login.Session{Account: g.Account, Refresh: g.Refresh})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"POST /" + tenant + "/oauth2/v2.0/token refresh_token"}; !reflect.DeepEqual(a.requests, want) {
		t.Errorf("requests %q, want %q", a.requests, want)
	}
	if a.forms[0].Get("refresh_token") != "refresh-secret" || again.Account != g.Account || again.Refresh == "" {
		t.Errorf("got account %+v", again.Account)
	}
}

func TestKeptNonsenseNeedsAPerson(t *testing.T) {
	for _, kept := range []string{"{}", "garbage", `{"RefreshToken":{"x":{"secret":"top-secret"}}}`} {
		a := startAuthority(t)
		u, err := NewUser(a.setup(t))
		if err != nil {
			t.Fatal(err)
		}
		s := login.Session{Refresh: safetext.Secret(kept)}
		s.Account.Home = alice + "." + tenant
		_, err = u.Silent(context.Background(), s)
		var need *login.NeedPerson
		if !errors.As(err, &need) || !need.Revoked || len(a.requests) != 0 {
			t.Errorf("kept %q: %v, requests %q", kept, err, a.requests)
		}
	}
}

func TestAppIsOneRequest(t *testing.T) {
	a := startAuthority(t)
	app, err := NewApp(a.setup(t), "s3cret")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MSAL_FORCE_REGION", "westeurope")
	if _, err := app.Silent(context.Background(), login.Session{}); err != nil {
		t.Fatal(err)
	}
	if len(a.requests) != 1 || a.forms[0].Get("client_secret") != "s3cret" {
		t.Errorf("requests %q", a.requests)
	}
}

func TestRefusals(t *testing.T) {
	cases := []struct {
		name    string
		token   func(int, url.Values, http.ResponseWriter)
		kind    fault.Kind
		person  bool
		contain string
	}{
		{"revoked", func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "invalid_grant", 50173) }, fault.SignIn, true, "AADSTS50173"},
		{"needs MFA", func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "interaction_required", 50076) }, fault.SignIn, true, "AADSTS50076"},
		{"policy", func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "invalid_grant", 53003) }, fault.Policy, false, "AADSTS53003"},
		{"disabled", func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "invalid_grant", 50057) }, fault.Forbidden, false, "AADSTS50057"},
		{"consent", func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "invalid_grant", 65001) }, fault.Config, false, "AADSTS65001"},
		{"not public", func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "invalid_client", 7000218) }, fault.Config, false, "AADSTS7000218"},
		{"html", func(_ int, _ url.Values, w http.ResponseWriter) { _, _ = w.Write([]byte("<html>portal</html>")) }, fault.Network, false, "not Entra ID's"},
		{"half a token", func(_ int, _ url.Values, w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"access_token":"top-secret`))
		}, fault.Network, false, "not Entra ID's"},
		{"odd JSON", func(_ int, _ url.Values, w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"access_token":["top-secret"]}`))
		}, fault.Config, false, "could not use"},
		{"elsewhere", func(_ int, _ url.Values, w http.ResponseWriter) {
			w.Header().Set("Location", "https://login.evil.example/token")
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, fault.Network, false, "307"},
		{"down", func(_ int, _ url.Values, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }, fault.Network, false, "503"},
		{"throttled", func(_ int, _ url.Values, w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) }, fault.Throttled, false, "429"},
		{"reset", func(int, url.Values, http.ResponseWriter) { panic(http.ErrAbortHandler) }, fault.Network, false, "cannot reach"},
	}
	a, c := startAuthority(t), &clock{}
	g, _, err := signIn(t, a, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			a.token = tc.token
			u, err := NewUser(a.setup(t))
			if err != nil {
				t.Fatal(err)
			}
			_, err = u.Silent(context.Background(), login.Session{Account: g.Account, Refresh: g.Refresh})
			var need *login.NeedPerson
			if err == nil || fault.KindOf(err) != tc.kind || errors.As(err, &need) != tc.person {
				t.Fatalf("got kind %d, %v", fault.KindOf(err), err)
			}
			if !strings.Contains(err.Error(), tc.contain) || strings.Contains(err.Error(), "top-secret") || strings.Contains(err.Error(), "\n") {
				t.Errorf("error %q", err)
			}
		})
	}
}

func TestTheCodeExpires(t *testing.T) {
	a := startAuthority(t)
	a.code["expires_in"] = 1
	a.token = func(_ int, _ url.Values, w http.ResponseWriter) { refuse(w, "authorization_pending", 70016) }
	u, err := newUser(a.setup(t), func(ctx context.Context, _ time.Duration) error {
		<-ctx.Done()
		return ctx.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = u.DeviceCode(context.Background(), login.Prompt{Err: &strings.Builder{}, Until: func(time.Time) {}})
	if fault.KindOf(err) != fault.Cancelled || !strings.Contains(err.Error(), "expired") {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = u.DeviceCode(ctx, login.Prompt{Err: &strings.Builder{}, Until: func(time.Time) {}}); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("got %v", err)
	}
}

func TestOtherHostsAreRefused(t *testing.T) {
	a := startAuthority(t)
	s := a.setup(t)
	tr := wire(s, (&clock{}).wait)
	for _, target := range []string{"https://login.microsoftonline.com/common/discovery/instance", a.URL + "/common/UserRealm/x"} {
		req, err := http.NewRequest(http.MethodGet, target, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.RoundTrip(req); err == nil {
			t.Errorf("%s was let through", target)
		}
	}
	if len(a.requests) != 0 {
		t.Errorf("requests %q", a.requests)
	}
}
