package graph_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// cloud is a sandbox and a client that trusts it.
type cloud struct {
	t      *testing.T
	s      *sandbox.Sandbox
	home   *directory.Tenant
	client *http.Client
	header http.Header // of every request
	tokens map[string]string
}

func start(t *testing.T, o sandbox.Options) *cloud {
	t.Helper()
	o.Dir = t.TempDir()
	s, err := sandbox.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	ca, err := os.ReadFile(s.Info().CA)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	t.Cleanup(transport.CloseIdleConnections)
	return &cloud{t: t, s: s, home: s.Directory().Tenants()[0], client: &http.Client{Transport: transport},
		header: http.Header{}, tokens: map[string]string{}}
}

func (c *cloud) token(who string) string {
	c.t.Helper()
	if c.tokens[who] == "" {
		token, err := c.s.Token(who, string(entra.AzureCLI), "https://graph.microsoft.com")
		if err != nil {
			c.t.Fatal(err)
		}
		c.tokens[who] = token
	}
	return c.tokens[who]
}

type answer struct {
	status int
	header http.Header
	doc    map[string]any
	raw    string
}

func (a answer) code() string { s, _ := a.get("error.code").(string); return s }

// get walks into the document: "api.oauth2PermissionScopes".
func (a answer) get(path string) any {
	if strings.HasPrefix(path, "@") {
		return a.doc[path]
	}
	return walk(a.doc, strings.Split(path, "."))
}

func walk(v any, path []string) any {
	for _, name := range path {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

func (a answer) text(path string) string { s, _ := a.get(path).(string); return s }

// rows is the list of a collection.
func (a answer) rows() []map[string]any {
	var out []map[string]any
	list, _ := a.doc["value"].([]any)
	for _, v := range list {
		m, _ := v.(map[string]any)
		out = append(out, m)
	}
	return out
}

// names are the display names in a collection.
func (a answer) names() string {
	var out []string
	for _, r := range a.rows() {
		out = append(out, fmt.Sprint(r["displayName"]))
	}
	return strings.Join(out, ", ")
}

// do sends a request as somebody ("raw …" is an Authorization header, "" none).
func (c *cloud) do(who, method, path, body string) answer {
	c.t.Helper()
	if !strings.HasPrefix(path, "https://") {
		path = c.s.Info().Endpoints.Graph + "/v1.0" + strings.ReplaceAll(path, " ", "%20")
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	maps.Copy(req.Header, c.header)
	if raw, ok := strings.CutPrefix(who, "raw "); ok {
		req.Header.Set("Authorization", raw)
	} else if who != "" {
		req.Header.Set("Authorization", "Bearer "+c.token(who))
	}
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	a := answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	if len(raw) > 0 {
		if err := json.Unmarshal(raw, &a.doc); err != nil {
			c.t.Fatalf("%s %s: %q is not JSON", method, path, raw)
		}
	}
	return a
}

// text sends a GET whose answer is not JSON.
func (c *cloud) text(who, path string) string {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), "GET", c.s.Info().Endpoints.Graph+"/v1.0"+strings.ReplaceAll(path, " ", "%20"), nil)
	if err != nil {
		c.t.Fatal(err)
	}
	maps.Copy(req.Header, c.header)
	req.Header.Set("Authorization", "Bearer "+c.token(who))
	resp, err := c.client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return string(raw)
}

// want sends a request and is content with one answer only.
func (c *cloud) want(status int, code, who, method, path, body string) answer {
	c.t.Helper()
	a := c.do(who, method, path, body)
	if a.status != status || a.code() != code {
		c.t.Fatalf("%s %s %s: %d %q, want %d %q: %s", who, method, path, a.status, a.code(), status, code, a.raw)
	}
	return a
}

// with sets a header for the requests until the returned function is called.
func (c *cloud) with(name, value string) func() {
	c.header.Set(name, value)
	return func() { c.header.Del(name) }
}

type row struct {
	who, method, path, body string
	status                  int
	code                    string
}

func (c *cloud) table(rows []row) {
	c.t.Helper()
	for _, r := range rows {
		if a := c.do(r.who, r.method, r.path, r.body); a.status != r.status || a.code() != r.code {
			c.t.Errorf("%s %s %s %.80s: %d %q, want %d %q: %s", r.who, r.method, r.path, r.body, a.status, a.code(), r.status, r.code, a.raw)
		}
	}
}

func (c *cloud) id(name string) string {
	c.t.Helper()
	for _, u := range c.s.Info().Users {
		if u.Name == name {
			return string(u.ObjectID)
		}
	}
	for _, g := range c.s.Info().Groups {
		if g.DisplayName == name {
			return string(g.ObjectID)
		}
	}
	c.t.Fatalf("nobody is called %s", name)
	return ""
}

func (c *cloud) servicePrincipal(id entra.ClientID) string {
	c.t.Helper()
	sp, ok := c.home.ServicePrincipalByAppID(id)
	if !ok {
		c.t.Fatalf("no service principal of %s", id)
	}
	return string(sp.ID)
}

const unknown = "aaaaaaaa-0000-4000-8000-000000000001"

func sorted(s string) string {
	list := strings.Split(s, ", ")
	slices.Sort(list)
	return strings.Join(list, ", ")
}
