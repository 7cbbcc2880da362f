package directory

import (
	"fmt"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Owners lists who owns an app registration, service principal or group: users
// and service principals.
func (t *Tenant) Owners(object entra.ObjectID) []entra.ObjectID {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	return slices.Clone(t.owners[object])
}

// OwnedBy lists what somebody owns, in the order in which it came to be owned.
func (t *Tenant) OwnedBy(owner entra.ObjectID) []entra.ObjectID {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	return slices.Clone(t.owned[owner])
}

// AddOwner makes somebody an owner: ErrReference when they are not seen,
// ErrConflict when they own the object already. Owners can be seen at once.
func (t *Tenant) AddOwner(object, owner entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if !t.exists(owner) {
		return fmt.Errorf("owner %q: %w", owner, ErrReference)
	}
	if slices.Contains(t.owners[object], owner) {
		return fmt.Errorf("owner %q: %w", owner, ErrConflict)
	}
	t.owners[object] = append(t.owners[object], owner)
	t.owned[owner] = append(t.owned[owner], object)
	return nil
}

// RemoveOwner ends an ownership.
func (t *Tenant) RemoveOwner(object, owner entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if !slices.Contains(t.owners[object], owner) {
		return fmt.Errorf("owner %q of %q: %w", owner, object, ErrNotFound)
	}
	t.owners[object] = except(t.owners[object], owner)
	t.owned[owner] = except(t.owned[owner], object)
	return nil
}

func except(ids []entra.ObjectID, id entra.ObjectID) []entra.ObjectID {
	return slices.DeleteFunc(slices.Clone(ids), func(have entra.ObjectID) bool { return have == id })
}
