package browser

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// rig is a sandbox and a person with a browser.
type rig struct {
	t     *testing.T
	s     *sandbox.Sandbox
	setup login.Setup
	said  strings.Builder
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
	return &rig{t: t, s: s, setup: login.Setup{
		Request: token.Request{Cloud: cloud, Tenant: string(s.Info().Tenants[0].ID), Client: entra.AKSClient, Scope: string(entra.AKSServer) + "/.default",
			Method: "browser", Params: token.Params{}},
		Transport: rt, Now: time.Now,
	}}
}

// signIn runs the method with a browser that does what walk does.
func (r *rig) signIn(walk func(address string) error) (login.Grant, error) {
	r.t.Helper()
	r.setup.Machine.Open = func(_ context.Context, address string) error { return walk(address) }
	c, err := Method().New(r.setup)
	if err != nil {
		r.t.Fatal(err)
	}
	asker, ok := c.(login.Asker)
	if !ok {
		r.t.Fatal("the method cannot ask")
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	return asker.SignIn(ctx, login.Prompt{Err: &r.said, Account: r.setup.Request.Account, Until: func(time.Time) {}})
}

// web is a client that trusts the sandbox and follows redirects.
func (r *rig) web() *http.Client {
	pem, err := os.ReadFile(r.s.Info().CA)
	if err != nil {
		r.t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	return &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
}

// shown is what the browser shows in the end.
type shown struct {
	status int
	header http.Header
	body   string
}

func (r *rig) get(address string) shown {
	resp, err := r.web().Get(address)
	if err != nil {
		r.t.Error(err)
		return shown{}
	}
	return r.read(resp)
}

func (r *rig) read(resp *http.Response) shown {
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Error(err)
	}
	return shown{resp.StatusCode, resp.Header, html.UnescapeString(string(body))}
}

var (
	action = regexp.MustCompile(`<form method="post" action="([^"]+)"`)
	hidden = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// person returns a walk through the sign-in page as who, ending with button; it
// sends the last page to the channel.
func (r *rig) person(who, button string) (func(string) error, chan shown) {
	last := make(chan shown, 1)
	return func(address string) error {
		go func() { last <- r.walk(address, who, button) }()
		return nil
	}, last
}

func (r *rig) walk(address, who, button string) shown {
	resp, err := r.web().Get(address)
	if err != nil {
		r.t.Error(err)
		return shown{}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	m := action.FindSubmatch(body)
	if err != nil || m == nil {
		r.t.Errorf("no sign-in page: %s %v", body, err)
		return shown{}
	}
	form := url.Values{"account": {who}, "button": {button}}
	for _, h := range hidden.FindAllSubmatch(body, -1) {
		form.Set(html.UnescapeString(string(h[1])), html.UnescapeString(string(h[2])))
	}
	to := resp.Request.URL.ResolveReference(&url.URL{Path: html.UnescapeString(string(m[1]))})
	if resp, err = r.web().PostForm(to.String(), form); err != nil {
		r.t.Error(err)
		return shown{}
	}
	return r.read(resp)
}

func secretOf(address, name string) safetext.Secret {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return safetext.Secret(u.Query().Get(name))
}

func toSecret(s string) safetext.Secret { return safetext.Secret(s) }
