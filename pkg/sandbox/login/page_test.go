package login_test

import (
	"crypto/sha256"
	"encoding/base64"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// browser posts forms as a browser does, from what the page before said.
type browser struct {
	*rig
	at   string // address of the page
	text string
	resp *http.Response
}

func (b *browser) took(resp *http.Response, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
	raw, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		b.Fatal(err)
	}
	b.resp, b.text = resp, string(raw)
	if csp := resp.Header.Get("Content-Security-Policy"); resp.StatusCode < 300 && !strings.Contains(csp, "default-src 'none'") {
		b.Errorf("%s: Content-Security-Policy %q", b.at, csp)
	}
	if strings.Contains(b.text, "<script") {
		b.Errorf("%s has a script", b.at)
	}
}

func (b *browser) open(address string) {
	b.Helper()
	b.at = address
	b.took(b.client.Get(address))
}

var (
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenList = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// submit fills the page's form and presses a button.
func (b *browser) submit(pairs ...string) {
	b.Helper()
	action := formAction.FindStringSubmatch(b.text)
	if action == nil {
		b.Fatalf("no form on %s:\n%s", b.at, b.text)
	}
	form := url.Values{}
	for _, h := range hiddenList.FindAllStringSubmatch(b.text, -1) {
		form.Set(html.UnescapeString(h[1]), html.UnescapeString(h[2]))
	}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	base, err := url.Parse(b.at)
	if err != nil {
		b.Fatal(err)
	}
	next, err := base.Parse(html.UnescapeString(action[1]))
	if err != nil {
		b.Fatal(err)
	}
	b.at = next.String()
	b.took(b.client.PostForm(b.at, form))
}

func (b *browser) sees(text string) {
	b.Helper()
	if !strings.Contains(b.text, text) {
		b.Errorf("%s does not say %q:\n%s", b.at, text, b.text)
	}
}

func TestPage(t *testing.T) {
	r := newRig(t, 0)
	for _, tc := range []struct {
		name   string
		fill   []string
		sees   string
		answer string
	}{
		{"picked", []string{"account", "alice@contoso.com", "button", "continue"}, "You have signed in", ""},
		{"typed", []string{"account", "alice@contoso.com", "other", " BOB@contoso.com ", "button", "continue"}, "You have signed in", ""},
		{"cancelled", []string{"account", "alice@contoso.com", "button", "cancel"}, "Cancelled", "authorization_declined"},
		{"disabled", []string{"account", "dave@contoso.com", "button", "continue"}, "Your account has been disabled", "invalid_grant"},
		{"blocked", []string{"account", "erin@contoso.com", "button", "continue"}, "does not allow this kind of sign-in", "invalid_grant"},
		{"unknown", []string{"other", "mallory@contoso.com", "button", "continue"}, "This account does not exist here", "authorization_pending"},
		{"nobody", []string{"button", "continue"}, "This account does not exist here", "authorization_pending"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := r.start(entra.AKSClient, aksScope)
			b := &browser{rig: r}
			b.open(d.Page)
			b.submit("user_code", "WRONGCODE")
			b.sees("That code did not work")
			b.submit("user_code", d.UserCode)
			b.sees("Azure Kubernetes Service AAD Client")
			b.sees("carol@fabrikam.com")
			b.submit(tc.fill...)
			b.sees(tc.sees)
			if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != tc.answer {
				t.Errorf("the device is told %q, want %q", a.Error, tc.answer)
			}
		})
	}
}

func TestAuthorizationCode(t *testing.T) {
	r := newRig(t, 0)
	verifier := "a-verifier-that-is-long-enough-for-rfc-7636-sections"
	sum := sha256.Sum256([]byte(verifier))
	query := url.Values{"client_id": {string(entra.AzureCLI)}, "response_type": {"code"}, "redirect_uri": {"http://localhost:41234"},
		"scope": {aksScope + " openid offline_access"}, "state": {"st&te"}, "nonce": {"n1"}, "code_challenge_method": {"S256"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}}
	address := r.chassis.Endpoint(wire.Login) + "/organizations/oauth2/v2.0/authorize?"
	code := func() string {
		b := &browser{rig: r}
		b.open(address + query.Encode())
		b.sees("Microsoft Azure CLI")
		b.submit("account", "alice@contoso.com", "button", "continue")
		to, err := url.Parse(b.resp.Header.Get("Location"))
		if err != nil || b.resp.StatusCode != http.StatusFound || to.Host != "localhost:41234" || to.Query().Get("state") != "st&te" {
			t.Fatalf("%d %v %v", b.resp.StatusCode, to, err)
		}
		return to.Query().Get("code")
	}
	redeem := func(code, verifier, redirect string) answer {
		return r.post("/organizations/oauth2/v2.0/token", "grant_type", "authorization_code", "client_id", string(entra.AzureCLI), "code", code,
			"redirect_uri", redirect, "code_verifier", verifier, "scope", aksScope+" openid offline_access")
	}
	c := code()
	if a := redeem(c, "wrong", "http://localhost:41234"); a.code() != 501481 {
		t.Errorf("wrong verifier: %+v", a)
	}
	if a := redeem(c, verifier, "http://localhost:1"); a.code() != 50011 {
		t.Errorf("other redirect: %+v", a)
	}
	a := redeem(c, verifier, "http://localhost:41234")
	if a.status != http.StatusOK || a.Refresh == "" || decode(t, a.ID)["nonce"] != "n1" {
		t.Fatalf("answer %+v", a)
	}
	if a := redeem(c, verifier, "http://localhost:41234"); a.code() != 54005 {
		t.Errorf("twice: %+v", a)
	}
	b := &browser{rig: r}
	query.Set("redirect_uri", "https://evil.example/")
	b.open(address + query.Encode())
	b.sees("AADSTS50011")
	if b.resp.StatusCode != http.StatusBadRequest {
		t.Errorf("unregistered redirect: %d", b.resp.StatusCode)
	}
}
