package directory

import (
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// keptDeleted is how long what was deleted can be restored.
const keptDeleted = 30 * 24 * time.Hour

// Deleted is an object that can be restored, with what went with it. One of
// User, Application and ServicePrincipal is set; groups of the kind that the
// sandbox has (security groups) are gone at once.
type Deleted struct {
	ID entra.ObjectID
	At time.Time

	User             *User
	Application      *Application
	ServicePrincipal *ServicePrincipal

	groups    []entra.ObjectID // it was a member of
	secrets   []secret
	federated []*FederatedCredential
	grants    []*ScopeGrant
	roles     []*RoleAssignment
}

// bin keeps what is about to be removed; the lock is held, as in all functions
// here that have a small letter.
func (t *Tenant) bin(d Deleted) {
	d.At = t.d.now().UTC().Truncate(time.Second)
	for _, l := range t.memberOf[d.ID] {
		d.groups = append(d.groups, l.id)
	}
	t.deleted.put(string(d.ID), &d, time.Time{})
}

// DeletedObjects lists what was deleted in the last 30 days, oldest first.
func (t *Tenant) DeletedObjects() []*Deleted {
	return read(t, func(at time.Time) []*Deleted {
		var out []*Deleted
		for _, d := range t.deleted.list(at) {
			if at.Before(d.At.Add(keptDeleted)) {
				out = append(out, d)
			}
		}
		return out
	})
}

// DeletedObject finds one of them by object id.
func (t *Tenant) DeletedObject(id entra.ObjectID) (*Deleted, bool) {
	return lookup(t, func(at time.Time) (*Deleted, bool) { return t.binned(id, at) })
}

func (t *Tenant) binned(id entra.ObjectID, at time.Time) (*Deleted, bool) {
	d, ok := t.deleted.get(string(id), at)
	return d, ok && at.Before(d.At.Add(keptDeleted))
}

// Purge forgets a deleted object for good.
func (t *Tenant) Purge(id entra.ObjectID) error { return drop(t, t.deleted, string(id)) }

// Restore brings a deleted object back, an app registration with its service
// principal: ErrConflict when another object has its name by now.
func (t *Tenant) Restore(id entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	d, ok := t.binned(id, t.d.now())
	if !ok {
		return fmt.Errorf("deleted object %q: %w", id, ErrNotFound)
	}
	return t.restore(d)
}

func (t *Tenant) restore(d *Deleted) error {
	switch {
	case d.User != nil:
		if t.users.has(d.User.UserPrincipalName) {
			return fmt.Errorf("user %q: %w", d.User.UserPrincipalName, ErrConflict)
		}
		t.users.put(string(d.ID), d.User, t.soon())
	case d.Application != nil:
		return t.restoreApplication(d)
	default:
		if _, _, ok := t.d.anyApplication(d.ServicePrincipal.AppID); !ok {
			return fmt.Errorf("application %q: %w", d.ServicePrincipal.AppID, ErrReference)
		}
		if t.sps.has(string(d.ServicePrincipal.AppID)) {
			return fmt.Errorf("service principal of %q: %w", d.ServicePrincipal.AppID, ErrConflict)
		}
		t.sps.put(string(d.ID), d.ServicePrincipal, t.soon())
	}
	t.reattach(d)
	return nil
}

func (t *Tenant) restoreApplication(d *Deleted) error {
	a := d.Application
	if uri, taken := t.uriTaken(a.IdentifierURIs, ""); taken {
		return fmt.Errorf("identifier URI %q: %w", uri, ErrConflict)
	}
	if a.UniqueName != nil && t.apps.has("uniqueName "+*a.UniqueName) {
		return fmt.Errorf("application with uniqueName %q: %w", *a.UniqueName, ErrConflict)
	}
	t.apps.put(string(d.ID), a, t.d.now()) // seen at once: its service principal refers to it
	t.reattach(d)
	for _, sp := range t.deleted.list(t.d.now()) {
		if sp.ServicePrincipal != nil && sp.ServicePrincipal.AppID == a.AppID && !t.sps.has(string(a.AppID)) {
			return t.restore(sp)
		}
	}
	return nil
}

// reattach gives a restored object what it had, as far as the other ends of its
// links are still there.
func (t *Tenant) reattach(d *Deleted) {
	t.deleted.remove(string(d.ID))
	for _, g := range d.groups {
		t.link(g, d.ID, t.soon())
	}
	if len(d.secrets) > 0 {
		t.secrets[d.ID] = d.secrets
	}
	for _, f := range d.federated {
		t.federated.put(f.ID, f, t.soon())
	}
	for _, g := range d.grants {
		t.grants.put(g.ID, g, t.soon())
	}
	for _, r := range d.roles {
		t.roles.put(r.ID, r, t.soon())
	}
}
