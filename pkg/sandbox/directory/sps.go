package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// ServicePrincipals lists the service principals of the tenant.
func (t *Tenant) ServicePrincipals() []*ServicePrincipal {
	return read(t, func(at time.Time) []*ServicePrincipal {
		list := t.sps.list(at)
		for i, s := range list {
			list[i] = t.present(s)
		}
		return list
	})
}

// ServicePrincipal finds a service principal by object id.
func (t *Tenant) ServicePrincipal(id entra.ObjectID) (*ServicePrincipal, bool) {
	return lookup(t, func(at time.Time) (*ServicePrincipal, bool) {
		s, ok := t.sps.get(string(id), at)
		return t.present(s), ok
	})
}

// ServicePrincipalByAppID finds a service principal by client id.
func (t *Tenant) ServicePrincipalByAppID(id entra.ClientID) (*ServicePrincipal, bool) {
	return lookup(t, func(at time.Time) (*ServicePrincipal, bool) {
		s, ok := t.sps.byKey(string(id), at)
		return t.present(s), ok
	})
}

// Resource finds a service principal by any of its names: client id, identifier
// URI. Slashes at the end do not count.
func (t *Tenant) Resource(name string) (*ServicePrincipal, bool) {
	return lookup(t, func(at time.Time) (*ServicePrincipal, bool) {
		if s, ok := t.sps.byKey(name, at); ok {
			return t.present(s), true
		}
		name = strings.TrimRight(name, "/")
		for _, s := range t.sps.list(at) {
			s = t.present(s)
			if slices.ContainsFunc(s.ServicePrincipalNames, func(n string) bool {
				return strings.EqualFold(strings.TrimRight(n, "/"), name)
			}) {
				return s, true
			}
		}
		return nil, false
	})
}

// CreateServicePrincipal makes an application present in the tenant. The
// application must be seen: ErrReference; a second one is ErrConflict.
func (t *Tenant) CreateServicePrincipal(s ServicePrincipal) (*ServicePrincipal, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if t.sps.has(string(s.AppID)) {
		return nil, fmt.Errorf("service principal of %q: %w", s.AppID, ErrConflict)
	}
	app, home, ok := t.d.anyApplication(s.AppID)
	if !ok || home != t.ID && home != t.d.vendor.ID && app.SignInAudience == "AzureADMyOrg" {
		return nil, fmt.Errorf("application %q: %w", s.AppID, ErrReference)
	}
	s.ID = entra.ObjectID(t.d.newID("servicePrincipal"))
	return t.putPrincipal(s, app, home, t.soon()), nil
}

func (t *Tenant) putPrincipal(s ServicePrincipal, app *Application, home entra.TenantID, visible time.Time) *ServicePrincipal {
	s.CreatedDateTime, s.AppOwnerOrganizationID = t.d.now().UTC().Truncate(time.Second), home
	if s.ServicePrincipalType == "" {
		s.ServicePrincipalType = "Application"
	}
	s.DisplayName = app.DisplayName
	full(&s.Tags)
	full(&s.KeyCredentials)
	t.sps.put(string(s.ID), &s, visible)
	return t.present(&s)
}

// UpdateServicePrincipal changes a service principal; ids and secrets stay.
func (t *Tenant) UpdateServicePrincipal(id entra.ObjectID, change func(*ServicePrincipal) error) (*ServicePrincipal, error) {
	return update(t, t.sps, string(id), change, func(old, s *ServicePrincipal) {
		s.ID, s.AppID, s.CreatedDateTime, s.AppOwnerOrganizationID = old.ID, old.AppID, old.CreatedDateTime, old.AppOwnerOrganizationID
		full(&s.Tags)
	})
}

// DeleteServicePrincipal removes a service principal, its grants and secrets;
// Restore brings them back.
func (t *Tenant) DeleteServicePrincipal(id entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if _, ok := t.sps.get(string(id), t.d.now()); !ok {
		return fmt.Errorf("service principal %q: %w", id, ErrNotFound)
	}
	t.removePrincipal(id)
	return nil
}

func (t *Tenant) removePrincipal(id entra.ObjectID) {
	gone := Deleted{ID: id, secrets: t.secrets[id]}
	gone.ServicePrincipal, _ = t.sps.get(string(id), t.soon())
	for _, g := range t.grants.list(t.soon()) {
		if g.ClientID == id || g.ResourceID == id {
			gone.grants = append(gone.grants, g)
			t.grants.remove(g.ID)
		}
	}
	for _, r := range t.roles.list(t.soon()) {
		if r.PrincipalID == id || r.ResourceID == id {
			gone.roles = append(gone.roles, r)
			t.roles.remove(r.ID)
		}
	}
	t.bin(gone)
	t.sps.remove(string(id))
	delete(t.secrets, id)
	t.unlink(id)
}

// present returns s with what belongs to its registration and its secrets.
func (t *Tenant) present(s *ServicePrincipal) *ServicePrincipal {
	if s == nil {
		return nil
	}
	c := *s
	if app, _, ok := t.d.anyApplication(s.AppID); ok {
		c.AppDisplayName, c.SignInAudience = app.DisplayName, app.SignInAudience
		c.OAuth2PermissionScopes, c.AppRoles = app.API.OAuth2PermissionScopes, app.AppRoles
		c.ServicePrincipalNames = append([]string{string(s.AppID)}, app.IdentifierURIs...)
	}
	c.PasswordCredentials = t.credentials(s.ID)
	full(&c.ServicePrincipalNames)
	full(&c.OAuth2PermissionScopes)
	full(&c.AppRoles)
	return &c
}
