package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestUsers(t *testing.T) {
	c := start(t, sandbox.Options{})
	const carol = "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"
	inPath := strings.ReplaceAll(carol, "#", "%23")
	for path, want := range map[string]string{
		"/users/alice@contoso.com":       "alice",
		"/users/ALICE@contoso.com":       "alice",
		"/users/" + c.id("alice"):        "alice",
		"/users/" + inPath:               "carol",
		"/users('" + inPath + "')":       "carol",
		"/users('alice%40contoso.com')/": "alice",
		"/me":                            "alice",
	} {
		if got := c.want(200, "", "alice", "GET", path, ""); got.text("id") != c.id(want) {
			t.Errorf("%s: %s", path, got.raw)
		}
	}
	plain := c.want(200, "", "alice", "GET", "/users/"+inPath, "")
	for _, key := range []string{"userType", "creationType", "externalUserState", "identities", "accountEnabled", "otherMails"} {
		if _, there := plain.doc[key]; there {
			t.Errorf("%s is shown without $select", key)
		}
	}
	if list, ok := plain.get("businessPhones").([]any); !ok || len(list) != 0 || plain.text("userPrincipalName") != carol {
		t.Errorf("guest %s", plain.raw)
	}
	guest := c.want(200, "", "alice", "GET", "/users/"+inPath+"?$select=id,userType,creationType,externalUserState,identities,accountEnabled,department", "")
	if guest.text("userType") != "Guest" || guest.text("creationType") != "Invitation" || guest.text("externalUserState") != "Accepted" ||
		guest.get("accountEnabled") != true || len(guest.doc) != 8 || !strings.Contains(guest.raw, `"issuer":"ExternalAzureAD"`) {
		t.Errorf("guest %s", guest.raw)
	}
	c.table([]row{
		{"alice", "GET", "/users/carol@fabrikam.com", "", 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/users/" + unknown, "", 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/users/" + c.id("auditors"), "", 404, "Request_ResourceNotFound"},
		{"alice", "GET", "/users/alice@contoso.com?$select=color", "", 400, "BadRequest"},
		{"alice", "GET", "/users?$top=1000", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$orderby=officeLocation", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$filter=jobTitle", "", 400, "BadRequest"},
		{"alice", "GET", "/users?$filter=officeLocation eq 'x'", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$filter=accountEnabled eq 'true'", "", 400, "BadRequest"},
		{"alice", "GET", "/users?$filter=startswith(userType,'x')", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$filter=endsWith(mail,'x')", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$filter=mail ne 'x'", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$filter=identities/any(i:i/issuer eq 'x')", "", 400, "Request_UnsupportedQuery"},
		{"alice", "GET", "/users?$filter=mail in (" + strings.Repeat("'x',", 15) + "'x')", "", 400, "Request_UnsupportedQuery"},
	})
}

func TestUserFilters(t *testing.T) {
	c := start(t, sandbox.Options{})
	defer c.with("ConsistencyLevel", "eventual")()
	for filter, want := range map[string]string{
		"mail eq 'carol@fabrikam.com'": "Carol Fischer",
		"mail eq 'x' or otherMails/any(m:m eq 'carol@fabrikam.com') or userPrincipalName eq 'carol_fabrikam.com%23EXT%23@contoso.onmicrosoft.com'": "Carol Fischer",
		"userPrincipalName in ('alice@contoso.com', 'bob@contoso.com')":                                                                            "Alice Adler, Bob Brenner",
		"userType eq 'Guest'":                               "Carol Fischer",
		"accountEnabled eq false":                           "Dave Diaz",
		"startswith(displayName,'B')":                       "Bob Brenner",
		"endswith(mail,'@fabrikam.com')":                    "Carol Fischer",
		"userType ne 'Member'":                              "Carol Fischer",
		"not(userType eq 'Member')":                         "Carol Fischer",
		"displayName eq 'O''Neil'":                          "",
		"proxyAddresses/any(p:p eq 'SMTP:bob@contoso.com')": "Bob Brenner",
		"identities/any(i:i/issuer eq 'contoso.onmicrosoft.com' and i/issuerAssignedId eq 'erin@contoso.com')": "Erin Engel",
	} {
		a := c.want(200, "", "alice", "GET", "/users?$count=true&$filter="+filter, "")
		if got := sorted(a.names()); got != want || a.get("@odata.count") != float64(len(a.rows())) {
			t.Errorf("%s: %q of %v, want %q", filter, got, a.get("@odata.count"), want)
		}
	}
}

func TestPaging(t *testing.T) {
	c := start(t, sandbox.Options{})
	seen := map[string]bool{}
	next := "/groups?$top=100&$select=id,displayName&$filter=startswith(displayName,'project-')"
	pages := 0
	for next != "" {
		a := c.want(200, "", "alice", "GET", next, "")
		for _, r := range a.rows() {
			if len(r) != 2 {
				t.Fatalf("row %v", r)
			}
			seen[fmt.Sprint(r["id"])] = true
		}
		pages++
		next = a.text("@odata.nextLink")
	}
	if len(seen) != 250 || pages != 3 {
		t.Errorf("%d groups on %d pages, want 250 on 3", len(seen), pages)
	}
	c.want(400, "Directory_ExpiredPageToken", "alice", "GET", "/groups?$skiptoken=x", "")
}
