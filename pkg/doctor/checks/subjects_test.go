package checks

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

// bound is a RoleBinding of view in dev; with no namespace a ClusterRoleBinding.
func bound(name, namespace, kind string, subjects ...string) binding.Binding {
	b := binding.Binding{Namespace: namespace, Name: name, Role: binding.Role{Kind: binding.KindClusterRole, Name: "view"}}
	for _, s := range subjects {
		b.Subjects = append(b.Subjects, binding.Subject{Kind: kind, Name: s})
	}
	return b
}

func TestSubjectForm(t *testing.T) {
	with := func(b ...binding.Binding) func(*ward) { return func(w *ward) { w.bindings = b } }
	guest := func(b ...binding.Binding) func(*ward) {
		return func(w *ward) { w.asCarol(); w.bindings = b }
	}
	const user, group = binding.KindUser, binding.KindGroup
	bindCarol := "kubectl aad bind carol@fabrikam.com --clusterrole=view -n dev"
	bindAlice := "kubectl aad bind alice@contoso.com --clusterrole=view -n dev"
	drop := "kubectl delete rolebinding/x -n dev"
	examine(t, "subject-form", []state{
		{"guest by mail", guest(bound("x", "dev", user, "carol@fabrikam.com")), doctor.Error, "no upn", []string{bindCarol, drop}},
		{"guest by #EXT#", guest(bound("x", "dev", user, carol.UPN)), doctor.Error, "#EXT#", []string{bindCarol, drop}},
		{"guest by mail, seen by an administrator", func(w *ward) {
			w.forSomebody(carol).bindings = []binding.Binding{bound("x", "", user, "Carol@Fabrikam.com")}
		}, doctor.Error, "guest here", []string{"kubectl aad bind carol@fabrikam.com --clusterrole=view -A", "kubectl delete clusterrolebinding/x"}},
		{"guest by mail, directory unreadable", func(w *ward) {
			w.asCarol().graphErr = forbidden()
			w.bindings = []binding.Binding{bound("x", "dev", user, "carol@fabrikam.com")}
		}, doctor.Error, `knows carol@fabrikam.com as "` + carolID, []string{bindCarol, drop}},
		{"member by object id", with(bound("x", "dev", user, aliceID)), doctor.Error, "the object id", []string{bindAlice, drop}},
		{"member in another case", with(bound("x", "dev", user, "Alice@contoso.com")), doctor.Error, "upper and lower case", []string{bindAlice, drop}},
		{"member with a space", with(bound("x", "dev", user, "alice@contoso.com ")), doctor.Error, "space", nil},
		{"member by mail", with(bound("x", "dev", user, "a.liddell@contoso.com")), doctor.Error, "mail address", []string{bindAlice, drop}},
		{"member as Group", with(bound("x", "dev", group, alice.UPN)), doctor.Error, "kind Group", []string{bindAlice, drop}},
		{"not alone in the binding", with(bound("x", "dev", user, "bob@contoso.com", aliceID)), doctor.Error, "object id", []string{bindAlice,
			`kubectl patch rolebinding/x --type=json -p '[{"op":"test","path":"/subjects/1/name","value":"` + aliceID + `"},{"op":"remove","path":"/subjects/1"}]' -n dev`}},
		{"bound rightly beside it", with(bound("x", "dev", user, aliceID), bound("y", "", user, alice.UPN)), doctor.Warning, "another binding", []string{drop}},
		{"group by name", with(bound("x", "dev", group, "platform team")), doctor.Error, "display name",
			[]string{"kubectl aad bind group:" + teamID + " --clusterrole=view -n dev", drop}},
		{"group as User", with(bound("x", "dev", user, teamID)), doctor.Error, "kind User", nil},
		{"a group that alice is not in", func(w *ward) {
			w.bindings = []binding.Binding{bound("x", "dev", group, "Platform Team")}
			w.groups, w.who.Groups = nil, nil
		}, doctor.OK, "none names", nil},
		{"somebody else's binding", with(bound("x", "dev", user, "bob@contoso.com")), doctor.OK, "none names", nil},
		{"group bound by id", with(bound("x", "dev", group, teamID)), doctor.OK, "", nil},
		{"bound rightly", with(bound("x", "dev", user, alice.UPN)), doctor.OK, `RoleBinding "x"`, nil},
		{"guest bound rightly", guest(bound("x", "dev", user, carolID)), doctor.OK, `RoleBinding "x"`, nil},
		{"not allowed to read", func(w *ward) { w.asCarol().bindErr = forbidden() }, doctor.Unknown, "only if its subject is \"" + carolID,
			[]string{"kubectl aad doctor --for carol@fabrikam.com"}},
		{"an administrator without rights", func(w *ward) { w.forSomebody(carol).bindErr = forbidden() }, doctor.Unknown, carolID,
			[]string{"kubectl aad doctor --for carol@fabrikam.com --admin-context CONTEXT"}},
		{"no network", func(w *ward) { w.bindErr = fault.New(fault.Network, "down") }, doctor.Unknown, "down", []string{}},
		{"refused", func(w *ward) { w.whoErr, w.bindErr = refusal(), refusal() }, doctor.Unknown, alice.UPN,
			[]string{"kubectl aad doctor --for alice@contoso.com"}},
	})
}

