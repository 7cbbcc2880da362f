package graph_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestReplicationDelay(t *testing.T) {
	now := time.Now()
	c := start(t, sandbox.Options{ReplicationDelay: 2 * time.Second, Now: func() time.Time { return now }})
	app := c.want(201, "", "admin", "POST", "/applications", `{"displayName":"server"}`)
	sp := fmt.Sprintf(`{"appId":%q}`, app.text("appId"))
	c.want(404, "Request_ResourceNotFound", "admin", "GET", "/applications/"+app.text("id"), "")
	early := c.want(400, "Request_BadRequest", "admin", "POST", "/servicePrincipals", sp)
	if !strings.Contains(early.text("error.message"), "does not reference a valid application object") {
		t.Errorf("message %q", early.text("error.message"))
	}
	now = now.Add(2 * time.Second)
	c.want(200, "", "admin", "GET", "/applications/"+app.text("id"), "")
	made := c.want(201, "", "admin", "POST", "/servicePrincipals", sp).text("id")

	graph := c.servicePrincipal(entra.MicrosoftGraph)
	grant := fmt.Sprintf(`{"clientId":%q,"consentType":"AllPrincipals","resourceId":%q,"scope":"User.Read"}`, made, graph)
	role := fmt.Sprintf(`{"principalId":%q,"resourceId":%q,"appRoleId":%q}`, made, graph, entra.DirectoryReadAllApp)
	if a := c.want(404, "Request_ResourceNotFound", "admin", "POST", "/oauth2PermissionGrants", grant); !strings.Contains(a.raw, "does not exist or one of its queried reference-property objects are not present") {
		t.Errorf("grant: %s", a.raw)
	}
	if a := c.want(400, "Request_BadRequest", "admin", "POST", "/servicePrincipals/"+graph+"/appRoleAssignedTo", role); !strings.Contains(a.raw, "Not a valid reference update") {
		t.Errorf("role: %s", a.raw)
	}
	secret := c.want(200, "", "admin", "POST", "/applications/"+app.text("id")+"/addPassword", `{}`).text("keyId")
	seen := func() bool {
		return strings.Contains(c.want(200, "", "admin", "GET", "/applications/"+app.text("id"), "").raw, secret)
	}
	if seen() {
		t.Error("the secret is seen at once")
	}
	now = now.Add(2 * time.Second)
	if !seen() {
		t.Error("the secret is never seen")
	}
	c.want(201, "", "admin", "POST", "/oauth2PermissionGrants", grant)
	c.want(201, "", "admin", "POST", "/servicePrincipals/"+graph+"/appRoleAssignedTo", role)
}

// Requests on the public host get links and contexts on it.
func TestLinksFollowTheHost(t *testing.T) {
	c := start(t, sandbox.Options{})
	req, err := http.NewRequestWithContext(t.Context(), "GET", c.s.Info().Endpoints.Graph+"/v1.0//users?$top=2&$select=id", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "graph.microsoft.com"
	req.Header.Set("Authorization", "Bearer "+c.token("alice"))
	resp, err := c.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var page map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&page); err != nil {
		t.Fatal(err)
	}
	link, _ := page["@odata.nextLink"].(string)
	u, err := url.Parse(link)
	if err != nil || u.Host != "graph.microsoft.com" || u.Query().Get("$select") != "id" {
		t.Errorf("nextLink %q", link)
	}
	if on, _ := page["@odata.context"].(string); on != "https://graph.microsoft.com/v1.0/$metadata#users(id)" {
		t.Errorf("context %q", on)
	}
}

// Kiota's clients compress what they send.
func TestCompressedBody(t *testing.T) {
	c := start(t, sandbox.Options{})
	var body bytes.Buffer
	w := gzip.NewWriter(&body)
	if _, err := w.Write([]byte(`{"displayName":"small"}`)); err != nil || w.Close() != nil {
		t.Fatal("cannot compress")
	}
	defer c.with("Content-Encoding", "gzip")()
	if a := c.want(201, "", "alice", "POST", "/applications", body.String()); a.text("displayName") != "small" {
		t.Errorf("application %s", a.raw)
	}
	c.want(400, "BadRequest", "alice", "POST", "/applications", "{}")
	defer c.with("Content-Encoding", "br")()
	c.want(415, "UnsupportedMediaType", "alice", "POST", "/applications", "{}")
}

// Filters of many clients at once, while the directory changes.
func TestManyAtOnce(t *testing.T) {
	c := start(t, sandbox.Options{})
	c.token("admin")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			a := c.do("admin", "POST", "/applications", fmt.Sprintf(`{"displayName":"app-%d"}`, i))
			for _, path := range []string{"/applications?$filter=startswith(displayName,'app-')", "/users?$top=2", "/groups/" + c.id("platform-team") + "/members"} {
				if got := c.do("admin", "GET", path, ""); got.status != 200 {
					t.Errorf("%s: %s", path, got.raw)
				}
			}
			if got := c.do("admin", "PATCH", "/applications/"+a.text("id"), `{"tags":["x"]}`); got.status != 204 {
				t.Errorf("PATCH: %s", got.raw)
			}
		})
	}
	wg.Wait()
	if got := c.want(200, "", "admin", "GET", "/applications?$filter=startswith(displayName,'app-') and tags/any(t:t eq 'x')", ""); len(got.rows()) != 8 {
		t.Errorf("%d applications, want 8", len(got.rows()))
	}
}
