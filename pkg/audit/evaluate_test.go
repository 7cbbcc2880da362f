package audit

import (
	"strings"
	"testing"
)

var rules = []RoleRules{
	{Role: Role{KindClusterRole, "view"}, Rules: []PolicyRule{{Verbs: []string{"get", "list"}, Groups: []string{""}, Resources: []string{"pods", "pods/log"}}}},
	{Role: Role{KindClusterRole, "edit"}, Rules: []PolicyRule{{Verbs: []string{"*"}, Groups: []string{"", "apps"}, Resources: []string{"pods", "deployments", "*/scale"}}}},
	{Role: Role{KindClusterRole, "cluster-admin"}, Rules: []PolicyRule{{Verbs: []string{"*"}, Groups: []string{"*"}, Resources: []string{"*"}}}},
	{Namespace: "dev", Role: Role{KindRole, "one"}, Rules: []PolicyRule{{Verbs: []string{"get"}, Groups: []string{""}, Resources: []string{"secrets"}, Names: []string{"s"}}}},
}

func TestRuleAllows(t *testing.T) {
	for _, tt := range []struct {
		role int
		do   Action
		want bool
	}{
		{0, Action{Verb: "get", Resource: "pods"}, true},
		{0, Action{Verb: "delete", Resource: "pods"}, false},
		{0, Action{Verb: "get", Resource: "pods", Subresource: "log"}, true},
		{0, Action{Verb: "get", Resource: "pods", Subresource: "exec"}, false},
		{0, Action{Verb: "get", Resource: "pods", Group: "apps"}, false},
		{1, Action{Verb: "patch", Resource: "statefulsets", Subresource: "scale", Group: "apps"}, true},
		{1, Action{Verb: "patch", Resource: "statefulsets", Group: "apps"}, false},
		{2, Action{Verb: "x", Resource: "y", Subresource: "z", Group: "q"}, true},
		{3, Action{Verb: "get", Resource: "secrets", Name: "s"}, true},
		{3, Action{Verb: "get", Resource: "secrets"}, false},
		{3, Action{Verb: "get", Resource: "secrets", Name: "t"}, false},
	} {
		if got := rules[tt.role].Rules[0].Allows(tt.do); got != tt.want {
			t.Errorf("%s allows %s: %v", rules[tt.role].Role, tt.do, got)
		}
	}
}

func TestWaysAndGaps(t *testing.T) {
	give := func(b Binding, role string) Binding { b.Role.Name = role; return b }
	all := []Binding{
		give(bound("dev", "group", "Group/g1", "User/other"), "edit"),
		give(bound("dev", "own", "User/alice@contoso.com"), "view"),
		give(bound("", "wide", "Group/g2"), "view"),
		give(bound("prod", "lost", "Group/g3"), "gone"),
		{Namespace: "dev", Name: "robot", Role: Role{KindClusterRole, "edit"}, Subjects: []Subject{{Kind: KindServiceAccount, Namespace: "dev", Name: "ci"}}},
	}
	a := NewAuthorizer(all, rules)
	who := func(groups ...string) Identity {
		return Identity{Username: "alice@contoso.com", Groups: append(groups, "system:authenticated")}
	}
	for _, tt := range []struct {
		who  Identity
		do   Action
		want string // binding of the first way, or the missing edge
	}{
		{who(), Action{Verb: "get", Resource: "pods", Namespace: "dev"}, "own"},
		{who("g1", "g2"), Action{Verb: "get", Resource: "pods", Namespace: "dev"}, "own group wide"},
		{who("g1"), Action{Verb: "delete", Resource: "pods", Namespace: "dev"}, "group"},
		{who("g2"), Action{Verb: "get", Resource: "pods"}, "wide"},
		{who("g1"), Action{Verb: "get", Resource: "pods"}, EdgeNamespace},
		{who("g1"), Action{Verb: "delete", Resource: "pods", Namespace: "prod"}, EdgeNamespace},
		{who(), Action{Verb: "delete", Resource: "pods", Namespace: "dev"}, EdgeRule},
		{who("g3"), Action{Verb: "get", Resource: "pods", Namespace: "prod"}, EdgeRole},
		{Identity{Username: "Alice@contoso.com"}, Action{Verb: "get", Resource: "pods", Namespace: "dev"}, EdgeBinding},
		{Identity{Username: "system:serviceaccount:dev:ci"}, Action{Verb: "get", Resource: "pods", Namespace: "dev"}, "robot"},
	} {
		var names []string
		for _, w := range a.Ways(tt.who, tt.do) {
			names = append(names, w.Binding.Name)
		}
		if len(names) == 0 {
			names = append(names, a.Gap(tt.who, tt.do, nil).Edge)
		}
		if got := strings.Join(names, " "); got != tt.want {
			t.Errorf("%+v, %s: %s, want %s", tt.who, tt.do, got, tt.want)
		}
	}
	dead := Lint(Cluster{Bindings: []Binding{give(bound("dev", "x", "User/"+string(alice.ID)), "edit")}, People: contoso(), Name: namer, Now: noon})
	if g := a.Gap(who(), Action{Verb: "delete", Resource: "pods", Namespace: "dev"}, dead); g.Edge != EdgeName || g.Near.Name != "x" {
		t.Errorf("a wrong name: %+v", g)
	}
	if g := a.Gap(who(), Action{Verb: "delete", Resource: "pods", Namespace: "dev"}, nil); g.Role != "edit" {
		t.Errorf("would do: %+v", g)
	}
}

func TestSample(t *testing.T) {
	for _, tt := range []struct {
		rules []PolicyRule
		want  string // "" is none
	}{
		{[]PolicyRule{{Verbs: []string{"get"}, URLs: []string{"/healthz"}}, {Verbs: []string{"list", "get"}, Groups: []string{"apps"}, Resources: []string{"deployments"}}}, "list deployments.apps in the whole cluster"},
		{[]PolicyRule{{Verbs: []string{"*"}, Groups: []string{"*"}, Resources: []string{"*"}}}, "get pods in the whole cluster"},
		{[]PolicyRule{{Verbs: []string{"update"}, Groups: []string{""}, Resources: []string{"configmaps"}, Names: []string{"x"}}}, "update configmaps x in the whole cluster"},
		{[]PolicyRule{{Verbs: []string{"patch"}, Groups: []string{"*"}, Resources: []string{"*/scale"}}}, "patch pods/scale in the whole cluster"},
		{[]PolicyRule{{Verbs: []string{"get"}, URLs: []string{"/healthz"}}}, ""}, {nil, ""},
	} {
		do, ok := Sample(tt.rules)
		if ok != (tt.want != "") || ok && do.String() != tt.want || ok && !tt.rules[len(tt.rules)-1].Allows(do) {
			t.Errorf("%v: %s, %v", tt.rules, do, ok)
		}
	}
}
