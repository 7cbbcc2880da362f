package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestBatch(t *testing.T) {
	c := start(t, sandbox.Options{})
	type step map[string]any
	send := func(status int, code string, steps ...step) map[string]map[string]any {
		t.Helper()
		raw, _ := json.Marshal(map[string]any{"requests": steps})
		a := c.want(status, code, "alice", "POST", "/$batch", string(raw))
		out := map[string]map[string]any{}
		list, _ := a.doc["responses"].([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			out[fmt.Sprint(m["id"])] = m
		}
		return out
	}
	get := func(id, url string, after ...string) step {
		return step{"id": id, "method": "GET", "url": url, "dependsOn": after}
	}
	c.s.ResetRequests()
	out := send(200, "",
		get("1", "/users/bob@contoso.com?$select=id"), get("2", "users/nobody@contoso.com"), get("3", "/nonsense"),
		get("4", "/me", "2"), get("5", "/me", "1"), get("6", "/users?$top=1&$filter=userPrincipalName in ('alice@contoso.com','bob@contoso.com')"),
		step{"id": "7", "method": "POST", "url": "/users/" + c.id("bob") + "/getMemberGroups", "body": step{"securityEnabledOnly": true},
			"headers": map[string]string{"Content-Type": "application/json"}},
		step{"id": "8", "method": "POST", "url": "/groups", "body": step{}})
	for id, want := range map[string]int{"1": 200, "2": 404, "3": 404, "4": 424, "5": 200, "6": 200, "7": 200, "8": 403} {
		if out[id]["status"] != float64(want) {
			t.Errorf("item %s: %v, want %d", id, out[id], want)
		}
	}
	if walk(out["1"], []string{"body", "id"}) != c.id("bob") || walk(out["2"], []string{"body", "error", "code"}) != "Request_ResourceNotFound" {
		t.Errorf("bodies: %v, %v", out["1"], out["2"])
	}
	if link, _ := walk(out["6"], []string{"body", "@odata.nextLink"}).(string); !strings.HasPrefix(link, c.s.Info().Endpoints.Graph+"/v1.0/users?$top=1") {
		t.Errorf("nextLink in a batch: %q", link)
	} else if a := c.want(200, "", "alice", "GET", strings.ReplaceAll(link, " ", "%20"), ""); a.names() != "Bob Brenner" {
		t.Errorf("page 2: %q", a.names())
	}
	for _, n := range c.s.Requests()[:1] {
		if n.Route != "/v1.0/$batch" || n.Count != 1 {
			t.Errorf("counted %+v", n)
		}
	}
	if err := c.s.Fault("graph", "batch-429", 1, ""); err != nil {
		t.Fatal(err)
	}
	out = send(200, "", get("1", "/me"), get("2", "/me"))
	if out["1"]["status"] != float64(429) || walk(out["1"], []string{"headers", "Retry-After"}) != "1" || out["2"]["status"] != float64(200) {
		t.Errorf("throttled: %v", out)
	}
	send(400, "BadRequest", get("1", "/me"), get("1", "/me"))
	send(400, "BadRequest")
	var many []step
	for i := range 21 {
		many = append(many, get(fmt.Sprint(i), "/me"))
	}
	send(400, "MaximumValueExceeded", many...)
	send(200, "", many[:20]...)
}
