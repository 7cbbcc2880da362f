package binding

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

const (
	idA entra.ObjectID = "a11ce000-0000-4000-8000-000000000001"
	idB entra.ObjectID = "ca401000-0000-4000-8000-000000000002"
)

var (
	member = entra.Principal{ID: idA, Kind: entra.User, Name: "Alice", UPN: "Alice.O'Hara@Contoso.com", Mail: "alice@contoso.com"}
	guest  = entra.Principal{ID: idB, Kind: entra.User, Name: "Carol", UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com", Mail: "carol@fabrikam.com", External: true}
	group  = entra.Principal{ID: idB, Kind: entra.Group, Name: "Platform Team", SecurityEnabled: true}
	app    = entra.Principal{ID: idA, Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: "c1b07000-0000-4000-8000-00000000000c"}
)

func with(p entra.Principal, change func(*entra.Principal)) entra.Principal {
	change(&p)
	return p
}

func TestSubject(t *testing.T) {
	tests := []struct {
		name   string
		as     Form
		p      entra.Principal
		want   Subject
		reason string
		warns  string
	}{
		{"a member, spelt as in the directory", "", member, Subject{Kind: KindUser, Name: "Alice.O'Hara@Contoso.com"}, "upn: Alice.O'Hara@Contoso.com is a member here", ""},
		{"a guest", "", guest, Subject{Kind: KindUser, Name: string(idB)}, "objectId: carol@fabrikam.com is a guest here, and a guest's tokens carry no upn", ""},
		{"a guest by spelling alone", "", with(guest, func(p *entra.Principal) { p.External = false }), Subject{Kind: KindUser, Name: string(idB)}, "objectId: ", ""},
		{"a guest without mail", "", with(guest, func(p *entra.Principal) { p.Mail = "" }), Subject{Kind: KindUser, Name: string(idB)}, "carol@fabrikam.com is a guest", ""},
		{"a group", "", group, Subject{Kind: KindGroup, Name: string(idB)}, "objectId: ", ""},
		{"an application", "", app, Subject{Kind: KindUser, Name: string(idA)}, "service principal's", ""},
		{"a group stays a group", ByUPN, group, Subject{Kind: KindGroup, Name: string(idB)}, "objectId: ", ""},
		{"an application has no upn", ByUPN, app, Subject{Kind: KindUser, Name: string(idA)}, "objectId: ", ""},
		{"a member by id", ByObjectID, member, Subject{Kind: KindUser, Name: string(idA)}, "as asked for", "is a member here: a cluster that takes the upn"},
		{"a guest by upn", ByUPN, guest, Subject{Kind: KindUser, Name: guest.UPN}, "as asked for", "will not recognise the name"},
		{"an id and nothing else", "", entra.Principal{ID: idA, Kind: entra.User}, Subject{Kind: KindUser, Name: string(idA)}, "no sign-in name is known", "members are known by their sign-in name"},
		{"disabled", "", with(member, func(p *entra.Principal) { p.Disabled = true }), Subject{Kind: KindUser, Name: member.UPN}, "upn: ", "is disabled"},
		{"pending", "", with(guest, func(p *entra.Principal) { p.Pending = true }), Subject{Kind: KindUser, Name: string(idB)}, "objectId: ", "has not accepted the invitation"},
		{"a distribution list", "", with(group, func(p *entra.Principal) { p.SecurityEnabled = false }), Subject{Kind: KindGroup, Name: string(idB)}, "objectId: ", "not a security group"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := Mapper{As: tt.as}
			got, reason, err := m.Subject(tt.p)
			if err != nil || got != tt.want || !strings.Contains(reason, tt.reason) {
				t.Errorf("%+v, %q, %v", got, reason, err)
			}
			if warns := strings.Join(m.Warnings(tt.p), "\n"); !strings.Contains(warns, tt.warns) || tt.warns == "" && warns != "" {
				t.Errorf("warnings %q", warns)
			}
		})
	}
}

// No directory entry becomes one of Kubernetes' own identities.
func TestSubjectsThatNoTokenMayHave(t *testing.T) {
	for _, p := range []entra.Principal{
		{ID: idA, Kind: entra.User, UPN: "system:masters@contoso.com"},
		{ID: idA, Kind: entra.User, UPN: "system:admin"},
		{ID: idA, Kind: entra.User, UPN: "admin"},
		{ID: idA, Kind: entra.User, UPN: "a\u202e@contoso.com"},
		{ID: "system:masters", Kind: entra.Group},
		{ID: "", Kind: entra.Group},
		{ID: "kube-admin", Kind: entra.ServicePrincipal},
	} {
		if s, _, err := (Mapper{}).Subject(p); fault.KindOf(err) != fault.Usage || err == nil {
			t.Errorf("%+v becomes %+v, %v", p, s, err)
		}
	}
}

