package directory

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Users lists the users of the tenant.
func (t *Tenant) Users() []*User { return read(t, t.users.list) }

// User finds a user by object id or UPN, without case.
func (t *Tenant) User(ref string) (*User, bool) {
	return lookup(t, func(at time.Time) (*User, bool) {
		if u, ok := t.users.get(ref, at); ok {
			return u, true
		}
		return t.users.byKey(ref, at)
	})
}

// Person finds a user by what a person calls themselves: "alice", a sign-in
// name, a UPN or an object id.
func (t *Tenant) Person(who string) (*User, bool) {
	if u, ok := t.User(who); ok {
		return u, true
	}
	return lookup(t, func(at time.Time) (*User, bool) {
		if u, ok := t.users.byKey(signInKey(who), at); ok {
			return u, true
		}
		return t.users.byKey(nameKey(who), at)
	})
}

// PersonAt finds the user that somebody of another tenant, or of this one, is
// here: home and id are of the person's own tenant.
func (t *Tenant) PersonAt(home entra.TenantID, id entra.ObjectID) (*User, bool) {
	return lookup(t, func(at time.Time) (*User, bool) { return t.users.byKey(homeKey(home, id), at) })
}

func signInKey(name string) string { return "signInName " + name }
func nameKey(name string) string   { return "name " + name }

func homeKey(home entra.TenantID, id entra.ObjectID) string {
	return "home " + string(home) + " " + string(id)
}

// userKeys are the second names of a user. An object id is not among them.
func userKeys(u *User) []string {
	return []string{u.UserPrincipalName, signInKey(u.Person.SignInName), nameKey(u.Person.Name), homeKey(u.Person.Home, u.Person.HomeID)}
}

// CreateUser adds a user. Without a Person it is a member at home here.
func (t *Tenant) CreateUser(u User) (*User, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if t.users.has(u.UserPrincipalName) {
		return nil, fmt.Errorf("user %q: %w", u.UserPrincipalName, ErrConflict)
	}
	u.ID = entra.ObjectID(t.d.newID("user"))
	return t.putUser(u, t.soon()), nil
}

func (t *Tenant) putUser(u User, visible time.Time) *User {
	u.CreatedDateTime = t.d.now().UTC().Truncate(time.Second)
	if u.UserType == "" {
		u.UserType = "Member"
	}
	if u.Person.Home == "" {
		u.Person.Home, u.Person.SignInName = t.ID, u.UserPrincipalName
	}
	if u.Person.HomeID == "" {
		u.Person.HomeID = u.ID
	}
	if u.Person.Name == "" {
		u.Person.Name, _, _ = strings.Cut(u.UserPrincipalName, "@")
	}
	u.normalize()
	t.users.put(string(u.ID), &u, visible)
	return &u
}

// UpdateUser changes a user; the id stays.
func (t *Tenant) UpdateUser(id entra.ObjectID, change func(*User) error) (*User, error) {
	person := true
	return update(t, t.users, string(id), change, func(old, u *User) {
		if person { // before change, which may move the person too
			u.Person, person = old.Person, false
		}
		u.ID, u.CreatedDateTime = old.ID, old.CreatedDateTime
		if !u.External(t.ID) && u.Person.SignInName == old.UserPrincipalName {
			u.Person.SignInName = u.UserPrincipalName
		}
		u.normalize()
	})
}

// DeleteUser removes a user and their memberships; Restore brings both back.
func (t *Tenant) DeleteUser(id entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	u, ok := t.users.get(string(id), t.d.now())
	if !ok {
		return fmt.Errorf("user %q: %w", id, ErrNotFound)
	}
	t.bin(Deleted{ID: id, User: u})
	t.users.remove(string(id))
	t.unlink(id)
	return nil
}

// Revoke makes every refresh token that the user has worthless.
func (t *Tenant) Revoke(id entra.ObjectID) error {
	at := t.d.now()
	_, err := t.UpdateUser(id, func(u *User) error {
		u.SignInSessionsValidFromDateTime = at
		return nil
	})
	return err
}

func (u *User) normalize() {
	full(&u.OtherMails)
	full(&u.ProxyAddresses)
	full(&u.Identities)
}
