package access

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

func TestExportIsShort(t *testing.T) {
	team := entra.Principal{ID: "9100b000-0000-4000-8000-000000000003", Kind: entra.Group, Name: "Web\x1b Team"}
	grant := func(p entra.Principal, role string, namespaces ...string) binding.Grant {
		return binding.Grant{Principal: p, Role: binding.Role{Kind: binding.KindClusterRole, Name: role}, Reach: binding.Reach{Namespaces: namespaces}}
	}
	job := grant(team, "deployer", "dev", "prod")
	job.Role.Kind = binding.KindRole
	owned := existing(grants(t, "", grant(team, "edit", "dev", "prod"), job, grant(team, "view"), grant(person(1), "edit", "dev"))...)
	foreign := binding.Binding{Name: "x", Role: binding.Role{Kind: binding.KindClusterRole, Name: "view"}, Subjects: []binding.Subject{
		{Kind: binding.KindUser, Name: "eve@contoso.com"}, {Kind: binding.KindUser, Name: "CA401000-0000-4000-8000-000000000002"},
		{Kind: binding.KindGroup, Name: "system:masters"}, {Kind: "ServiceAccount", Name: "x", Namespace: "y"}, {Kind: binding.KindUser, Name: "system:x@y"}}}
	got, left := Export("web", append(owned, foreign))
	want := []Grant{
		{Principal: "group:" + string(team.ID), Name: "Web Team", Roles: []string{"view"}, WholeCluster: true, Namespaces: []string{}},
		{Principal: "group:" + string(team.ID), Name: "Web Team", Roles: []string{"edit", "role/deployer"}, Namespaces: []string{"dev", "prod"}},
		{Principal: "ca401000-0000-4000-8000-000000000002", Roles: []string{"view"}, WholeCluster: true, Namespaces: []string{}},
		{Principal: "eve@contoso.com", Roles: []string{"view"}, WholeCluster: true, Namespaces: []string{}},
		{Principal: "user1@contoso.com", Roles: []string{"edit"}, Namespaces: []string{"dev"}},
	}
	sort := func(g []Grant) {
		slices.SortFunc(g, func(a, b Grant) int { return bytes.Compare(text(t, a), text(t, b)) })
	}
	sort(want)
	sort(got.Grants)
	if !reflect.DeepEqual(got.Grants, want) || left != 3 {
		t.Errorf("%d left, exported:\n%s", left, text(t, got.Grants))
	}
}

func text(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// What is exported and applied again is what was there.
func TestExportAndApplyChangesNothing(t *testing.T) {
	for seed := range uint64(200) {
		c, _ := world(t, rand.New(rand.NewPCG(seed, 2)))
		var have []binding.Binding
		for _, b := range c.have {
			if b.Owned && b.Set() == "web" && !b.Expired(noon) {
				have = append(have, b)
			}
		}
		file, left := Export("web", have)
		set, err := Read("export.yaml", bytes.NewReader(text(t, file)))
		if err != nil || left != 0 {
			t.Fatalf("seed %d: %d left, %v\n%s", seed, left, err, text(t, file))
		}
		var want []Wanted
		for _, e := range set.Entries {
			i := slices.IndexFunc(have, func(b binding.Binding) bool { return b.Principal().UPN == e.Ref.Text })
			for _, role := range e.Roles {
				want = append(want, grants(t, "web", binding.Grant{Principal: have[i].Principal(), Role: role, Reach: e.Reach, Expires: e.Expires, Reason: e.Reason})...)
			}
		}
		plan, err := Make(want, have, Options{Sets: []string{"web"}, Prune: true, Now: noon})
		if err != nil || plan.Pending() != 0 || plan.Count(Keep) != len(have) {
			t.Fatalf("seed %d: %+v, %v", seed, plan, err)
		}
	}
}
