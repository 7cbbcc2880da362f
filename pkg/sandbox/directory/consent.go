package directory

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Grants lists the tenant's oauth2PermissionGrants.
func (t *Tenant) Grants() []*ScopeGrant { return read(t, t.grants.list) }

// Grant finds a grant by id.
func (t *Tenant) Grant(id string) (*ScopeGrant, bool) {
	return lookup(t, func(at time.Time) (*ScopeGrant, bool) { return t.grants.get(id, at) })
}

// CreateGrant consents to delegated permissions: ErrReference when one of the
// service principals is not seen, ErrConflict when the pair has a grant.
func (t *Tenant) CreateGrant(g ScopeGrant) (*ScopeGrant, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	for _, id := range []entra.ObjectID{g.ClientID, g.ResourceID} {
		if _, ok := t.sps.get(string(id), t.d.now()); !ok {
			return nil, fmt.Errorf("service principal %q: %w", id, ErrReference)
		}
	}
	for _, have := range t.grants.list(t.soon()) {
		if have.ClientID == g.ClientID && have.ResourceID == g.ResourceID && samePrincipal(have.PrincipalID, g.PrincipalID) {
			return nil, fmt.Errorf("permission grant: %w", ErrConflict)
		}
	}
	g.ID = strings.ReplaceAll(t.d.newID("grant"), "-", "")
	t.grants.put(g.ID, &g, t.soon())
	return &g, nil
}

func samePrincipal(a, b *entra.ObjectID) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}

// UpdateGrant changes the scopes of a grant.
func (t *Tenant) UpdateGrant(id, scope string) error {
	_, err := update(t, t.grants, id, func(g *ScopeGrant) error {
		g.Scope = scope
		return nil
	}, func(*ScopeGrant, *ScopeGrant) {})
	return err
}

// DeleteGrant takes consent back.
func (t *Tenant) DeleteGrant(id string) error { return drop(t, t.grants, id) }

// RoleAssignments lists the tenant's appRoleAssignments.
func (t *Tenant) RoleAssignments() []*RoleAssignment { return read(t, t.roles.list) }

// DefaultRole is assigned where an application has no role of its own.
const DefaultRole = "00000000-0000-0000-0000-000000000000"

// CreateRoleAssignment gives an application permission: ErrReference when
// principal, resource or role is not seen, ErrConflict when it is given already.
func (t *Tenant) CreateRoleAssignment(r RoleAssignment) (*RoleAssignment, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	at := t.d.now()
	resource, ok := t.sps.get(string(r.ResourceID), at)
	if !ok || !t.exists(r.PrincipalID) {
		return nil, fmt.Errorf("role assignment: %w", ErrReference)
	}
	if r.AppRoleID != DefaultRole && !slices.ContainsFunc(t.present(resource).AppRoles, func(a AppRole) bool { return a.ID == r.AppRoleID }) {
		return nil, fmt.Errorf("app role %q: %w", r.AppRoleID, ErrReference)
	}
	for _, have := range t.roles.list(t.soon()) {
		if have.PrincipalID == r.PrincipalID && have.ResourceID == r.ResourceID && have.AppRoleID == r.AppRoleID {
			return nil, fmt.Errorf("role assignment: %w", ErrConflict)
		}
	}
	return t.putRole(r, t.soon()), nil
}

func (t *Tenant) putRole(r RoleAssignment, visible time.Time) *RoleAssignment {
	at := t.d.now()
	r.ID, r.CreatedDateTime = t.d.newID("appRoleAssignment"), at.UTC().Truncate(time.Second)
	if s, ok := t.sps.get(string(r.ResourceID), at); ok {
		r.ResourceDisplayName = s.DisplayName
	}
	if s, ok := t.sps.get(string(r.PrincipalID), at); ok {
		r.PrincipalType, r.PrincipalDisplayName = "ServicePrincipal", s.DisplayName
	} else if u, ok := t.users.get(string(r.PrincipalID), at); ok {
		r.PrincipalType, r.PrincipalDisplayName = "User", u.DisplayName
	} else if g, ok := t.groups.get(string(r.PrincipalID), at); ok {
		r.PrincipalType, r.PrincipalDisplayName = "Group", g.DisplayName
	}
	t.roles.put(r.ID, &r, visible)
	return &r
}

// DeleteRoleAssignment takes an application permission back.
func (t *Tenant) DeleteRoleAssignment(id string) error { return drop(t, t.roles, id) }

func drop[T any](t *Tenant, from *table[T], id string) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if _, ok := from.get(id, t.d.now()); !ok {
		return fmt.Errorf("object %q: %w", id, ErrNotFound)
	}
	from.remove(id)
	return nil
}

// Roles lists the values of the application permissions that a principal has on
// a resource ("Directory.Read.All").
func (t *Tenant) Roles(principal, resource entra.ObjectID) []string {
	return read(t, func(at time.Time) []string {
		values := []string{}
		sp, ok := t.sps.get(string(resource), at)
		if !ok {
			return values
		}
		roles := t.present(sp).AppRoles
		for _, r := range t.roles.list(at) {
			for _, role := range roles {
				if r.PrincipalID == principal && r.ResourceID == resource && r.AppRoleID == role.ID {
					values = append(values, role.Value)
				}
			}
		}
		return values
	})
}

// Scopes lists the delegated permissions on a resource that a client may use
// for a user: pre-authorized by the resource or consented to in the tenant.
func (t *Tenant) Scopes(client, resource entra.ClientID, user entra.ObjectID) []string {
	return read(t, func(at time.Time) []string {
		values := []string{}
		app, _, ok := t.d.anyApplication(resource)
		if !ok {
			return values
		}
		for _, p := range app.API.PreAuthorizedApplications {
			for _, s := range app.API.OAuth2PermissionScopes {
				if p.AppID == client && s.IsEnabled && slices.Contains(p.DelegatedPermissionIDs, s.ID) {
					values = append(values, s.Value)
				}
			}
		}
		from, okC := t.sps.byKey(string(client), at)
		to, okR := t.sps.byKey(string(resource), at)
		for _, g := range t.grants.list(at) {
			if okC && okR && g.ClientID == from.ID && g.ResourceID == to.ID && (g.PrincipalID == nil || *g.PrincipalID == user) {
				values = append(values, strings.Fields(g.Scope)...)
			}
		}
		slices.Sort(values)
		return slices.Compact(values)
	})
}
