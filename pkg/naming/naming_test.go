package naming

import (
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const (
	alice = "a11ce000-0000-4000-8000-000000000001"
	carol = "ca401000-0000-4000-8000-000000000002"
	bot   = "c1b07000-0000-4000-8000-000000000003"
	team  = "7ea30000-0000-4000-8000-000000000004"
	app   = "5e44e400-0000-4000-8000-000000000005"
	home  = "c0705000-0000-4000-8000-000000000006"
)

var (
	member = entra.Principal{ID: alice, Kind: entra.User, UPN: "Alice@contoso.com", Mail: "a.adler@contoso.com"}
	guest  = entra.Principal{ID: carol, Kind: entra.User, UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com", Mail: "carol@fabrikam.com"}
	client = entra.Principal{ID: bot, Kind: entra.ServicePrincipal, ClientID: app}
)

func rule(t *testing.T, text string) Rule {
	t.Helper()
	r, err := ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Who the API server will see, by rule and token; "" is that it cannot be known
// or that the token is refused.
func TestUser(t *testing.T) {
	const upnElse = "has(claims.upn) ? claims.upn : claims.oid"
	v1, v2 := Token{Version: 1}, Token{Version: 2}
	withUPN := Token{Version: 2, Optional: []string{"idtyp", "upn"}}
	everyUPN := Token{Version: 1, Optional: []string{"upn"}, GuestUPN: guestUPN}
	tests := []struct {
		rule                string
		token               Token
		alice, carol, cibot string
	}{
		{upnElse, v1, "Alice@contoso.com", carol, bot},
		{upnElse, Token{}, "Alice@contoso.com", carol, bot},
		{upnElse, v2, alice, carol, bot},
		{upnElse, withUPN, "Alice@contoso.com", carol, bot},
		{upnElse, everyUPN, "Alice@contoso.com", guest.UPN, bot},
		{upnElse, Token{GuestUPN: guestUPNWithout}, "Alice@contoso.com", "carol_fabrikam.com_EXT_@contoso.onmicrosoft.com", bot},
		{"claims.oid", v1, alice, carol, bot},
		{"claims.upn", v1, "Alice@contoso.com", "", ""},
		{"claims.upn", v2, "", "", ""},
		{"claims.preferred_username", v2, "Alice@contoso.com", "", ""},
		{"claims.preferred_username", v1, "", "", ""},
		{"claims.unique_name", v1, "Alice@contoso.com", "", ""},
		{"claims.email", Token{Optional: []string{"email"}}, "a.adler@contoso.com", "", ""},
		{"claims.sub", v1, "", "", bot},
		{"claims.appid", v1, "", "", app},
		{"claims.azp", v2, "", "", app},
		{`has(claims.employeeid) ? claims.employeeid : claims.oid`, v1, "", "", ""},
		{`"entra:" + (` + upnElse + `)`, v1, "entra:Alice@contoso.com", "entra:" + carol, "entra:" + bot},
		{`has(claims.upn) ? "u:" + claims.upn : "o:" + claims.oid`, v1, "u:Alice@contoso.com", "o:" + carol, "o:" + bot},
	}
	for _, tt := range tests {
		n := Naming{Username: rule(t, tt.rule), Token: tt.token}
		for who, want := range map[*entra.Principal]string{&member: tt.alice, &guest: tt.carol, &client: tt.cibot} {
			got, _, err := n.User(*who)
			if want == "" && (err == nil || fault.KindOf(err) != fault.Config) || want != "" && (err != nil || got != want) {
				t.Errorf("%s, tokens %+v: %s is %q, %v", tt.rule, tt.token, who.ID, got, err)
			}
		}
	}
}

func TestIdentity(t *testing.T) {
	many := make([]entra.ObjectID, room+1)
	for i := range many {
		many[i] = team
	}
	aks, _ := Of(AKS)
	plain := Naming{Kind: Config, Username: upnElseOID, Groups: Groups{Claim: "groups", Prefix: "entra:"}}
	none := Naming{Kind: OIDC, Username: upnElseOID}
	silent := aks
	silent.Token = TokenOf(entra.Application{})
	id, err := plain.Identity(member, []entra.ObjectID{team})
	if want := (Identity{Username: "Alice@contoso.com", Groups: []string{"system:authenticated", "entra:" + team}}); err != nil || !reflect.DeepEqual(id, want) {
		t.Errorf("%+v, %v", id, err)
	}
	for _, tt := range []struct {
		n      Naming
		p      entra.Principal
		in     []entra.ObjectID
		groups int
		says   string
	}{
		{aks, member, many, len(many) + 1, ""}, {aks, client, many[:room], room + 1, ""}, {aks, client, many, 1, "more than a token has room for"},
		{plain, member, many, 1, ""}, {none, member, many[:1], 1, ""}, {silent, member, many[:1], 1, ""},
	} {
		id, err := tt.n.Identity(tt.p, tt.in)
		if len(id.Groups) != tt.groups || (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s, %s in %d: %d groups, %v", tt.n.Kind, tt.p.ID, len(tt.in), len(id.Groups), err)
		}
		if oid := id.Extra["oid"]; tt.n.Extra == "oid" && !reflect.DeepEqual(oid, []string{string(tt.p.ID)}) {
			t.Errorf("%s: extra %v", tt.n.Kind, id.Extra)
		}
	}
	if _, err := none.Group(team); fault.KindOf(err) != fault.Config || err == nil {
		t.Errorf("a group without groups: %v", err)
	}
}

func TestPrefixes(t *testing.T) {
	empty, other := "", "x:"
	n := Naming{Username: rule(t, `has(claims.upn) ? "a:" + claims.upn : "a:b:" + claims.oid`), Groups: Groups{"groups", "g:"}}
	for name, want := range map[string]string{"a:alice": "alice", "a:b:1": "1", "alice": "alice", "g:alice": "g:alice"} {
		if got := n.Bare(false, name); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	if n.Bare(true, "g:1") != "1" {
		t.Error(n.Bare(true, "g:1"))
	}
	changed := n.WithPrefixes(&other, &empty)
	if got, _, _ := changed.User(guest); got != "x:"+carol || changed.Groups.Prefix != "" || n.Username[0].Prefix != "a:" {
		t.Errorf("%+v from %+v", changed, n)
	}
	if _, err := Of("guard"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "aks, apps, aks-jwt") {
		t.Error(err)
	}
}
