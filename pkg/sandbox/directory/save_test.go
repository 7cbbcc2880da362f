package directory

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// A directory that was kept is the one that it was: passwords, secrets,
// memberships, consent, deleted objects and all.
func TestSave(t *testing.T) {
	first, err := New(Options{Crowd: Crowd{Users: 30, Groups: 5, Nesting: 2}})
	if err != nil {
		t.Fatal(err)
	}
	home := first.Tenants()[0]
	app, err := home.CreateApplication(Application{DisplayName: "kept"})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := home.AddSecret(app.ID, PasswordCredential{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := home.CreateFederatedCredential(app.ID, FederatedCredential{Name: "ci", Issuer: "https://ci.example", Subject: "x"}); err != nil {
		t.Fatal(err)
	}
	bob, _ := home.Person("bob")
	carol, _ := home.Person("carol")
	if err := home.AddOwner(app.ID, carol.ID); err != nil {
		t.Fatal(err)
	}
	if err := home.DeleteUser(bob.ID); err != nil {
		t.Fatal(err)
	}
	home.SetPolicy(Policy{Name: "mfa", Control: RequireMFA})
	first.TrustIssuer("https://ci.example", []byte("{}"))

	kept, err := first.Save()
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(kept, []byte(*secret.SecretText)) {
		t.Error("the text of a secret is kept, and not only its hash")
	}
	second, err := New(Options{State: kept})
	if err != nil {
		t.Fatal(err)
	}
	again, err := second.Save()
	if err != nil || !bytes.Equal(kept, again) {
		t.Errorf("saved once and again, it is not the same: %v", err)
	}
	home = second.Tenants()[0]
	if home.CheckSecret(app.AppID, *secret.SecretText) != SecretGood || second.BotSecret() != first.BotSecret() {
		t.Error("secrets are lost")
	}
	if all := second.FederatedCredentialsOf(app.AppID); len(all) != 1 || all[0].Issuer != "https://ci.example" {
		t.Errorf("federated credentials %v", all)
	}
	if u, ok := home.Person("carol@fabrikam.com"); !ok || u.Person != carol.Person {
		t.Errorf("carol: %+v", u)
	}
	if err := home.Restore(bob.ID); err != nil {
		t.Fatal(err)
	}
	if u, ok := home.Person("bob"); !ok || u.Person.Password != "sandbox-bob" || len(home.TransitiveGroups(bob.ID, true)) != 250 {
		t.Errorf("bob after all: %+v", u)
	}
	next, err := home.CreateGroup(Group{DisplayName: "new"})
	if err != nil {
		t.Fatal(err)
	}
	if _, known := first.Tenants()[0].Object(next.ID); known {
		t.Error("an id was given twice")
	}
	if _, err := New(Options{State: []byte("{}")}); err == nil {
		t.Error("an empty state was taken")
	}
}

// Whoever adds a field to what is remembered has to keep it: in save.go and
// load.go, and then here.
func TestSaveIsWhole(t *testing.T) {
	for _, tc := range []struct {
		of   any
		want string
	}{
		{Directory{}, "mu now delay serial tenants vendor issuers managedSecret botSecret"}, // the first three are of the run
		{Tenant{}, "ID Name InitialDomain Domains d apps sps users groups grants roles federated policies deleted owners owned members memberOf dirRoles secrets"},
		{Deleted{}, "ID At User Application ServicePrincipal groups secrets federated grants roles"},
		{link{}, "id visible"}, {secret{}, "info hash visible"},
	} {
		typ := reflect.TypeOf(tc.of)
		for i := range typ.NumField() {
			if name := typ.Field(i).Name; !slices.Contains(strings.Fields(tc.want), name) {
				t.Errorf("%s has a new field %s: does it survive Save?", typ.Name(), name)
			}
		}
	}
	hidden := map[string]string{"User": "Person", "FederatedCredential": "Application"}
	for _, of := range []any{User{}, FederatedCredential{}, Application{}, ServicePrincipal{}, Group{}, ScopeGrant{}, RoleAssignment{}, Person{}, Policy{}, DirectoryRole{}} {
		typ := reflect.TypeOf(of)
		for i := range typ.NumField() {
			f := typ.Field(i)
			if (f.Tag.Get("json") == "-" || !f.IsExported()) && hidden[typ.Name()] != f.Name {
				t.Errorf("%s.%s is not in its JSON: does it survive Save?", typ.Name(), f.Name)
			}
		}
	}
}

func TestCrowd(t *testing.T) {
	make := func() *Tenant {
		d, err := New(Options{Crowd: Crowd{Users: 200, Groups: 40, Nesting: 4}})
		if err != nil {
			t.Fatal(err)
		}
		return d.Tenants()[0]
	}
	one, two := make(), make()
	kinds, names := map[string]int{}, map[string]int{}
	for i, u := range one.Users() {
		if u.ID != two.Users()[i].ID || u.DisplayName != two.Users()[i].DisplayName {
			t.Fatalf("user %d is another one in the next run", i)
		}
		kinds[u.UserType]++
		names[u.DisplayName]++
		if !u.AccountEnabled {
			kinds["disabled"]++
		}
		if u.ExternalUserState != nil && *u.ExternalUserState == "PendingAcceptance" {
			kinds["pending"]++
		}
	}
	if kinds["Guest"] != 21 || kinds["Member"] != 185 || kinds["disabled"] < 2 || kinds["pending"] != 4 {
		t.Errorf("kinds %v", kinds)
	}
	namesakes := 0
	for _, n := range names {
		if n > 1 {
			namesakes++
		}
	}
	if namesakes < 20 {
		t.Errorf("%d names are borne by more than one", namesakes)
	}
	deepest := 0
	for _, g := range one.Groups() {
		deepest = max(deepest, len(one.TransitiveGroups(entra.ObjectID(g.ID), true)))
	}
	if deepest < 3 {
		t.Errorf("groups are nested %d deep", deepest)
	}
	if u, ok := one.Person("person-000001"); !ok || len(one.MemberOf(u.ID)) != groupsEach {
		t.Errorf("person-000001: %v", u)
	}
}

func BenchmarkLargeDirectory(b *testing.B) {
	for b.Loop() {
		d, err := New(Options{Crowd: Crowd{Users: 10000, Groups: 1000, Nesting: 5}})
		if err != nil {
			b.Fatal(err)
		}
		raw, err := d.Save()
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(raw)))
	}
}
