package directory

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

func TestOwners(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	home := d.Tenants()[0]
	alice, _ := home.Person("alice")
	g := home.Groups()[0]
	if err := home.AddOwner(g.ID, alice.ID); err != nil {
		t.Fatal(err)
	}
	if err := home.AddOwner(g.ID, alice.ID); !errors.Is(err, ErrConflict) {
		t.Errorf("second time: %v", err)
	}
	if err := home.AddOwner(g.ID, "nobody"); !errors.Is(err, ErrReference) {
		t.Errorf("nobody: %v", err)
	}
	if !slices.Equal(home.Owners(g.ID), []entra.ObjectID{alice.ID}) || !slices.Equal(home.OwnedBy(alice.ID), []entra.ObjectID{g.ID}) {
		t.Errorf("owners %v, owned %v", home.Owners(g.ID), home.OwnedBy(alice.ID))
	}
	if err := home.RemoveOwner(g.ID, alice.ID); err != nil || len(home.Owners(g.ID))+len(home.OwnedBy(alice.ID)) != 0 {
		t.Errorf("removed: %v, %v", err, home.Owners(g.ID))
	}
	if err := home.RemoveOwner(g.ID, alice.ID); !errors.Is(err, ErrNotFound) {
		t.Errorf("removed again: %v", err)
	}
}

func TestRestoreApplication(t *testing.T) {
	now := time.Now()
	d, err := New(Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	home := d.Tenants()[0]
	app, err := home.CreateApplication(Application{DisplayName: "x"})
	if err != nil {
		t.Fatal(err)
	}
	sp, err := home.CreateServicePrincipal(ServicePrincipal{AppID: app.AppID, AccountEnabled: true})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := home.AddSecret(app.ID, PasswordCredential{})
	if err != nil {
		t.Fatal(err)
	}
	group := home.Groups()[0].ID
	if err := home.AddMember(group, sp.ID); err != nil {
		t.Fatal(err)
	}
	if err := home.DeleteApplication(app.ID); err != nil || home.CheckSecret(app.AppID, *secret.SecretText) != SecretWrong {
		t.Fatalf("delete: %v", err)
	}
	if got := home.DeletedObjects(); len(got) != 2 || slices.Contains(home.Members(group), sp.ID) {
		t.Fatalf("%d deleted objects, want the registration and its service principal", len(got))
	}
	if err := home.Restore(app.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := home.ServicePrincipal(sp.ID); !ok || home.CheckSecret(app.AppID, *secret.SecretText) != SecretGood || !slices.Contains(home.Members(group), sp.ID) {
		t.Error("the service principal, its membership or the secret did not come back")
	}
	if err := home.DeleteApplication(app.ID); err != nil {
		t.Fatal(err)
	}
	now = now.Add(keptDeleted)
	if err := home.Restore(app.ID); !errors.Is(err, ErrNotFound) || len(home.DeletedObjects()) != 0 {
		t.Errorf("after 30 days: %v", err)
	}
}
