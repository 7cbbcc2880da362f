package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Roster lists the direct members of groups; one that is gone has none.
type Roster interface {
	Members(ctx context.Context, groups []entra.ObjectID, groupsOnly bool) (map[entra.ObjectID][]entra.Principal, error)
}

// Census counts who is in a group, through groups within it too, everybody
// once. Guests and disabled users are among the people.
type Census struct {
	People, Guests, Disabled int
	Applications             int
}

// Total is how many identities there are.
func (c Census) Total() int { return c.People + c.Applications }

// String returns "143 people, 12 guests, 3 disabled"; what there is none of is
// left out, but for the people.
func (c Census) String() string {
	parts := []string{plural(c.People, "person", "people")}
	if c.Guests > 0 {
		parts = append(parts, plural(c.Guests, "guest", "guests"))
	}
	if c.Disabled > 0 {
		parts = append(parts, fmt.Sprintf("%d disabled", c.Disabled))
	}
	if c.Applications > 0 {
		parts = append(parts, plural(c.Applications, "application", "applications"))
	}
	return strings.Join(parts, ", ")
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// Count takes the census of groups together: one round of requests for each
// level of nesting, and circles end where they began.
func Count(ctx context.Context, roster Roster, groups ...entra.ObjectID) (Census, error) {
	var c Census
	seen := map[entra.ObjectID]bool{}
	for _, id := range groups {
		seen[id] = true
	}
	for level := groups; len(level) > 0; {
		members, err := roster.Members(ctx, level, false)
		if err != nil {
			return c, fault.Wrap(fault.Failure, "count the members", err)
		}
		var next []entra.ObjectID
		for _, id := range level {
			for _, p := range members[id] {
				if seen[p.ID] {
					continue
				}
				seen[p.ID] = true
				if p.Kind == entra.Group {
					next = append(next, p.ID)
				}
				c.add(p)
			}
		}
		level = next
	}
	return c, nil
}

func (c *Census) add(p entra.Principal) {
	switch p.Kind {
	case entra.User:
		c.People++
		if p.External {
			c.Guests++
		}
		if p.Disabled {
			c.Disabled++
		}
	case entra.ServicePrincipal:
		c.Applications++
	}
}
