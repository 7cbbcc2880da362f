package binding

import (
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

// What an owned binding tells of a principal is enough to plan the same binding
// again, without a directory.
func TestAnOwnedBindingTellsWhomItIsFor(t *testing.T) {
	for _, p := range []entra.Principal{member, guest, group, app} {
		b := planned(t, p, "dev")
		got := b.Principal()
		if got.ID != p.ID || got.Kind != p.Kind || got.Name != p.Name || got.SignInName() != p.SignInName() {
			t.Errorf("%+v is told as %+v", p, got)
		}
		if again := planned(t, got, "dev"); again.Name != b.Name || len(Differences(b, again)) != 0 {
			t.Errorf("%+v planned again is %+v: %v", b, again, Differences(b, again))
		}
	}
	prefix := "entra:"
	prefixed := Mapper{Naming: naming.Default().WithPrefixes(&prefix, &prefix)}
	for _, p := range []entra.Principal{member, guest, group, app} {
		plan, err := Planner{Mapper: prefixed}.Plan([]Grant{{Principal: p, Role: Role{KindClusterRole, "view"}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := plan[0].Binding.Principal(); got.ID != p.ID || got.SignInName() != p.SignInName() || Title(got) != Title(p) {
			t.Errorf("%+v is told as %+v by %+v", p, got, plan[0].Binding.Subjects)
		}
	}
	foreign := Binding{Name: "x", Subjects: []Subject{{Kind: KindUser, Name: "Eve@contoso.com"}, {Kind: KindGroup, Name: "devs"}}}
	if got := foreign.Principal(); got.UPN != "Eve@contoso.com" || got.ID != "" {
		t.Errorf("foreign: %+v", got)
	}
	if got := foreign.Title(); got != "User Eve@contoso.com, Group devs" {
		t.Errorf("title %q", got)
	}
}

func TestNames(t *testing.T) {
	user := func(name string) Binding { return Binding{Subjects: []Subject{{Kind: KindUser, Name: name}}} }
	team := Binding{Subjects: []Subject{{Kind: "ServiceAccount", Name: string(idB)}, {Kind: KindGroup, Name: string(idB)}}}
	labelled := Binding{Owned: true, Labels: map[string]string{LabelPrincipal: string(idA)}}
	stolen := labelled
	stolen.Owned = false
	tests := []struct {
		name string
		b    Binding
		p    entra.Principal
		want bool
	}{
		{"by upn, another case", user("ALICE.o'hara@contoso.COM"), member, true},
		{"by object id", user(string(idA)), member, true},
		{"by mail, of a guest", user("carol@fabrikam.com"), guest, true},
		{"by #EXT#", user(guest.UPN), guest, true},
		{"somebody else", user("bob@contoso.com"), member, false},
		{"nobody known", user(""), entra.Principal{Kind: entra.User}, false},
		{"a group", team, group, true},
		{"a group of a user's name", Binding{Subjects: []Subject{{Kind: KindGroup, Name: member.UPN}}}, member, false},
		{"a user of a group's name", user("Platform Team"), group, false},
		{"a service account", Binding{Subjects: []Subject{{Kind: "ServiceAccount", Name: string(idA)}}}, member, false},
		{"by our label", labelled, member, true},
		{"by a label on somebody else's", stolen, member, false},
	}
	for _, tt := range tests {
		if got := tt.b.Names(tt.p); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestExpiry(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]bool{
		"": false, "soon": false, "2026-01-02T12:00:00Z": true, "2026-01-02T12:00:01Z": false, "2026-01-02T12:30:00+01:00": true,
	} {
		b := Binding{Annotations: map[string]string{AnnotationExpires: text}}
		if got := b.Expired(now); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
}
