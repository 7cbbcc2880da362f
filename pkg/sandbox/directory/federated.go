package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// maxFederated is how many federated credentials an application may have.
const maxFederated = 20

// FederatedCredential is a federatedIdentityCredential: tokens of an issuer
// about a subject count as the application's own proof.
type FederatedCredential struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Issuer      string   `json:"issuer"`
	Subject     string   `json:"subject"`
	Description *string  `json:"description"`
	Audiences   []string `json:"audiences"`

	Application entra.ObjectID `json:"-"`
}

// FederatedCredentials lists those of an app registration.
func (t *Tenant) FederatedCredentials(app entra.ObjectID) []*FederatedCredential {
	return read(t, func(at time.Time) []*FederatedCredential { return t.federatedOf(app, at) })
}

func (t *Tenant) federatedOf(app entra.ObjectID, at time.Time) []*FederatedCredential {
	return slices.DeleteFunc(t.federated.list(at), func(f *FederatedCredential) bool { return f.Application != app })
}

// CreateFederatedCredential lets an application be proved by an issuer:
// ErrNotFound without the application, ErrConflict with the credential that has
// the name, or issuer and subject, already, or without one when there are 20.
func (t *Tenant) CreateFederatedCredential(app entra.ObjectID, f FederatedCredential) (*FederatedCredential, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if _, ok := t.apps.get(string(app), t.d.now()); !ok {
		return nil, fmt.Errorf("application %q: %w", app, ErrNotFound)
	}
	all := t.federatedOf(app, t.soon())
	if len(all) == maxFederated {
		return nil, fmt.Errorf("application %q has %d federated credentials: %w", app, maxFederated, ErrConflict)
	}
	for _, have := range all {
		if have.Name == f.Name || have.Issuer == f.Issuer && have.Subject == f.Subject {
			return have, fmt.Errorf("federated credential %q: %w", have.Name, ErrConflict)
		}
	}
	f.ID, f.Application = t.d.newID("federatedIdentityCredential"), app
	full(&f.Audiences)
	t.federated.put(f.ID, &f, t.soon())
	return &f, nil
}

// UpdateFederatedCredential changes issuer, subject, audiences or description;
// id and name stay.
func (t *Tenant) UpdateFederatedCredential(id string, change func(*FederatedCredential) error) (*FederatedCredential, error) {
	return update(t, t.federated, id, change, func(old, f *FederatedCredential) {
		f.ID, f.Name, f.Application = old.ID, old.Name, old.Application
		full(&f.Audiences)
	})
}

// DeleteFederatedCredential ends an issuer's word for an application.
func (t *Tenant) DeleteFederatedCredential(id string) error { return drop(t, t.federated, id) }

// FederatedCredentialsOf lists those of a client, wherever it is at home.
func (d *Directory) FederatedCredentialsOf(client entra.ClientID) []*FederatedCredential {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := d.now()
	for _, t := range d.tenants {
		if a, ok := t.apps.byKey(string(client), at); ok {
			return t.federatedOf(a.ID, at)
		}
	}
	return nil
}

// TrustIssuer gives the keys of an issuer, as a JWKS document, so that nobody
// has to ask the issuer for them.
func (d *Directory) TrustIssuer(issuer string, jwks []byte) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.issuers[issuer] = slices.Clone(jwks)
}

// IssuerKeys returns what TrustIssuer was given.
func (d *Directory) IssuerKeys(issuer string) ([]byte, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	jwks, ok := d.issuers[issuer]
	return jwks, ok
}
