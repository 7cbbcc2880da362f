package browser

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

func TestSignIn(t *testing.T) {
	r := newRig(t)
	walk, last := r.person("alice@contoso.com", "continue")
	g, err := r.signIn(walk)
	if err != nil {
		t.Fatal(err)
	}
	claims, err := entra.ParseClaims(g.Access.Reveal())
	if err != nil || claims.UPN != "alice@contoso.com" || g.Account.Username != "alice@contoso.com" || g.Account.Home == "" || g.Refresh == "" {
		t.Errorf("got %+v, account %+v, %v", claims, g.Account, err)
	}
	p := <-last
	if p.status != 200 || !strings.Contains(p.body, "You are signed in as alice@contoso.com") || !strings.Contains(p.body, "go back to the terminal") {
		t.Errorf("the person sees %d %s", p.status, p.body)
	}
	csp := p.header.Get("Content-Security-Policy")
	if !strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") || strings.Contains(p.body, "<script") || p.header.Get("Cache-Control") != "no-store" {
		t.Errorf("policy %q, page %s", csp, p.body)
	}
	if strings.Contains(r.said.String(), g.Access.Reveal()) || strings.Contains(p.body, g.Access.Reveal()) {
		t.Error("the token is shown")
	}
	// What was kept serves a silent refresh, as after a device code.
	c, err := Method().New(r.setup)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.Silent(context.Background(), login.Session{Account: g.Account, Refresh: g.Refresh}); err != nil || again.Access == "" {
		t.Errorf("the refresh failed: %v", err)
	}
}

