package arm_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/arm"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// cloud is a sandbox and a client that trusts it.
type cloud struct {
	t      *testing.T
	s      *sandbox.Sandbox
	client *http.Client
	tokens map[string]string
	sub    string
	header string // of every request: "If-Match: *"
}

const armScope = "https://management.core.windows.net/"

func start(t *testing.T, clusters arm.ClusterHost) *cloud {
	t.Helper()
	return startWith(t, sandbox.Options{Clusters: clusters})
}

func startWith(t *testing.T, o sandbox.Options) *cloud {
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
	return &cloud{t: t, s: s, client: &http.Client{Transport: transport}, tokens: map[string]string{}, sub: "/subscriptions/" + s.Info().Subscription}
}

func (c *cloud) token(who, resource string) string {
	c.t.Helper()
	client := string(entra.AzureCLI)
	token, err := c.s.Token(who, client, resource)
	if err != nil {
		c.t.Fatal(err)
	}
	return token
}

// foreignToken is for ARM, of somebody in the other tenant.
func (c *cloud) foreignToken() string {
	c.t.Helper()
	_, err := c.s.Directory().Tenants()[1].CreateUser(directory.User{UserPrincipalName: "zoe@fabrikam.com", DisplayName: "Zoe", AccountEnabled: true})
	if err != nil {
		c.t.Fatal(err)
	}
	return c.token("zoe", armScope)
}

type answer struct {
	status int
	header http.Header
	doc    map[string]any
	raw    string
}

func (a answer) code() string {
	e, wrapped := a.doc["error"].(map[string]any)
	if !wrapped && a.status >= 400 { // AKS itself
		e = a.doc
	}
	code, _ := e["code"].(string)
	return code
}

// get walks into the document: "properties.aadProfile.managed".
func (a answer) get(path string) any {
	var v any = a.doc
	for name := range strings.SplitSeq(path, ".") {
		m, _ := v.(map[string]any)
		v = m[name]
	}
	return v
}

// do sends a request as somebody; a path without api-version gets one.
func (c *cloud) do(who, method, path, body string) answer {
	c.t.Helper()
	if !strings.Contains(path, "://") {
		path = c.s.Info().Endpoints.ARM + path
	}
	if !strings.Contains(path, "?") {
		path += "?api-version=2025-02-01"
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if name, value, ok := strings.Cut(c.header, ": "); ok {
		req.Header.Set(name, value)
	}
	switch {
	case strings.HasPrefix(who, "raw "):
		req.Header.Set("Authorization", who[4:])
	case who != "":
		if c.tokens[who] == "" {
			c.tokens[who] = c.token(who, armScope)
		}
		req.Header.Set("Authorization", "Bearer "+c.tokens[who])
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
		if err := json.Unmarshal(raw, &a.doc); err != nil && !json.Valid(raw) { // a list leaves doc empty
			c.t.Fatalf("%s %s: %q is not JSON", method, path, raw)
		}
	}
	return a
}

func (c *cloud) want(a answer, status int, code string) answer {
	c.t.Helper()
	if a.status != status || a.code() != code {
		c.t.Fatalf("status %d %s, want %d %s: %s", a.status, a.code(), status, code, a.raw)
	}
	return a
}

// finish polls an operation to its end.
func (c *cloud) finish(a answer) answer {
	c.t.Helper()
	where := a.header.Get("Azure-AsyncOperation")
	for range 500 {
		op := c.do("admin", "GET", where, "")
		if op.status != http.StatusOK {
			c.t.Fatalf("operation at %s: %s", where, op.raw)
		}
		if op.doc["status"] != "InProgress" {
			return op
		}
		time.Sleep(2 * time.Millisecond)
	}
	c.t.Fatal("the operation does not end")
	return answer{}
}

// vanish polls what Location names to its end.
func (c *cloud) vanish(a answer) {
	c.t.Helper()
	for range 500 {
		if r := c.do("admin", "GET", a.header.Get("Location"), ""); r.status != http.StatusAccepted {
			c.want(r, 204, "")
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	c.t.Fatal("the operation does not end")
}

const adminGroup = "aaaaaaaa-0000-4000-8000-000000000001"

// managed is a PUT body with other properties laid over.
func managed(over map[string]any) string {
	properties := map[string]any{
		"dnsPrefix":         "aks1-dns",
		"agentPoolProfiles": []any{map[string]any{"name": "nodepool1", "count": 1, "vmSize": "Standard_DS2_v2", "mode": "System"}},
		"aadProfile":        map[string]any{"managed": true, "adminGroupObjectIDs": []string{adminGroup}},
	}
	maps.Copy(properties, over)
	raw, _ := json.Marshal(map[string]any{"location": "East US", "identity": map[string]any{"type": "SystemAssigned"},
		"tags": map[string]string{"kubectl-aad": "managed"}, "properties": properties})
	return string(raw)
}

func legacy(secret string) map[string]any {
	p := map[string]any{"clientAppID": directory.ID("c"), "serverAppID": directory.ID("s")}
	if secret != "" {
		p["serverAppSecret"] = secret
	}
	return map[string]any{"aadProfile": p}
}

func (c *cloud) group(name string) string {
	c.t.Helper()
	c.want(c.do("admin", "PUT", c.sub+"/resourcegroups/"+name, `{"location":"eastus"}`), 201, "")
	return c.sub + "/resourceGroups/" + name
}
