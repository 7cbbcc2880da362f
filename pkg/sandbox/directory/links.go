package directory

import (
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// exists reports whether a user, group or service principal can be seen; the
// lock is held, as in the whole file.
func (t *Tenant) exists(id entra.ObjectID) bool {
	at := t.d.now()
	_, user := t.users.get(string(id), at)
	_, group := t.groups.get(string(id), at)
	_, sp := t.sps.get(string(id), at)
	return user || group || sp
}

func (t *Tenant) link(group, member entra.ObjectID, visible time.Time) {
	t.members[group] = append(t.members[group], link{id: member, visible: visible})
	t.memberOf[member] = append(t.memberOf[member], link{id: group, visible: visible})
}

// unlink takes an object out of every membership, as group and as member.
func (t *Tenant) unlink(id entra.ObjectID) {
	for _, l := range t.members[id] {
		t.memberOf[l.id] = without(t.memberOf[l.id], id)
	}
	for _, l := range t.memberOf[id] {
		t.members[l.id] = without(t.members[l.id], id)
	}
	delete(t.members, id)
	delete(t.memberOf, id)
}

func without(list []link, id entra.ObjectID) []link {
	return slices.DeleteFunc(slices.Clone(list), func(l link) bool { return l.id == id })
}

func seen(list []link, at time.Time) []entra.ObjectID {
	ids := []entra.ObjectID{}
	for _, l := range list {
		if !l.visible.After(at) {
			ids = append(ids, l.id)
		}
	}
	return ids
}

// walk follows the links from start, nearest first, each object once.
func walk(links map[entra.ObjectID][]link, start entra.ObjectID, at time.Time) []entra.ObjectID {
	met := map[entra.ObjectID]bool{start: true}
	queue := []entra.ObjectID{start}
	for i := 0; i < len(queue); i++ {
		for _, id := range seen(links[queue[i]], at) {
			if !met[id] {
				met[id] = true
				queue = append(queue, id)
			}
		}
	}
	return queue[1:]
}
