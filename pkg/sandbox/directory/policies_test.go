package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

func TestFederatedCredentials(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	home := d.Tenants()[0]
	app, err := home.CreateApplication(Application{DisplayName: "x"})
	if err != nil {
		t.Fatal(err)
	}
	for n := range maxFederated {
		if _, err := home.CreateFederatedCredential(app.ID, FederatedCredential{Name: fmt.Sprint(n), Issuer: "https://ci", Subject: fmt.Sprint(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := home.CreateFederatedCredential(app.ID, FederatedCredential{Name: "one more"}); !errors.Is(err, ErrConflict) {
		t.Errorf("number 21: %v", err)
	}
	list := home.FederatedCredentials(app.ID)
	if err := home.DeleteFederatedCredential(list[0].ID); err != nil {
		t.Fatal(err)
	}
	for _, f := range []FederatedCredential{{Name: "1"}, {Name: "new", Issuer: "https://ci", Subject: "1"}} {
		if _, err := home.CreateFederatedCredential(app.ID, f); !errors.Is(err, ErrConflict) {
			t.Errorf("%+v: %v", f, err)
		}
	}
	if err := home.DeleteApplication(app.ID); err != nil {
		t.Fatal(err)
	}
	if left := home.FederatedCredentials(app.ID); len(left) != 0 {
		t.Errorf("%d are left of a deleted application", len(left))
	}
}

// A key credential is read in each form in which clients send it.
func TestCertificateForms(t *testing.T) {
	if _, err := readCertificate(json.RawMessage(`{"key":"bm90IGEgY2VydGlmaWNhdGU="}`)); err == nil {
		t.Error("text was taken for a certificate")
	}
	if _, err := readCertificate(json.RawMessage(`{"key":null}`)); err == nil {
		t.Error("no key was taken for a certificate")
	}
	if _, err := readCertificate(json.RawMessage(`7`)); err == nil {
		t.Error("a number was taken for a certificate")
	}
}

// The first of two with one nickname is meant, and goes on to be found when the
// other one changes.
func TestNamesakes(t *testing.T) {
	d, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	home := d.Tenants()[0]
	alice, _ := home.Person("alice")
	other, err := home.CreateUser(User{UserPrincipalName: "alice@contoso.onmicrosoft.com", AccountEnabled: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := home.UpdateUser(other.ID, func(u *User) error { u.UserPrincipalName = "al@contoso.com"; return nil }); err != nil {
		t.Fatal(err)
	}
	if u, ok := home.Person("alice"); !ok || u.ID != alice.ID {
		t.Errorf("alice is %+v", u)
	}
	if u, ok := home.Person("al@contoso.com"); !ok || u.ID != other.ID || u.Person.SignInName != "al@contoso.com" {
		t.Errorf("renamed: %+v", u)
	}
	if u, ok := home.PersonAt(home.ID, alice.ID); !ok || u.ID != alice.ID {
		t.Errorf("at home: %+v", u)
	}
	if home.PoliciesFor(alice.ID, "") != nil {
		t.Error("erin's policy is for alice")
	}
}
