package directory

import (
	"context"
	"errors"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// rolls are the members of groups by id; it counts how often it is asked.
type rolls struct {
	members map[entra.ObjectID][]entra.Principal
	asked   int
	err     error
}

func (r *rolls) Members(_ context.Context, groups []entra.ObjectID, _ bool) (map[entra.ObjectID][]entra.Principal, error) {
	r.asked++
	found := map[entra.ObjectID][]entra.Principal{}
	for _, id := range groups {
		found[id] = r.members[id]
	}
	return found, r.err
}

func TestCount(t *testing.T) {
	user := func(id string) entra.Principal { return entra.Principal{ID: entra.ObjectID(id), Kind: entra.User} }
	guest, gone := user("g"), user("d")
	guest.External, guest.Disabled, gone.Disabled = true, true, true
	inner := func(id string) entra.Principal { return entra.Principal{ID: entra.ObjectID(id), Kind: entra.Group} }
	r := &rolls{members: map[entra.ObjectID][]entra.Principal{
		"top":  {user("a"), inner("mid"), inner("side"), {ID: "bot", Kind: entra.ServicePrincipal}},
		"mid":  {user("a"), guest, inner("deep")},
		"side": {user("b"), inner("deep")},
		"deep": {gone, inner("top")}, // a circle
	}}
	tests := []struct {
		groups []entra.ObjectID
		text   string
		total  int
		asked  int
	}{
		{[]entra.ObjectID{"top"}, "4 people, 1 guest, 2 disabled, 1 application", 5, 3},
		{[]entra.ObjectID{"deep", "mid"}, "4 people, 1 guest, 2 disabled, 1 application", 5, 3},
		{[]entra.ObjectID{"empty"}, "0 people", 0, 1},
		{nil, "0 people", 0, 0},
	}
	for _, tt := range tests {
		r.asked = 0
		c, err := Count(t.Context(), r, tt.groups...)
		if err != nil || c.String() != tt.text || c.Total() != tt.total || r.asked != tt.asked {
			t.Errorf("%v: %s (%d), %v, asked %d times", tt.groups, c, c.Total(), err, r.asked)
		}
	}
	r.err = fault.New(fault.Forbidden, "no")
	if _, err := Count(t.Context(), r, "top"); fault.KindOf(err) != fault.Forbidden || !errors.Is(err, r.err) {
		t.Errorf("refused: %v", err)
	}
}