func TestSubjectFormOfOthers(t *testing.T) {
	w := healthy().forSomebody(team)
	w.bindings = []binding.Binding{bound("x", "dev", binding.KindGroup, "Platform Team"), bound("y", "dev", binding.KindGroup, teamID)}
	got := w.find(t, "subject-form")
	if len(got) != 1 || got[0].Status != doctor.Warning || !strings.Contains(got[0].Evidence, "display name") {
		t.Errorf("group: %+v", got)
	}

	app := entra.Principal{ID: carolID, Kind: entra.ServicePrincipal, Name: "ci-bot", ClientID: clientApp}
	w = healthy().forSomebody(app)
	w.bindings = []binding.Binding{bound("x", "dev", binding.KindUser, clientApp)}
	got = w.find(t, "subject-form")
	if len(got) != 1 || got[0].Status != doctor.Error || !strings.Contains(got[0].Evidence, "client id") ||
		got[0].Fixes[0] != "kubectl aad bind "+carolID+" --clusterrole=view -n dev" {
		t.Errorf("application: %+v", got)
	}
}

// rule is a cluster's way to name people.
type rule naming.Naming

func (r rule) Naming(context.Context) (naming.Naming, error) { return naming.Naming(r), nil }

// A cluster that puts something before names is examined by that.
func TestNamesByTheClustersRule(t *testing.T) {
	prefix := "entra:"
	byRule := rule(naming.Default().WithPrefixes(&prefix, &prefix))
	for subject, says := range map[string]string{
		"entra:alice@contoso.com": "named as \"entra:alice@contoso.com\" in RoleBinding",
		"alice@contoso.com":       `the right name without "entra:"`,
		"entra:" + aliceID:        "the object id",
	} {
		w := healthy().forSomebody(alice)
		w.Naming, w.bindings = byRule, []binding.Binding{bound("x", "dev", binding.KindUser, subject), bound("y", "dev", binding.KindGroup, "entra:"+teamID)}
		if got := w.find(t, "subject-form"); len(got) != 1 || !strings.Contains(got[0].Evidence, says) {
			t.Errorf("%s: %+v", subject, got)
		}
	}
	w := healthy().forSomebody(alice)
	w.Naming = byRule
	w.may = func(who Identity, _ Action) bool {
		return who.Username == "entra:alice@contoso.com" && slices.Contains(who.Groups, "entra:"+teamID)
	}
	if got := w.find(t, "access"); got[0].Status != doctor.OK {
		t.Errorf("asked about somebody else: %+v", got)
	}
	if got := w.find(t, "person"); !strings.Contains(got[0].Evidence, `"entra:alice@contoso.com"`) {
		t.Errorf("person: %+v", got)
	}
}

// TestFixesAreSafeToPaste: names in a cluster are chosen by whoever may write
// there.
func TestFixesAreSafeToPaste(t *testing.T) {
	w := healthy()
	w.AdminContext = "it's admin"
	b := bound("--all; rm -rf ~", "dev", binding.KindUser, aliceID)
	b.Role = binding.Role{Kind: binding.KindRole, Name: "$(id)\n`x`"}
	w.bindings = []binding.Binding{b}
	got := w.find(t, "subject-form")[0].Fixes
	want := []string{
		`kubectl aad bind alice@contoso.com '--role=$(id) ` + "`x`" + `' -n dev '--context=it'\''s admin'`,
		`kubectl delete 'rolebinding/--all; rm -rf ~' -n dev '--context=it'\''s admin'`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}
