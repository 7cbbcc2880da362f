package login_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func TestMemberV1(t *testing.T) {
	r := newRig(t, 0)
	a := r.signIn("alice", entra.AKSClient, aksScope+" openid")
	c := r.claims(a.Access)
	alice, _ := r.contoso.Person("alice")
	for name, want := range map[string]any{
		"iss": "https://sts.windows.net/" + string(r.contoso.ID) + "/", "aud": string(entra.AKSServer), "ver": "1.0",
		"upn": "alice@contoso.com", "unique_name": "alice@contoso.com", "oid": string(alice.ID), "tid": string(r.contoso.ID),
		"appid": string(entra.AKSClient), "appidacr": "0", "scp": "user_impersonation", "name": "Alice Adler",
	} {
		if c[name] != want {
			t.Errorf("%s = %v, want %v", name, c[name], want)
		}
	}
	if groups := texts(c["groups"]); len(groups) != 2 { // platform-oncall, and platform-team around it
		t.Errorf("groups %v", groups)
	}
	for _, name := range []string{"idp", "idtyp", "azp", "preferred_username", "_claim_names"} {
		if v, ok := c[name]; ok {
			t.Errorf("%s = %v should not be there", name, v)
		}
	}
	id := decode(t, a.ID)
	if id["aud"] != string(entra.AKSClient) || id["iss"] != "https://login.microsoftonline.com/"+string(r.contoso.ID)+"/v2.0" || id["preferred_username"] != "alice@contoso.com" {
		t.Errorf("id token %v", id)
	}
}

func TestGuest(t *testing.T) {
	r := newRig(t, 0)
	c := r.claims(r.signIn("carol", entra.AKSClient, aksScope).Access)
	fabrikam := r.directory.Tenants()[1]
	if upn, ok := c["upn"]; ok {
		t.Errorf("a guest has upn %v", upn)
	}
	if c["idp"] != "https://sts.windows.net/"+string(fabrikam.ID)+"/" || c["email"] != "carol@fabrikam.com" ||
		c["unique_name"] != "carol@fabrikam.com" || c["tid"] != string(r.contoso.ID) {
		t.Errorf("claims %v", c)
	}
	if len(texts(c["groups"])) != 1 {
		t.Errorf("groups %v", c["groups"])
	}
}

func TestOverage(t *testing.T) {
	r := newRig(t, 0)
	c := r.claims(r.signIn("bob", entra.AKSClient, aksScope).Access)
	if _, ok := c["groups"]; ok {
		t.Error("groups in the token of somebody in 250")
	}
	bob, _ := r.contoso.Person("bob")
	want := fmt.Sprintf("https://graph.windows.net/%s/users/%s/getMemberObjects", r.contoso.ID, bob.ID)
	names, sources := c["_claim_names"].(map[string]any), c["_claim_sources"].(map[string]any)
	if names["groups"] != "src1" || sources["src1"].(map[string]any)["endpoint"] != want {
		t.Errorf("_claim_names %v, _claim_sources %v", names, sources)
	}
}

func TestServerAppDecides(t *testing.T) {
	r := newRig(t, 0)
	two, all, hash := 2, "All", "include_externally_authenticated_upn"
	for _, tc := range []struct {
		name, who string
		change    func(server, client *directory.Application)
		check     func(c map[string]any, server *directory.Application) bool
	}{
		{"v2", "alice", func(s, _ *directory.Application) { s.API.RequestedAccessTokenVersion = &two },
			func(c map[string]any, s *directory.Application) bool {
				_, upn := c["upn"]
				return c["ver"] == "2.0" && c["aud"] == string(s.AppID) && strings.HasSuffix(c["iss"].(string), "/v2.0") &&
					c["preferred_username"] == "alice@contoso.com" && c["azpacr"] == "0" && !upn && c["appid"] == nil
			}},
		{"no groups asked for", "alice", func(s, _ *directory.Application) { s.GroupMembershipClaims = nil },
			func(c map[string]any, _ *directory.Application) bool { return c["groups"] == nil && c["wids"] == nil }},
		{"all groups", "alice", func(s, _ *directory.Application) { s.GroupMembershipClaims = &all },
			func(c map[string]any, _ *directory.Application) bool {
				return len(texts(c["groups"])) == 3 && slices.Contains(texts(c["wids"]), directory.OrdinaryUser)
			}},
		{"wids of the admin", "admin", func(s, _ *directory.Application) { s.GroupMembershipClaims = &all },
			func(c map[string]any, _ *directory.Application) bool {
				return slices.Contains(texts(c["wids"]), directory.GlobalAdministrator)
			}},
		{"idtyp is for applications", "alice", optional("idtyp"),
			func(c map[string]any, _ *directory.Application) bool { return c["idtyp"] == nil }},
		{"idtyp for users on request", "alice", optional("idtyp", "include_user_token"),
			func(c map[string]any, _ *directory.Application) bool { return c["idtyp"] == "user" }},
		{"upn of a guest on request", "carol", optional("upn", hash),
			func(c map[string]any, _ *directory.Application) bool {
				return c["upn"] == "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"
			}},
		{"acct of a guest", "carol", optional("acct"),
			func(c map[string]any, _ *directory.Application) bool { return c["acct"] == 1.0 }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			a := r.apps(tc.change)
			got := r.signIn(tc.who, a.client.AppID, string(a.server.AppID)+"/.default")
			if got.Access == "" {
				t.Fatal(got.Description)
			}
			if c := r.claims(got.Access); !tc.check(c, a.server) {
				t.Errorf("claims %v", c)
			}
		})
	}
}

func optional(name string, properties ...string) func(server, client *directory.Application) {
	return func(s, _ *directory.Application) {
		s.OptionalClaims = &directory.OptionalClaims{AccessToken: []directory.OptionalClaim{{Name: name, AdditionalProperties: properties}}}
	}
}

func texts(v any) []string {
	list, _ := v.([]any)
	var out []string
	for _, x := range list {
		out = append(out, fmt.Sprint(x))
	}
	return out
}
