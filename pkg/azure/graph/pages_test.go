package graph

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

func TestPagesAreFollowedOnTheSameHostOnly(t *testing.T) {
	var host string
	next := map[string]string{}
	s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
		link := next[r.query]
		if n == 0 {
			link = host + "/v1.0/oauth2PermissionGrants?$skiptoken=2"
		}
		fmt.Fprintf(w, `{"value":[{"id":"%d"}]`, n)
		if link != "" {
			fmt.Fprintf(w, `,"@odata.nextLink":%q`, link)
		}
		io.WriteString(w, "}")
	})
	host = s.URL
	grants, err := s.client(t, nil).ScopeGrants(t.Context(), "it's")
	if err != nil || len(grants) != 2 || grants[1].ID != "1" {
		t.Fatalf("%+v, %v", grants, err)
	}
	if q := s.seen[0].query; q != "%24filter=clientId%20eq%20%27it%27%27s%27" {
		t.Errorf("filter sent as %q", q)
	}
	next["$skiptoken=2"] = "https://evil.example.com/v1.0/x"
	s.mu.Lock()
	s.seen = nil
	s.mu.Unlock()
	if grants, err = s.client(t, nil).ScopeGrants(t.Context(), "c"); err == nil || grants != nil {
		t.Errorf("a foreign link: %+v, %v", grants, err)
	}
}

func TestPrincipalsInBatches(t *testing.T) {
	s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
		var in struct {
			Requests []struct {
				ID   string
				Body struct{ IDs, Types []string }
			}
		}
		if err := json.Unmarshal([]byte(r.body), &in); err != nil || len(in.Requests) != 3 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		io.WriteString(w, `{"responses":[`)
		for i, q := range in.Requests {
			if len(q.Body.IDs) > 1000 || len(q.Body.Types) != 3 {
				t.Errorf("%d ids of %q", len(q.Body.IDs), q.Body.Types)
			}
			fmt.Fprintf(w, `%s{"id":%q,"status":200,"body":{"value":[{"@odata.type":"#microsoft.graph.user","id":"U%s","displayName":"U","userPrincipalName":"c_x.com#EXT#@y"},
			{"@odata.type":"#microsoft.graph.group","id":"G","securityEnabled":true},{"@odata.type":"#microsoft.graph.device","id":"D"},
			{"@odata.type":"#microsoft.graph.servicePrincipal","id":"S","appId":"APP","accountEnabled":false}]}}`, ","[:min(i, 1)], q.ID, q.ID)
		}
		io.WriteString(w, "]}")
	})
	ids := make([]entra.ObjectID, 2001)
	got, err := s.client(t, nil).Principals(t.Context(), ids)
	if err != nil || len(s.seen) != 1 || len(got) != 9 {
		t.Fatalf("%d requests, %d principals, %v", len(s.seen), len(got), err)
	}
	want := []entra.Principal{
		{ID: "u2", Kind: entra.User, Tenant: tenantID, Name: "U", UPN: "c_x.com#EXT#@y", External: true},
		{ID: "g", Kind: entra.Group, Tenant: tenantID, SecurityEnabled: true},
		{ID: "s", Kind: entra.ServicePrincipal, Tenant: tenantID, ClientID: "app", Disabled: true},
	}
	for i, p := range got[6:] {
		if p != want[i] {
			t.Errorf("%+v, want %+v", p, want[i])
		}
	}
	if got, err := s.client(t, nil).Principals(t.Context(), nil); err != nil || got != nil || len(s.seen) != 1 {
		t.Errorf("nobody: %v, %v, %d requests", got, err, len(s.seen))
	}
}

func TestMembersAreBoundInTwenties(t *testing.T) {
	s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
		if strings.Count(r.body, "/directoryObjects/") > 20 {
			w.WriteHeader(http.StatusBadRequest)
		} else if r.method == http.MethodPost {
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"id":"g","displayName":"Über Admins","securityEnabled":true}`)
		} else {
			w.WriteHeader(http.StatusNoContent)
		}
	})
	members := make([]entra.ObjectID, 45)
	p, err := s.client(t, nil).CreateGroup(t.Context(), "Über Admins", members)
	if err != nil || p.ID != "g" || !p.SecurityEnabled || len(s.seen) != 3 {
		t.Fatalf("%+v, %v, %d requests", p, err, len(s.seen))
	}
	if !strings.Contains(s.seen[0].body, `"mailNickname":"berAdmins"`) || s.seen[2].path != "/v1.0/groups/g" {
		t.Errorf("%+v", s.seen)
	}
}
