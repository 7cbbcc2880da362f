package tokencache

import "github.com/kubectl-aad/kubectl-aad/pkg/token"

// Place is where the cache keeps what belongs to a request, as both the front
// and the broker find it.
type Place struct {
	token.Keys
	Request  token.Request // with the tenant's id
	Accounts Accounts
	Account  Account // zero: nobody known, or not a person
}

// TokenKey returns the key of the request's access token.
func (p Place) TokenKey() string { return p.Keys.Token(p.Account.Home) }

// Find resolves a request with what is on disk alone. ErrMiss: the tenant's id
// is not known. A person without a known account has a zero Account.
func (d Dir) Find(req token.Request) (Place, error) {
	if req.ResolvedTenant() {
		return d.Place(req)
	}
	keys, err := req.Keys()
	if err != nil {
		return Place{}, err
	}
	id, err := d.TenantID(keys.Tenant())
	if err != nil {
		return Place{}, err
	}
	req.Tenant = string(id)
	return d.Place(req)
}

// Place is Find for a request whose tenant needs no look-up. With an error
// about the accounts it still returns the place, without them.
func (d Dir) Place(req token.Request) (Place, error) {
	keys, err := req.Keys()
	if err != nil {
		return Place{}, err
	}
	p := Place{Keys: keys, Request: req}
	if !req.ForPerson() {
		return p, nil
	}
	p.Accounts, err = d.Accounts(keys.Accounts())
	p.Account, _ = p.Accounts.Find(req.Account)
	return p, err
}

// Lookup returns the entry of a place, valid or expired, unless it was got with
// another credential or for another account.
func (d Dir) Lookup(p Place) (Entry, error) {
	e, err := d.Get(p.TokenKey())
	if err != nil {
		return Entry{}, err
	}
	fingerprint, err := p.Request.Fingerprint()
	if err != nil {
		return Entry{}, err
	}
	if e.Fingerprint != fingerprint || e.Home != p.Account.Home {
		return Entry{}, ErrMiss
	}
	return e, nil
}
