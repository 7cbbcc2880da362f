package graph

import (
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	tenant "github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// FindAll finds what Find finds, for every way to refer to somebody.
func TestFindAllIsFindForMany(t *testing.T) {
	s := start(t)
	c, ctx := as(t, s, "admin"), t.Context()
	info := s.Info()
	app, err := c.Application(ctx, info.Apps.CIBot)
	if err != nil {
		t.Fatal(err)
	}
	const shared = "shared@partner.example" // alice's mail address, and another one of bob's
	home := s.Directory().Tenants()[0]
	change(t, home, "alice", func(u *tenant.User) { u.Mail = new(shared) })
	change(t, home, "bob", func(u *tenant.User) { u.OtherMails = []string{shared, "bob@partner.example"} })
	texts := []string{string(app.ID), shared, "bob@partner.example"}
	texts = append(texts, "me", "Carol@fabrikam.com", "group:"+info.Groups[0].DisplayName, string(info.Groups[0].ObjectID), "group:"+string(info.Groups[0].ObjectID),
		"user:"+string(info.Groups[0].ObjectID), "sp:"+string(app.ID), "group:nobody@fabrikam.com",
		string(info.Apps.CIBot), "app:"+string(info.Apps.CIBot), "zoe@contoso.com", "00000000-0000-4000-8000-000000000000")
	for _, u := range info.Users {
		texts = append(texts, u.UPN, string(u.ObjectID), u.Name)
	}
	var refs []directory.Ref
	for _, text := range texts {
		ref, err := directory.ParseRef(text)
		if err != nil {
			t.Fatal(err)
		}
		refs = append(refs, ref)
	}
	s.ResetRequests()
	all, err := c.FindAll(ctx, refs, nil)
	if err != nil {
		t.Fatal(err)
	}
	requests := 0
	for _, n := range s.Requests() {
		requests += n.Count
	}
	if requests > 8 {
		t.Errorf("%d requests: %+v", requests, s.Requests())
	}
	if len(all[1]) != 1 || all[1][0].UPN != "alice@contoso.com" {
		t.Errorf("%s is %+v", shared, all[1])
	}
	for i, ref := range refs {
		one, err := c.Find(ctx, ref)
		if err != nil || len(one) != len(all[i]) {
			t.Errorf("%s: %d alone (%v), %d among many", ref, len(one), err, len(all[i]))
			continue
		}
		for n := range one {
			if one[n] != all[i][n] {
				t.Errorf("%s: %+v alone, %+v among many", ref, one[n], all[i][n])
			}
		}
	}
}

func TestMembers(t *testing.T) {
	s := start(t)
	c, ctx := as(t, s, "admin"), t.Context()
	users := s.Info().Users
	inner, err := c.CreateGroup(ctx, "Inner", []entra.ObjectID{users[3].ObjectID})
	if err != nil {
		t.Fatal(err)
	}
	outer, err := c.CreateGroup(ctx, "Outer", []entra.ObjectID{inner.ID, users[1].ObjectID})
	if err != nil {
		t.Fatal(err)
	}
	gone := entra.ObjectID("00000000-0000-4000-8000-000000000000")
	all, err := c.Members(ctx, []entra.ObjectID{outer.ID, inner.ID, gone}, false)
	if err != nil || len(all[outer.ID]) != 2 || len(all[inner.ID]) != 1 || !all[inner.ID][0].External || len(all[gone]) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	groups, err := c.Members(ctx, []entra.ObjectID{outer.ID, inner.ID}, true)
	if err != nil || len(groups[outer.ID]) != 1 || groups[outer.ID][0].ID != inner.ID || groups[outer.ID][0].Name != "Inner" || len(groups[inner.ID]) != 0 {
		t.Errorf("%+v, %v", groups, err)
	}
}
