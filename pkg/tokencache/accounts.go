package tokencache

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Account is a sign-in that this machine knows.
type Account struct {
	Home     string         `json:"home"`     // "<object id>.<tenant id>" in the account's own tenant
	Object   entra.ObjectID `json:"object"`   // in the tenant that was signed in to
	Username string         `json:"username"` // somebody else's text
	Session  string         `json:"session"`  // names the refresh token, one for many tenants and audiences
}

// Matches reports whether a person means this account by s: its user name in
// any case, its object id, or its home account.
func (a Account) Matches(s string) bool {
	return s != "" && (strings.EqualFold(s, a.Username) || strings.EqualFold(s, string(a.Object)) || strings.EqualFold(s, a.Home))
}

// Accounts are the accounts known to one authority, tenant and client.
type Accounts struct {
	Authority string         `json:"authority"`
	Tenant    string         `json:"tenant"`
	Client    entra.ClientID `json:"client"`
	Pinned    string         `json:"pinned"` // Home of the one that is meant when none is named
	Known     []Account      `json:"known"`
}

// Find returns the account that name means; empty is the pinned one.
func (a Accounts) Find(name string) (Account, bool) {
	for _, acc := range a.Known {
		if name == "" && acc.Home != "" && acc.Home == a.Pinned || acc.Matches(name) {
			return acc, true
		}
	}
	return Account{}, false
}

// With returns the accounts and one more. The first is pinned; later ones
// never take its place.
func (a Accounts) With(acc Account) Accounts {
	known := slices.DeleteFunc(slices.Clone(a.Known), func(k Account) bool { return k.Home == acc.Home })
	a.Known = append(known, acc)
	if a.Pinned == "" {
		a.Pinned = acc.Home
	}
	return a
}

// Without returns the accounts but one. A pinned one leaves its place open for
// the next sign-in.
func (a Accounts) Without(home string) Accounts {
	a.Known = slices.DeleteFunc(slices.Clone(a.Known), func(k Account) bool { return k.Home == home })
	if a.Pinned == home {
		a.Pinned = ""
	}
	return a
}

// Accounts returns the accounts of a name made by token.Keys: none, when none
// are known, and with ErrUnreadable.
func (d Dir) Accounts(name string) (Accounts, error) {
	var a Accounts
	err := d.readJSON(accountsDir, name, &a)
	if errors.Is(err, ErrMiss) {
		err = nil
	}
	return a, err
}

// PutAccounts keeps the accounts.
func (d Dir) PutAccounts(name string, a Accounts) error { return d.writeJSON(accountsDir, name, a) }

// KeepAccounts is PutAccounts that keeps no empty list.
func (d Dir) KeepAccounts(name string, a Accounts) error {
	if len(a.Known) == 0 {
		return d.Remove(accountsDir, name)
	}
	return d.PutAccounts(name, a)
}

// QuarantineAccounts sets the list aside.
func (d Dir) QuarantineAccounts(name string) error { return d.Aside(accountsDir, name) }

// TenantID returns the id that a domain was resolved to.
func (d Dir) TenantID(name string) (entra.TenantID, error) {
	var id entra.TenantID
	if err := d.readJSON(tenantsDir, name, &id); err != nil {
		return "", err
	}
	if !entra.IsGUID(string(id)) {
		return "", ErrUnreadable
	}
	return id, nil
}

// PutTenantID keeps the id of a domain.
func (d Dir) PutTenantID(name string, id entra.TenantID) error {
	return d.writeJSON(tenantsDir, name, id)
}

func (d Dir) readJSON(sub, name string, into any) error {
	data, err := d.Read(sub, name)
	if err != nil {
		return err
	}
	if json.Unmarshal(data, into) != nil {
		return ErrUnreadable
	}
	return nil
}

func (d Dir) writeJSON(sub, name string, from any) error {
	data, err := json.Marshal(from)
	if err != nil {
		return err
	}
	return d.Write(sub, name, data)
}