func TestParseForm(t *testing.T) {
	for word, want := range map[string]Form{"": "", "upn": ByUPN, "UPN": ByUPN, "objectId": ByObjectID, "objectid": ByObjectID} {
		if got, err := ParseForm(word); err != nil || got != want {
			t.Errorf("ParseForm(%q) = %q, %v", word, got, err)
		}
	}
	if _, err := ParseForm("mail"); fault.KindOf(err) != fault.Usage {
		t.Errorf("ParseForm(mail): %v", err)
	}
}

// How clusters of other kinds name the same people, and why.
func TestSubjectByNaming(t *testing.T) {
	prefix := "entra:"
	prefixed := naming.Default().WithPrefixes(&prefix, &prefix)
	v2 := naming.Default()
	v2.Token.Version = 2
	guests := naming.Default()
	guests.Token.GuestUPN = "include_externally_authenticated_upn"
	oid := naming.Naming{Username: naming.Rule{{Claim: "oid"}}}
	upn := naming.Naming{Username: naming.Rule{{Claim: "upn"}}}
	tests := []struct {
		name   string
		m      Mapper
		p      entra.Principal
		want   string // "" is refused
		reason string
	}{
		{"a prefix", Mapper{Naming: prefixed}, member, "entra:" + member.UPN, `carry the upn; this cluster puts "entra:" before it`},
		{"a prefix, a guest", Mapper{Naming: prefixed}, guest, "entra:" + string(idB), "is a guest here"},
		{"a prefix, a group", Mapper{Naming: prefixed}, group, "entra:" + string(idB), `object id; this cluster puts "entra:"`},
		{"a prefix, as asked for", Mapper{Naming: prefixed, As: ByObjectID}, member, "entra:" + string(idA), "as asked for"},
		{"tokens v2", Mapper{Naming: v2}, member, string(idA), "objectId: the server app's tokens are v2, and carry no upn for " + member.UPN},
		{"tokens v2, a guest", Mapper{Naming: v2}, guest, string(idB), "is a guest here"},
		{"guests with a upn", Mapper{Naming: guests}, guest, guest.UPN, "lets guests' tokens carry one"},
		{"everybody by object id", Mapper{Naming: oid}, member, string(idA), "names everybody by the object id"},
		{"upn alone, a guest", Mapper{Naming: upn}, guest, "", "name carol@fabrikam.com: this cluster names users by the claim upn, which the token lacks"},
		{"upn alone, an application", Mapper{Naming: upn}, app, "", "claim upn"},
		{"no groups", Mapper{Naming: upn}, group, "", "takes no groups"},
		{"reserved by its prefix", Mapper{Naming: naming.Naming{Username: naming.Rule{{Prefix: "system:", Claim: "oid"}}}}, member, "", "cannot be a subject"},
	}
	for _, tt := range tests {
		got, reason, err := tt.m.Subject(tt.p)
		if err != nil {
			reason = err.Error()
		}
		if got.Name != tt.want || (err == nil) != (tt.want != "") || !strings.Contains(reason, tt.reason) {
			t.Errorf("%s: %q, %q, %v", tt.name, got.Name, reason, err)
		}
	}
}

// A warning for a forced form is one only where the form is wrong there.
func TestForcedFormsThatAreRight(t *testing.T) {
	v2 := naming.Default()
	v2.Token.Version = 2
	for _, m := range []Mapper{{As: ByUPN}, {As: ByObjectID, Naming: v2}} {
		if w := m.Warnings(member); len(w) != 0 {
			t.Errorf("%s: %q", m.As, w)
		}
	}
	v2.Token.NoGroups = true
	if w := (Mapper{Naming: v2}).Warnings(group); len(w) != 1 || !strings.Contains(w[0], "groupMembershipClaims") {
		t.Errorf("a group that no token names: %q", w)
	}
	if w := (Mapper{Naming: v2}).Warnings(entra.Principal{ID: idA, Kind: entra.User}); len(w) != 0 {
		t.Errorf("an id where all are known by it: %q", w)
	}
}
