package binding

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
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
