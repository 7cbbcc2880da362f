package directory_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// Everything new is seen by others only after the delay, and then stays.
func TestDelay(t *testing.T) {
	_, contoso, clock := newContoso(t, 2*time.Second)
	alice, _ := contoso.Person("alice")
	g := must[*directory.Group](t)(contoso.CreateGroup(directory.Group{DisplayName: "new", SecurityEnabled: true}, alice.ID))
	u := must[*directory.User](t)(contoso.CreateUser(directory.User{UserPrincipalName: "zoe@contoso.com"}))
	if _, err := contoso.CreateUser(directory.User{UserPrincipalName: "ZOE@contoso.com"}); !errors.Is(err, directory.ErrConflict) {
		t.Errorf("a UPN that is taken but not seen: %v", err)
	}
	seen := func() []bool {
		_, group := contoso.Group(g.ID)
		_, user := contoso.User("zoe@contoso.com")
		_, object := contoso.Object(u.ID)
		return []bool{group, user, object, len(contoso.TransitiveGroups(alice.ID, true)) == 3, len(contoso.Members(g.ID)) == 1}
	}
	if got := seen(); slices.Contains(got, true) {
		t.Errorf("at once: %v", got)
	}
	clock.Time = clock.Add(2 * time.Second)
	if got := seen(); slices.Contains(got, false) {
		t.Errorf("after the delay: %v", got)
	}
	if _, err := contoso.UpdateGroup(g.ID, func(g *directory.Group) error { g.DisplayName = "renamed"; return nil }); err != nil {
		t.Fatal(err)
	}
	if g, ok := contoso.Group(g.ID); !ok || g.DisplayName != "renamed" {
		t.Errorf("after an update: %+v, %v", g, ok)
	}
}

func TestMembership(t *testing.T) {
	_, contoso, _ := newContoso(t, 0)
	g, dave := group(t, contoso, "auditors"), found(contoso.Person("dave"))
	if err := contoso.AddMember(g.ID, dave.ID); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name          string
		group, member entra.ObjectID
		want          error
	}{{"twice", g.ID, dave.ID, directory.ErrConflict}, {"no group", "x", dave.ID, directory.ErrNotFound}, {"no member", g.ID, "x", directory.ErrReference}} {
		if err := contoso.AddMember(tc.group, tc.member); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
	// groups in a circle end
	team, oncall := group(t, contoso, "platform-team"), group(t, contoso, "platform-oncall")
	if err := contoso.AddMember(oncall.ID, team.ID); err != nil {
		t.Fatal(err)
	}
	if n := len(contoso.TransitiveGroups(found(contoso.Person("alice")).ID, true)); n != 2 {
		t.Errorf("alice is in %d groups", n)
	}
	if err := contoso.RemoveMember(g.ID, dave.ID); err != nil || len(contoso.MemberOf(dave.ID)) != 0 {
		t.Errorf("removed: %v, %v", err, contoso.MemberOf(dave.ID))
	}
	if err := contoso.DeleteGroup(oncall.ID); err != nil || slices.Contains(contoso.Members(team.ID), oncall.ID) {
		t.Errorf("deleted group: %v, members %v", err, contoso.Members(team.ID))
	}
}

// found drops the second result where the first one would be nil and panic.
func found[T any](v T, _ bool) T { return v }
