package setup

import (
	"context"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func (f *fakeCloud) ScopeGrants(_ context.Context, client entra.ObjectID) (grants []entra.ScopeGrant, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range f.grants {
		if g.Client == client && !f.unknown(g.ID) {
			grants = append(grants, g)
		}
	}
	return grants, nil
}

func (f *fakeCloud) GrantScope(ctx context.Context, g entra.ScopeGrant) (entra.ScopeGrant, error) {
	err := f.write(ctx, "grant "+g.Scope, func() error {
		if f.unknown(string(g.Client)) {
			return notFound("service principal")
		}
		if slices.ContainsFunc(f.grants, func(h entra.ScopeGrant) bool { return h.Client == g.Client && h.Resource == g.Resource }) {
			return fault.New(fault.Conflict, "Permission entry already exists.")
		}
		g.ID = f.id("grant")
		f.grants = append(f.grants, g)
		return nil
	})
	return g, err
}

func (f *fakeCloud) UpdateScopeGrant(ctx context.Context, id, scope string) error {
	return f.write(ctx, "update grant", func() error {
		for i := range f.grants {
			if f.grants[i].ID == id {
				f.grants[i].Scope = scope
			}
		}
		return nil
	})
}

func (f *fakeCloud) RoleGrants(_ context.Context, sp entra.ObjectID) (roles []entra.RoleGrant, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.roles {
		if r.Principal == sp && !f.unknown(r.ID) {
			roles = append(roles, r)
		}
	}
	return roles, nil
}

func (f *fakeCloud) GrantRole(ctx context.Context, r entra.RoleGrant) (entra.RoleGrant, error) {
	err := f.write(ctx, "grant role", func() error {
		if slices.ContainsFunc(f.roles, func(h entra.RoleGrant) bool { return h.Principal == r.Principal && h.Role == r.Role }) {
			return fault.New(fault.Conflict, "Permission being assigned already exists on the object")
		}
		r.ID = f.id("role")
		f.roles = append(f.roles, r)
		return nil
	})
	return r, err
}

func (f *fakeCloud) Find(_ context.Context, ref directory.Ref) (found []entra.Principal, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, g := range f.groups {
		if (strings.EqualFold(g.Name, ref.Text) || string(g.ID) == ref.Text) && !f.unknown(string(g.ID)) {
			found = append(found, g)
		}
	}
	return found, nil
}

func (f *fakeCloud) MemberGroups(_ context.Context, p entra.Principal, _ bool) (in []entra.ObjectID, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for group, members := range f.members {
		if slices.Contains(members, p.ID) {
			in = append(in, group)
		}
	}
	return in, nil
}

func (f *fakeCloud) Me(context.Context) (entra.Principal, error) {
	return entra.Principal{ID: meID, Kind: entra.User, Name: "Admin", UPN: "admin@contoso.com"}, nil
}

func (f *fakeCloud) MembersAndOwners(_ context.Context, group entra.ObjectID) (members, owners []entra.ObjectID, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.members[group], []entra.ObjectID{meID}, nil
}

func (f *fakeCloud) CreateGroup(ctx context.Context, name string, members []entra.ObjectID) (g entra.Principal, err error) {
	err = f.write(ctx, "create group", func() error {
		g = entra.Principal{ID: entra.ObjectID(f.id("group")), Kind: entra.Group, Name: name, SecurityEnabled: true}
		f.groups = append(f.groups, g)
		f.members[g.ID] = members
		return nil
	})
	return g, err
}

func (f *fakeCloud) Organization(context.Context) (entra.Organization, error) {
	return entra.Organization{}, notFound("organization")
}
