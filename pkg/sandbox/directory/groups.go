package directory

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Groups lists the groups of the tenant.
func (t *Tenant) Groups() []*Group { return read(t, t.groups.list) }

// Group finds a group by object id.
func (t *Tenant) Group(id entra.ObjectID) (*Group, bool) {
	return lookup(t, func(at time.Time) (*Group, bool) { return t.groups.get(string(id), at) })
}

// CreateGroup adds a group with its first members: all of them or ErrReference.
func (t *Tenant) CreateGroup(g Group, members ...entra.ObjectID) (*Group, error) {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	for _, m := range members {
		if !t.exists(m) {
			return nil, fmt.Errorf("member %q: %w", m, ErrReference)
		}
	}
	g.ID = entra.ObjectID(t.d.newID("group"))
	p := t.putGroup(g, t.soon())
	for _, m := range members {
		t.link(p.ID, m, t.soon())
	}
	return p, nil
}

func (t *Tenant) putGroup(g Group, visible time.Time) *Group {
	g.CreatedDateTime = t.d.now().UTC().Truncate(time.Second)
	full(&g.GroupTypes)
	full(&g.ProxyAddresses)
	t.groups.put(string(g.ID), &g, visible)
	return &g
}

// UpdateGroup changes a group; the id stays.
func (t *Tenant) UpdateGroup(id entra.ObjectID, change func(*Group) error) (*Group, error) {
	return update(t, t.groups, string(id), change, func(old, g *Group) {
		g.ID, g.CreatedDateTime = old.ID, old.CreatedDateTime
		full(&g.GroupTypes)
		full(&g.ProxyAddresses)
	})
}

// DeleteGroup removes a group and its memberships.
func (t *Tenant) DeleteGroup(id entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if _, ok := t.groups.get(string(id), t.d.now()); !ok {
		return fmt.Errorf("group %q: %w", id, ErrNotFound)
	}
	t.groups.remove(string(id))
	t.unlink(id)
	return nil
}

// AddMember puts a user, group or service principal into a group: ErrNotFound
// for the group, ErrReference for the member, ErrConflict when it is in already.
func (t *Tenant) AddMember(group, member entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	if _, ok := t.groups.get(string(group), t.d.now()); !ok {
		return fmt.Errorf("group %q: %w", group, ErrNotFound)
	}
	if !t.exists(member) {
		return fmt.Errorf("member %q: %w", member, ErrReference)
	}
	if slices.ContainsFunc(t.members[group], func(l link) bool { return l.id == member }) {
		return fmt.Errorf("member %q: %w", member, ErrConflict)
	}
	t.link(group, member, t.soon())
	return nil
}

// RemoveMember takes a member out of a group.
func (t *Tenant) RemoveMember(group, member entra.ObjectID) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	before := len(t.members[group])
	t.members[group] = without(t.members[group], member)
	t.memberOf[member] = without(t.memberOf[member], group)
	if len(t.members[group]) == before {
		return fmt.Errorf("member %q of %q: %w", member, group, ErrNotFound)
	}
	return nil
}

// Members lists the direct members of a group or directory role.
func (t *Tenant) Members(group entra.ObjectID) []entra.ObjectID {
	return read(t, func(at time.Time) []entra.ObjectID { return seen(t.members[group], at) })
}

// MemberOf lists the groups and directory roles that have id as direct member.
func (t *Tenant) MemberOf(id entra.ObjectID) []entra.ObjectID {
	return read(t, func(at time.Time) []entra.ObjectID { return seen(t.memberOf[id], at) })
}

// TransitiveMembers lists everything in a group, groups in it included.
func (t *Tenant) TransitiveMembers(group entra.ObjectID) []entra.ObjectID {
	return read(t, func(at time.Time) []entra.ObjectID { return walk(t.members, group, at) })
}

// TransitiveGroups lists the groups that a principal is in, directly or through
// other groups; securityOnly leaves out those that are not security-enabled.
func (t *Tenant) TransitiveGroups(id entra.ObjectID, securityOnly bool) []*Group {
	return read(t, func(at time.Time) []*Group {
		groups := []*Group{}
		for _, id := range walk(t.memberOf, id, at) {
			if g, ok := t.groups.get(string(id), at); ok && (g.SecurityEnabled || !securityOnly) {
				groups = append(groups, g)
			}
		}
		return groups
	})
}
