package directory

import (
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Applications lists the app registrations of the tenant.
func (t *Tenant) Applications() []*Application {
	return read(t, func(at time.Time) []*Application {
		list := t.apps.list(at)
		for i, a := range list {
			list[i] = t.withSecrets(a)
		}
		return list
	})
}

// Application finds an app registration by object id.
func (t *Tenant) Application(id entra.ObjectID) (*Application, bool) {
	return lookup(t, func(at time.Time) (*Application, bool) {
		a, ok := t.apps.get(string(id), at)
		return t.withSecrets(a), ok
	})
}

// ApplicationByAppID finds an app registration by client id.
func (t *Tenant) ApplicationByAppID(id entra.ClientID) (*Application, bool) {
	return lookup(t, func(at time.Time) (*Application, bool) {
		a, ok := t.apps.byKey(string(id), at)
		return t.withSecrets(a), ok
	})
}

// ApplicationByUniqueName finds an app registration by its uniqueName.
func (t *Tenant) ApplicationByUniqueName(name string) (*Application, bool) {
	return lookup(t, func(at time.Time) (*Application, bool) {
		a, ok := t.apps.byKey("uniqueName "+name, at)
		return t.withSecrets(a), ok
	})
}

// CreateApplication registers an application: ids, date, publisher and the
// default audience are the directory's to give. No scope is made by itself.
func (t *Tenant) CreateApplication(a Application) (*Application, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if a.UniqueName != nil && t.apps.has("uniqueName "+*a.UniqueName) {
		return nil, fmt.Errorf("application with uniqueName %q: %w", *a.UniqueName, ErrConflict)
	}
	if uri, taken := t.uriTaken(a.IdentifierURIs, ""); taken {
		return nil, fmt.Errorf("identifier URI %q: %w", uri, ErrConflict)
	}
	a.ID, a.AppID = entra.ObjectID(t.d.newID("application")), entra.ClientID(t.d.newID("client"))
	a.CreatedDateTime, a.PublisherDomain = t.d.now().UTC().Truncate(time.Second), t.Domains[0]
	if a.SignInAudience == "" {
		a.SignInAudience = "AzureADMyOrg"
	}
	a.PasswordCredentials = nil
	a.normalize()
	t.apps.put(string(a.ID), &a, t.soon())
	return t.withSecrets(&a), nil
}

// UpdateApplication changes an app registration; ids and secrets stay.
func (t *Tenant) UpdateApplication(id entra.ObjectID, change func(*Application) error) (*Application, error) {
	checked := func(a *Application) error {
		if err := change(a); err != nil {
			return err
		}
		if uri, taken := t.uriTaken(a.IdentifierURIs, id); taken {
			return fmt.Errorf("identifier URI %q: %w", uri, ErrConflict)
		}
		return nil
	}
	return update(t, t.apps, string(id), checked, func(old, a *Application) {
		a.ID, a.AppID, a.CreatedDateTime, a.PasswordCredentials = old.ID, old.AppID, old.CreatedDateTime, nil
		a.normalize()
	})
}

// DeleteApplication removes an app registration with its service principal and
// secrets; Restore brings them back.
func (t *Tenant) DeleteApplication(id entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	a, ok := t.apps.get(string(id), t.d.now())
	if !ok {
		return fmt.Errorf("application %q: %w", id, ErrNotFound)
	}
	t.bin(Deleted{ID: id, Application: a, secrets: t.secrets[id], federated: t.federatedOf(id, t.soon())})
	t.apps.remove(string(id))
	delete(t.secrets, id)
	for _, f := range t.federatedOf(id, t.soon()) {
		t.federated.remove(f.ID)
	}
	for _, other := range t.d.tenants {
		if sp, ok := other.sps.byKey(string(a.AppID), other.soon()); ok {
			other.removePrincipal(sp.ID)
		}
	}
	return nil
}

// uriTaken tells which of the URIs belongs to another application of the tenant.
func (t *Tenant) uriTaken(uris []string, except entra.ObjectID) (string, bool) {
	for _, other := range t.apps.rows {
		for _, have := range other.value.IdentifierURIs {
			for _, uri := range uris {
				if other.value.ID != except && strings.EqualFold(have, uri) {
					return uri, true
				}
			}
		}
	}
	return "", false
}

// normalize makes absent lists empty: clients fall over null.
func (a *Application) normalize() {
	full(&a.IdentifierURIs)
	full(&a.Tags)
	full(&a.RequiredResourceAccess)
	full(&a.PasswordCredentials)
	full(&a.KeyCredentials)
	full(&a.AppRoles)
	full(&a.API.KnownClientApplications)
	full(&a.API.OAuth2PermissionScopes)
	full(&a.API.PreAuthorizedApplications)
	full(&a.PublicClient.RedirectURIs)
	full(&a.SPA.RedirectURIs)
	full(&a.Web.RedirectURIs)
	if c := a.OptionalClaims; c != nil {
		full(&c.IDToken)
		full(&c.AccessToken)
		full(&c.SAML2Token)
	}
}

func full[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}
