package managedidentity

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const server = "6dae42f8-4368-4678-94ff-3960e28e3630"

// near sends every request to one loopback server and remembers where it was
// meant to go.
type near struct {
	*httptest.Server
	meant []string
	forms []url.Values
	seen  []http.Header
}

func (n *near) RoundTrip(req *http.Request) (*http.Response, error) {
	n.meant = append(n.meant, req.Method+" "+req.URL.Scheme+"://"+req.URL.Host+req.URL.Path)
	to, err := url.Parse(n.URL)
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.URL.Scheme, req.URL.Host = "http", to.Host
	return http.DefaultTransport.RoundTrip(req)
}

func startNear(t *testing.T, answer func(http.ResponseWriter, *http.Request)) *near {
	n := &near{}
	n.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		n.forms, n.seen = append(n.forms, r.Form), append(n.seen, r.Header)
		answer(w, r)
	}))
	t.Cleanup(n.Close)
	return n
}

func ask(n *near, client, resource string, env map[string]string) (login.Grant, error) {
	s := login.Setup{Now: func() time.Time { return time.Unix(1000, 0) }, Machine: login.Machine{Near: n, Getenv: func(k string) string { return env[k] }},
		Request: token.Request{Method: "managedidentity", Client: entra.ClientID(client), Scope: server + "/.default", Params: token.Params{}}}
	if resource != "" {
		s.Request.Params["identity-resource-id"] = toSecret(resource)
	}
	c, err := Method().New(s)
	if err != nil {
		return login.Grant{}, err
	}
	return c.Silent(context.Background(), login.Session{})
}

func TestPlaces(t *testing.T) {
	for _, tc := range []struct {
		name, client, resource string
		env                    map[string]string
		meant, form            string
		header                 [2]string
	}{
		{"machine", "", "", nil, "GET http://169.254.169.254/metadata/identity/oauth2/token", "api-version=2018-02-01&resource=" + server, [2]string{"Metadata", "true"}},
		{"one by client id", "c", "", nil, "GET http://169.254.169.254/metadata/identity/oauth2/token", "api-version=2018-02-01&client_id=c&resource=" + server, [2]string{"Metadata", "true"}},
		{"one by resource id", "", "/r", nil, "GET http://169.254.169.254/metadata/identity/oauth2/token", "api-version=2018-02-01&msi_res_id=%2Fr&resource=" + server, [2]string{"Metadata", "true"}},
		{"app service", "", "/r", map[string]string{"IDENTITY_ENDPOINT": "http://127.0.0.1:41/msi/token", "IDENTITY_HEADER": "h"}, "GET http://127.0.0.1:41/msi/token",
			"api-version=2019-08-01&mi_res_id=%2Fr&resource=" + server, [2]string{"X-Identity-Header", "h"}},
		{"cloud shell", "", "", map[string]string{"MSI_ENDPOINT": "http://localhost:50342/oauth2/token"}, "POST http://localhost:50342/oauth2/token", "resource=" + server,
			[2]string{"Metadata", "true"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := startNear(t, func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`{"access_token":"t","expires_on":"5000","expires_in":"60","resource":"x"}`))
			})
			g, err := ask(n, tc.client, tc.resource, tc.env)
			if err != nil || g.Access != "t" || g.Expires.Unix() != 5000 {
				t.Fatalf("got until %v, %v", g.Expires, err)
			}
			if n.meant[0] != tc.meant || n.forms[0].Encode() != tc.form || n.seen[0].Get(tc.header[0]) != tc.header[1] {
				t.Errorf("asked %s with %s %v", n.meant[0], n.forms[0].Encode(), n.seen[0])
			}
		})
	}
}

func TestExpiresInAlone(t *testing.T) {
	n := startNear(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"access_token":"t","expires_in":60}`))
	})
	if g, err := ask(n, "", "", nil); err != nil || g.Expires.Unix() != 1060 {
		t.Errorf("got %v, %v", g.Expires, err)
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
		kind   fault.Kind
		text   string
	}{
		{400, `{"error":"invalid_request","error_description":"Identity not found\u001b[31m"}`, fault.Config, "Identity not found[31m"},
		{404, `<html>`, fault.Config, "404"}, {429, ``, fault.Throttled, "429"}, {500, ``, fault.Network, "500"}, {410, ``, fault.Network, "410"},
		{200, `{}`, fault.Config, "without a token"}, {401, `{"message":"no"}`, fault.Config, "401: no"},
	} {
		n := startNear(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tc.status)
			_, _ = w.Write([]byte(tc.body))
		})
		if _, err := ask(n, "", "", nil); fault.KindOf(err) != tc.kind || !strings.Contains(fmt.Sprint(err), tc.text) {
			t.Errorf("%d %s: %d %v", tc.status, tc.body, fault.KindOf(err), err)
		}
	}
	n := startNear(t, nil)
	n.Close()
	if _, err := ask(n, "", "", nil); fault.KindOf(err) != fault.Network || !strings.Contains(strings.Join(fault.Hints(err), " "), "--login") {
		t.Errorf("got %v", err)
	}
	for _, tc := range []struct {
		client, resource string
		env              map[string]string
	}{{"c", "/r", nil}, {"c", "", map[string]string{"MSI_ENDPOINT": "http://localhost:1"}}} {
		if _, err := ask(n, tc.client, tc.resource, tc.env); fault.KindOf(err) != fault.Usage {
			t.Errorf("got %v", err)
		}
	}
}

// The agent of Azure Arc, or who poses as it, gets no other file than its own.
func TestArcReadsNoOtherFile(t *testing.T) {
	for _, file := range []string{"/etc/passwd", "/var/opt/azcmagent/tokens/../../../../etc/passwd", "/var/opt/azcmagent/tokens/sub/x.key",
		"/var/opt/azcmagent/tokens/x.txt", "", "/var/opt/azcmagent/tokens/absent.key"} {
		n := startNear(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", "Basic realm="+file)
			w.WriteHeader(http.StatusUnauthorized)
		})
		_, err := ask(n, "", "", map[string]string{"IDENTITY_ENDPOINT": "http://localhost:40342/metadata/identity/oauth2/token", "IMDS_ENDPOINT": "http://localhost:40342"})
		if fault.KindOf(err) != fault.Config {
			t.Errorf("%s: %v", file, err)
		}
		for _, h := range n.seen {
			if h.Get("Authorization") != "" {
				t.Errorf("%s was sent", file)
			}
		}
	}
}

func FuzzNumber(f *testing.F) {
	f.Add([]byte(`"5000"`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		body, err := json.Marshal(map[string]any{"access_token": "t", "expires_on": json.RawMessage(raw)})
		if err != nil {
			return
		}
		if _, err := grant(body, time.Now()); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	})
}

func toSecret(s string) safetext.Secret { return safetext.Secret(s) }