// What a cluster wants of a token does not change how a person signs in.
func TestOtherKindsOfTokens(t *testing.T) {
	for name, tc := range map[string]struct {
		ask  func(*token.Request)
		want string // in the claims
	}{
		"v1":    {func(r *token.Request) { r.Params = token.Params{"legacy": "true"} }, `"aud":"spn:`},
		"bound": {func(r *token.Request) { r.Confirm = "thumbprint" }, `"cnf":{"kid":"thumbprint"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			tc.ask(&r.setup.Request)
			walk, last := r.person("alice@contoso.com", "continue")
			g, err := r.signIn(walk)
			if err != nil {
				t.Fatal(err)
			}
			<-last
			c, err := Method().New(r.setup)
			if err != nil {
				t.Fatal(err)
			}
			again, err := c.Silent(t.Context(), login.Session{Account: g.Account, Refresh: g.Refresh})
			if err != nil {
				t.Fatal(err)
			}
			for _, access := range []string{g.Access.Reveal(), again.Access.Reveal()} {
				claims, err := base64.RawURLEncoding.DecodeString(strings.Split(access, ".")[1])
				if err != nil || !strings.Contains(string(claims), tc.want) {
					t.Errorf("no %s in %s, %v", tc.want, claims, err)
				}
			}
		})
	}
}

func TestFailuresTellWhatToDo(t *testing.T) {
	for _, tc := range []struct {
		name, who, button string
		arrange           func(*rig)
		kind              fault.Kind
		page              string
	}{
		{"cancelled", "alice@contoso.com", "cancel", func(*rig) {}, fault.Cancelled, "You are not signed in"},
		{"another person", "bob@contoso.com", "continue", func(r *rig) { r.setup.Request.Account = "alice@contoso.com" }, 0,
			"You signed in as bob@contoso.com. alice@contoso.com was expected."},
		{"refused at the end", "alice@contoso.com", "continue", func(r *rig) { _ = r.s.Fault("login", "conditional-access", 0, "/token") }, fault.Policy,
			"You are not signed in"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRig(t)
			tc.arrange(r)
			walk, last := r.person(tc.who, tc.button)
			_, err := r.signIn(walk)
			if err == nil && tc.kind != 0 || err != nil && fault.KindOf(err) != tc.kind {
				t.Errorf("got kind %d, %v", fault.KindOf(err), err)
			}
			if p := <-last; p.status != 400 || !strings.Contains(p.body, tc.page) || !strings.Contains(p.body, "go back to the terminal") {
				t.Errorf("the person sees %d %s", p.status, p.body)
			}
		})
	}
}

// Entra ID may also send the browser back with an error of its own.
func TestRefusalOfThePage(t *testing.T) {
	r := newRig(t)
	last := make(chan shown, 1)
	_, err := r.signIn(func(address string) error {
		q := url.Values{"error": {"access_denied"}, "state": {secretOf(address, "state").Reveal()},
			"error_description": {"AADSTS53003: <script>alert(1)</script>\r\nTrace ID: 1"}}
		go func() { last <- r.get(secretOf(address, "redirect_uri").Reveal() + "?" + q.Encode()) }()
		return nil
	})
	if fault.KindOf(err) != fault.Policy || !strings.Contains(err.Error(), "AADSTS53003") {
		t.Errorf("got %v", err)
	}
	if p := <-last; !strings.Contains(p.body, "kubectl aad explain AADSTS53003") || strings.Contains(p.body, "<script") {
		t.Errorf("the person sees %s", p.body)
	}
}

// Nothing that any web page can send to the port ends or changes the sign-in.
func TestStrangersAreTurnedAway(t *testing.T) {
	r := newRig(t)
	done := make(chan shown, 1)
	_, err := r.signIn(func(address string) error {
		back, state := secretOf(address, "redirect_uri").Reveal(), secretOf(address, "state").Reveal()
		for query, status := range map[string]int{
			"?code=stolen&state=wrong": 400, "?code=stolen": 400, "/favicon.ico": 404, "?error=access_denied": 400,
			"?state=" + state: 400, "?code=a&code=b&state=" + state: 400,
		} {
			if p := r.get(back + query); p.status != status {
				t.Errorf("%s: %d %s", query, p.status, p.body)
			}
		}
		if p := r.get(strings.Replace(back, "localhost", "127.0.0.1", 1) + "?code=x&state=" + state); p.status != 404 {
			t.Errorf("another host name was accepted: %d", p.status)
		}
		go func() { done <- r.walk(address, "alice@contoso.com", "continue") }()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-done
}

func TestATakenPortIsNoObstacle(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.setup.Request.Params["redirect-url"] = "http://localhost:" + toSecret(port)
	walk, last := r.person("alice@contoso.com", "continue")
	if _, err := r.signIn(walk); err != nil {
		t.Fatal(err)
	}
	<-last
}

func TestThePageIsAskedAsWanted(t *testing.T) {
	for _, tc := range []struct{ account, hint, wantHint, prompt string }{
		{"", "", "", "select_account"}, {"", "alice@contoso.com", "alice@contoso.com", ""}, {"bob@contoso.com", "alice@contoso.com", "bob@contoso.com", ""},
	} {
		r := newRig(t)
		r.setup.Request.Account = tc.account
		r.setup.Request.Params["login-hint"] = toSecret(tc.hint)
		stop := errors.New("stop")
		var seen url.Values
		r.setup.Request.Method = token.Auto
		_, err := r.signIn(func(address string) error {
			u, err := url.Parse(address)
			if err != nil {
				return err
			}
			seen = u.Query()
			return stop
		})
		if !errors.Is(err, login.ErrNoWay) {
			t.Errorf("got %v", err)
		}
		if seen.Get("login_hint") != tc.wantHint || seen.Get("prompt") != tc.prompt || len(seen.Get("code_challenge")) != 43 ||
			seen.Get("code_challenge_method") != "S256" || len(seen.Get("state")) != 43 || !strings.HasPrefix(seen.Get("redirect_uri"), "http://localhost:") {
			t.Errorf("%+v: asked with %v", tc, seen)
		}
	}
}

func TestPatienceEnds(t *testing.T) {
	r := newRig(t)
	r.setup.Machine.Open = func(context.Context, string) error { return errors.New("no display") }
	c, err := open(r.setup)
	if err != nil {
		t.Fatal(err)
	}
	b, ok := c.(*credential)
	if !ok {
		t.Fatal("another credential")
	}
	b.patience = 10 * time.Millisecond
	_, err = b.SignIn(context.Background(), login.Prompt{Err: &r.said, Until: func(time.Time) {}})
	if fault.KindOf(err) != fault.Cancelled || !strings.Contains(strings.Join(fault.Hints(err), "\n"), "--login devicecode") {
		t.Errorf("got %v, %q", err, fault.Hints(err))
	}
	if !strings.Contains(r.said.String(), "/oauth2/v2.0/authorize?") {
		t.Errorf("the person was not told where to go: %s", r.said.String())
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err = b.SignIn(ctx, login.Prompt{Err: &r.said, Until: func(time.Time) {}}); err == nil || err.Error() != "cancelled" {
		t.Errorf("got %v", err)
	}
}

func TestRedirectURL(t *testing.T) {
	for s, want := range map[string]string{
		"": "{localhost 0 }", "http://localhost:8400": "{localhost 8400 }", "http://localhost:8400/cb": "{localhost 8400 /cb}",
		"http://127.0.0.1": "{127.0.0.1 0 }", "http://[::1]:1": "{::1 1 }",
	} {
		if got, err := parseTarget(s); err != nil || fmt.Sprint(got) != want {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"https://localhost", "http://evil.example", "http://localhost.evil.example", "http://10.0.0.1:80", "localhost:80",
		"http://localhost:99999", "http://x@localhost", "http://localhost/?a=b", "://"} {
		if got, err := parseTarget(s); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v, %v", s, got, err)
		}
	}
}
