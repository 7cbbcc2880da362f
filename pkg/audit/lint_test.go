package audit

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

var (
	alice    = entra.Principal{ID: "a11ce000-0000-4000-8000-000000000001", Kind: entra.User, Name: "Alice", UPN: "alice@contoso.com", Mail: "a.example@contoso.com"}
	carol    = entra.Principal{ID: "ca401000-0000-4000-8000-000000000002", Kind: entra.User, Name: "Carol", Mail: "carol@fabrikam.com", External: true, UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com"}
	dave     = entra.Principal{ID: "dabe0000-0000-4000-8000-000000000005", Kind: entra.User, Name: "Dave", UPN: "dave@contoso.com", Disabled: true}
	platform = entra.Principal{ID: "9100b000-0000-4000-8000-000000000003", Kind: entra.Group, Name: "Platform Team", Mail: "platform@contoso.com", SecurityEnabled: true}
	mailing  = entra.Principal{ID: "3a111000-0000-4000-8000-000000000006", Kind: entra.Group, Name: "Mailing list"}
	bot      = entra.Principal{ID: "c1b07000-0000-4000-8000-000000000004", Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: "c1b07000-0000-4000-8000-00000000000c"}
)

const (
	botApp = "c1b07000-0000-4000-8000-0000000000aa" // of the registration
	nobody = "00000000-0000-4000-8000-000000000009"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

// namer names as AKS does.
func namer(p entra.Principal) (Subject, string, error) {
	switch {
	case p.Kind == entra.Group:
		return Subject{Kind: KindGroup, Name: string(p.ID)}, "groups go by object id", nil
	case p.Kind == entra.User && !p.External && p.UPN != "":
		return Subject{Kind: KindUser, Name: p.UPN}, "a member", nil
	case p.ID == "":
		return Subject{}, "", errors.New("nobody")
	}
	return Subject{Kind: KindUser, Name: string(p.ID)}, "no upn", nil
}

func contoso() People {
	var people People
	for _, p := range []entra.Principal{alice, carol, dave, platform, mailing, bot} {
		for _, name := range []string{string(p.ID), p.UPN, p.Mail, string(p.ClientID)} {
			if name != "" {
				people.Add(name, []entra.Principal{p})
			}
		}
		if p.Kind == entra.Group {
			people.Add(p.Name, []entra.Principal{p})
		}
	}
	people.Add(botApp, []entra.Principal{bot})
	people.Add(nobody, nil)
	people.Add("zoe@contoso.com", nil)
	people.Add("developers", nil)
	people.Add("Twins", []entra.Principal{{ID: "1", Kind: entra.Group, Name: "Twins"}, {ID: "2", Kind: entra.Group, Name: "Twins"}})
	return people
}

func bound(namespace, name string, subjects ...string) Binding {
	b := Binding{Namespace: namespace, Name: name, Role: Role{KindClusterRole, "view"}, Owner: Foreign}
	for _, s := range subjects {
		kind, n, _ := strings.Cut(s, "/")
		b.Subjects = append(b.Subjects, Subject{Kind: kind, Name: n})
	}
	return b
}

// Every way to be wrong has its rule, and every right name none.
func TestRules(t *testing.T) {
	tests := []struct{ subject, id, fix string }{
		{"User/alice@contoso.com", "", ""},
		{"User/" + string(carol.ID), "", ""},
		{"Group/" + string(platform.ID), "", ""},
		{"User/" + string(bot.ID), "", ""},
		{"User/carol@fabrikam.com", GuestByName, "aad bind carol@fabrikam.com --clusterrole=view -n dev"},
		{"User/" + carol.UPN, GuestByName, "aad bind carol@fabrikam.com --clusterrole=view -n dev"},
		{"User/" + string(alice.ID), MemberByObjectID, "aad bind alice@contoso.com --clusterrole=view -n dev"},
		{"User/Alice@contoso.com", NameSpelling, "aad bind alice@contoso.com --clusterrole=view -n dev"},
		{"User/alice@contoso.com ", NameSpelling, "aad bind alice@contoso.com --clusterrole=view -n dev"},
		{"Group/" + strings.ToUpper(string(platform.ID)), NameSpelling, "aad bind group:" + string(platform.ID) + " --clusterrole=view -n dev"},
		{"User/a.example@contoso.com", PersonByMail, "aad bind alice@contoso.com --clusterrole=view -n dev"},
		{"Group/platform team", GroupByName, "aad bind group:" + string(platform.ID) + " --clusterrole=view -n dev"},
		{"Group/platform@contoso.com", GroupByName, "aad bind group:" + string(platform.ID) + " --clusterrole=view -n dev"},
		{"Group/Twins", GroupByName, "aad bind group:1 --clusterrole=view -n dev"},
		{"User/" + string(bot.ClientID), AppByClientID, "aad bind " + string(bot.ID) + " --clusterrole=view -n dev"},
		{"User/" + botApp, AppByObjectID, "aad bind " + string(bot.ID) + " --clusterrole=view -n dev"},
		{"User/" + string(platform.ID), WrongKind, "aad bind group:" + string(platform.ID) + " --clusterrole=view -n dev"},
		{"Group/alice@contoso.com", WrongKind, "aad bind alice@contoso.com --clusterrole=view -n dev"},
		{"Group/" + string(carol.ID), WrongKind, "aad bind carol@fabrikam.com --clusterrole=view -n dev"},
		{"Group/" + string(bot.ID), WrongKind, "aad bind " + string(bot.ID) + " --clusterrole=view -n dev"},
		{"User/" + nobody, UnknownPrincipal, "delete rolebinding/x -n dev"},
		{"User/zoe@contoso.com", UnknownPrincipal, "delete rolebinding/x -n dev"},
		{"User/dave@contoso.com", Disabled, ""},
		{"Group/" + string(mailing.ID), NotInTokens, ""},
		{"Group/developers", "", ""},      // of a client certificate, maybe
		{"User/kubernetes-admin", "", ""}, // likewise
		{"User/system:kube-scheduler", "", ""},
		{"Group/system:masters", "", ""},
		{"ServiceAccount/default", "", ""},
		{"User/never@asked.example", "", ""},
	}
	for _, tt := range tests {
		found := Lint(Cluster{Bindings: []Binding{bound("dev", "x", tt.subject)}, People: contoso(), Name: namer, Now: noon})
		switch {
		case tt.id == "" && len(found) > 0:
			t.Errorf("%s: %s: %s", tt.subject, found[0].ID, found[0].Text)
		case tt.id == "":
		case len(found) != 1 || found[0].ID != tt.id:
			t.Errorf("%s: %+v", tt.subject, found)
		case tt.fix != "" && (len(found[0].Commands) == 0 || safetext.Command(found[0].Commands[0]...) != tt.fix):
			t.Errorf("%s: fixes %q", tt.subject, found[0].Commands)
		}
	}
}

func TestRulesOfWholeBindings(t *testing.T) {
	admin := bound("", "boss", "User/alice@contoso.com", "User/"+string(bot.ID), "Group/"+string(platform.ID), "User/admin")
	admin.Role.Name = "cluster-admin"
	old := bound("dev", "old", "User/alice@contoso.com")
	old.Expires = noon.Add(-time.Hour)
	young := old
	young.Name, young.Expires = "young", noon.Add(time.Hour)
	lost := bound("dev", "lost", "User/alice@contoso.com")
	lost.Role.Name = "gone"
	c := Cluster{Bindings: []Binding{admin, old, young, lost}, People: contoso(), Name: namer, Now: noon,
		Missing: func(r Role, _ string) bool { return r.Name == "gone" }}
	var got []string
	for _, f := range Lint(c) {
		got = append(got, f.ID+" "+f.Binding.Name)
	}
	if want := []string{ClusterAdmin + " boss", MissingRole + " lost", ExpiredGrant + " old"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	c.People = People{} // nobody asked
	if got := Lint(c); len(got) != 3 {
		t.Errorf("without the directory: %+v", got)
	}
}

// Who has the same elsewhere under the right name needs no new binding.
func TestAnotherBindingGivesTheSame(t *testing.T) {
	for _, where := range []string{"dev", ""} {
		c := Cluster{Bindings: []Binding{bound("dev", "x", "User/bob@x", "User/"+string(alice.ID)), bound(where, "y", "User/alice@contoso.com")}, People: contoso(), Name: namer, Now: noon}
		found := Lint(c)
		if len(found) != 1 || found[0].Needed || len(found[0].Commands) != 1 || found[0].Commands[0][0] != "patch" {
			t.Errorf("%+v", found)
		}
	}
}

func TestEveryRuleIsKnown(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Rules {
		if seen[r.ID] || r.Title == "" || r.Why == "" || r.Severity != Error && r.Severity != Warning {
			t.Errorf("%+v", r)
		}
		seen[r.ID] = true
	}
}

func TestChain(t *testing.T) {
	of := func(ids ...entra.ObjectID) map[entra.ObjectID]bool {
		m := map[entra.ObjectID]bool{}
		for _, id := range ids {
			m[id] = true
		}
		return m
	}
	n := Nesting{Of: of("a", "b", "c", "top"), Subgroups: map[entra.ObjectID][]entra.ObjectID{"top": {"c", "other"}, "c": {"b", "a"}, "b": {"a"}}}
	for to, want := range map[entra.ObjectID][]entra.ObjectID{"top": {"a", "c", "top"}, "a": {"a"}, "b": {"a", "b"}, "other": nil} {
		if got := n.Chain(to); !slices.Equal(got, want) {
			t.Errorf("to %s: %v", to, got)
		}
	}
	ring := Nesting{Of: of("a", "b"), Subgroups: map[entra.ObjectID][]entra.ObjectID{"a": {"b"}, "b": {"a"}}}
	if got := ring.Chain("a"); !slices.Equal(got, []entra.ObjectID{"a"}) {
		t.Errorf("in a ring: %v", got)
	}
	g := func(id entra.ObjectID) entra.Principal { return entra.Principal{ID: id, Kind: entra.Group} }
	got := Expand("top", map[entra.ObjectID][]entra.Principal{"top": {g("in"), alice}, "in": {carol, alice, g("top")}})
	if len(got) != 2 || !slices.Equal(got[alice.ID], []entra.ObjectID{"top"}) || !slices.Equal(got[carol.ID], []entra.ObjectID{"top", "in"}) {
		t.Errorf("expanded to %v", got)
	}
}

// Fifty thousand bindings are read once and cost memory by their number.
func TestManyBindings(t *testing.T) {
	cost := func(n int) float64 {
		c := Cluster{People: contoso(), Name: namer, Now: noon}
		for i := range n {
			c.Bindings = append(c.Bindings, bound(fmt.Sprintf("ns-%d", i%500), fmt.Sprintf("b-%d", i), "User/alice@contoso.com"))
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		list := List(c.Bindings, c.People, namer, false)
		found := Lint(c)
		runtime.ReadMemStats(&after)
		if len(list) != n || len(found) != 0 {
			t.Fatalf("%d of %d, %d findings", len(list), n, len(found))
		}
		return float64(after.TotalAlloc - before.TotalAlloc)
	}
	if few, many := cost(5000), cost(50000); many > 13*few {
		t.Errorf("%.0f bytes for 5,000 bindings, %.0f for 50,000", few, many)
	}
}
