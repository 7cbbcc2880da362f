package audit

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Nesting is which groups are in which, as far as they were asked about.
type Nesting struct {
	// Subgroups are the groups directly in a group.
	Subgroups map[entra.ObjectID][]entra.ObjectID
	// Of are all the groups that somebody is in, through others too.
	Of map[entra.ObjectID]bool
	// Prefix is what the cluster puts before a group's object id.
	Prefix string
}

// Group returns the group that a subject names as the cluster does.
func (n Nesting) Group(s Subject) (entra.ObjectID, bool) {
	id, ok := strings.CutPrefix(s.Name, n.Prefix)
	return entra.ObjectID(id), ok && s.Kind == KindGroup
}

// Chain returns the shortest way from a group that its member is in directly up
// to a group: both ends included. A group of theirs that holds no other group of
// theirs must hold them itself. None is nil.
func (n Nesting) Chain(to entra.ObjectID) []entra.ObjectID {
	if !n.Of[to] {
		return nil
	}
	via := map[entra.ObjectID]entra.ObjectID{to: ""}
	for queue := []entra.ObjectID{to}; len(queue) > 0; queue = queue[1:] {
		at, inner := queue[0], false
		for _, sub := range n.Subgroups[at] {
			if !n.Of[sub] {
				continue
			}
			inner = true
			if _, seen := via[sub]; !seen {
				via[sub] = at
				queue = append(queue, sub)
			}
		}
		if !inner {
			return n.climb(at, via)
		}
	}
	return []entra.ObjectID{to} // a ring of groups that are in each other
}

func (n Nesting) climb(from entra.ObjectID, via map[entra.ObjectID]entra.ObjectID) []entra.ObjectID {
	var chain []entra.ObjectID
	for at := from; at != ""; at = via[at] {
		chain = append(chain, at)
	}
	return chain
}

// Expand returns everybody in a group, by the chain of groups that holds them:
// the group first, the one they are in last. Each person has the shortest chain.
func Expand(group entra.ObjectID, members map[entra.ObjectID][]entra.Principal) map[entra.ObjectID][]entra.ObjectID {
	chains := map[entra.ObjectID][]entra.ObjectID{}
	seen := map[entra.ObjectID]bool{group: true}
	for queue := [][]entra.ObjectID{{group}}; len(queue) > 0; queue = queue[1:] {
		chain := queue[0]
		for _, m := range members[chain[len(chain)-1]] {
			switch {
			case m.Kind == entra.Group && !seen[m.ID]:
				seen[m.ID] = true
				queue = append(queue, append(slices.Clone(chain), m.ID))
			case m.Kind != entra.Group && chains[m.ID] == nil:
				chains[m.ID] = chain
			}
		}
	}
	return chains
}
