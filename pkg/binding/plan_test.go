package binding

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

var (
	view    = Role{Kind: KindClusterRole, Name: "view"}
	noon    = func() time.Time { return time.Date(2026, 1, 2, 12, 0, 0, 0, time.FixedZone("CET", 3600)) }
	planner = Planner{By: "admin@contoso.com", Now: noon}
)

func TestPlan(t *testing.T) {
	hostile := with(group, func(p *entra.Principal) { p.Name = "Plat\x1b[2Jform\u202e\n Team" })
	plan, err := planner.Plan([]Grant{
		{Principal: member, Role: view, Reach: Reach{[]string{"prod", "dev", "prod"}}, Reason: "on\ncall"},
		{Principal: hostile, Role: view},
		{Principal: member, Role: view, Reach: Reach{[]string{"dev"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	var where []string
	for _, p := range plan {
		where = append(where, p.Binding.Kind()+" "+p.Binding.Namespace)
	}
	if want := []string{"RoleBinding dev", "RoleBinding prod", "ClusterRoleBinding "}; !slices.Equal(where, want) {
		t.Errorf("planned %q, want %q", where, want)
	}
	first := plan[0].Binding
	want := map[string]string{
		AnnotationName: "Alice", AnnotationSignIn: member.UPN, AnnotationKind: "user", AnnotationBy: "admin@contoso.com",
		AnnotationAt: "2026-01-02T11:00:00Z", AnnotationReason: "on call",
	}
	if !reflect.DeepEqual(first.Annotations, want) || first.Labels[LabelManagedBy] != ManagedBy || first.Labels[LabelPrincipal] != string(idA) {
		t.Errorf("labels %q, annotations %q", first.Labels, first.Annotations)
	}
	if got := plan[2].Binding.Annotations[AnnotationName]; got != "Plat[2Jform Team" {
		t.Errorf("display name kept as %q", got)
	}
	if _, err := planner.Plan([]Grant{{Principal: member, Role: Role{Kind: KindRole, Name: "x"}}}); fault.KindOf(err) != fault.Usage {
		t.Errorf("a role everywhere: %v", err)
	}
	if _, err := planner.Plan([]Grant{{Role: view}}); fault.KindOf(err) != fault.Usage {
		t.Errorf("nobody: %v", err)
	}
}

func TestManifestAndBack(t *testing.T) {
	for _, namespace := range []string{"", "dev"} {
		b := planned(t, member, namespace)
		b.ResourceVersion = "7"
		b.Subjects = append(b.Subjects, Subject{Kind: "ServiceAccount", Name: "x", Namespace: "y"})
		m := b.Manifest()
		if back := m.Binding(); !reflect.DeepEqual(back, b) {
			t.Errorf("%+v came back as %+v", b, back)
		}
		if m.Subjects[0].APIGroup != Group || m.Subjects[1].APIGroup != "" {
			t.Errorf("API groups of %+v", m.Subjects)
		}
	}
}

func planned(t *testing.T, p entra.Principal, namespace string) Binding {
	t.Helper()
	g := Grant{Principal: p, Role: view}
	if namespace != "" {
		g.Reach.Namespaces = []string{namespace}
	}
	plan, err := planner.Plan([]Grant{g})
	if err != nil {
		t.Fatal(err)
	}
	return plan[0].Binding
}

var label = regexp.MustCompile(`^aad(-[a-z0-9]+)+-[0-9a-f]{8}$`)

// A name is a DNS label, and the same for both forms of a subject.
func FuzzName(f *testing.F) {
	f.Add("view", "Alice Example", "alice@contoso.com")
	f.Add("system:node", strings.Repeat("x-", 100), "")
	f.Add("---", "张伟", "\xff")
	f.Fuzz(func(t *testing.T, role, display, upn string) {
		p := entra.Principal{ID: idA, Kind: entra.User, Name: display, UPN: upn}
		r := Role{Kind: KindClusterRole, Name: role}
		name := Name(r, p, Subject{Kind: KindUser, Name: upn})
		if len(name) > 63 || !label.MatchString(name) && !regexp.MustCompile(`^aad-[0-9a-f]{8}$`).MatchString(name) {
			t.Errorf("name %q", name)
		}
		if other := Name(r, p, Subject{Kind: KindUser, Name: string(idA)}); other != name {
			t.Errorf("%q and %q for one grant", name, other)
		}
		hash := name[len(name)-hashLength:]
		for _, o := range []string{
			Name(Role{Kind: KindRole, Name: role}, p, Subject{}), Name(Role{Kind: KindClusterRole, Name: role + "x"}, p, Subject{}),
			Name(r, with(p, func(p *entra.Principal) { p.ID = idB }), Subject{}), Name(r, with(p, func(p *entra.Principal) { p.ID = "" }), Subject{Name: "z"}),
		} {
			if strings.HasSuffix(o, hash) {
				t.Errorf("%q and %q for two grants", name, o)
			}
		}
	})
}
