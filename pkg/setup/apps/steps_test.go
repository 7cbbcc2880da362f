package apps

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// books is a directory that holds applications and grants and nothing else.
type books struct {
	Directory
	app    entra.Application
	grants []entra.ScopeGrant
	roles  []entra.RoleGrant
	made   []string
}

func (d *books) ApplicationByUniqueName(_ context.Context, name string) (entra.Application, error) {
	if d.app.UniqueName == name {
		return d.app, nil
	}
	return entra.Application{}, fault.New(fault.NotFound, "no application")
}

func (d *books) ScopeGrants(context.Context, entra.ObjectID) ([]entra.ScopeGrant, error) {
	return d.grants, nil
}

func (d *books) GrantScope(_ context.Context, g entra.ScopeGrant) (entra.ScopeGrant, error) {
	d.made = append(d.made, "grant "+g.Scope)
	return g, nil
}

func (d *books) UpdateScopeGrant(_ context.Context, id, scope string) error {
	d.made = append(d.made, "update "+id+" "+scope)
	return nil
}

func (d *books) RoleGrants(context.Context, entra.ObjectID) ([]entra.RoleGrant, error) {
	return d.roles, nil
}

// find returns one of the steps, and the facts that it works with.
func find(t *testing.T, d Directory, id string) (setup.Step, *setup.Facts) {
	t.Helper()
	facts := &setup.Facts{}
	steps := Steps(dev, d, facts, time.Now)
	i := slices.IndexFunc(steps, func(s setup.Step) bool { return s.ID == id })
	if i < 0 {
		t.Fatalf("no step %q", id)
	}
	return steps[i], facts
}

func TestSomebodyElsesApplication(t *testing.T) {
	d := &books{app: entra.Application{UniqueName: newBuilder(dev).uniqueName(server), Name: "Payroll"}}
	step, _ := find(t, d, "server-app")
	if _, err := step.Make.Check(t.Context()); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), `"Payroll"`) {
		t.Errorf("setup: %v", err)
	}
	finding, err := step.Undo.Check(t.Context())
	if err != nil || finding.State != setup.Done || !strings.Contains(finding.Detail, "left") {
		t.Errorf("teardown: %+v, %v", finding, err)
	}
}

func TestScopeGrants(t *testing.T) {
	ours := entra.ScopeGrant{ID: "g", Client: "server", Resource: "graph"}
	with := func(g entra.ScopeGrant, scope string) entra.ScopeGrant { g.Scope = scope; return g }
	oneUser, elsewhere := with(ours, "User.Read"), with(ours, "User.Read")
	oneUser.Principal, elsewhere.Resource = "alice", "other"
	for _, c := range []struct {
		name   string
		grants []entra.ScopeGrant
		state  setup.State
		made   string
	}{
		{"none", nil, setup.Missing, "grant User.Read"},
		{"for one user only", []entra.ScopeGrant{oneUser}, setup.Missing, "grant User.Read"},
		{"to another resource", []entra.ScopeGrant{elsewhere}, setup.Missing, "grant User.Read"},
		{"of another scope", []entra.ScopeGrant{with(ours, "Mail.Read")}, setup.Missing, "update g Mail.Read User.Read"},
		{"a longer name", []entra.ScopeGrant{with(ours, "User.Read.All")}, setup.Missing, "update g User.Read.All User.Read"},
		{"there", []entra.ScopeGrant{with(ours, "Mail.Read User.Read")}, setup.Done, ""},
	} {
		d := &books{grants: c.grants}
		step, facts := find(t, d, stepDelegated)
		facts.ServerPrincipal.Set("server")
		facts.GraphPrincipal.Set("graph")
		finding, err := step.Make.Check(t.Context())
		if err != nil || finding.State != c.state {
			t.Errorf("%s: %+v, %v", c.name, finding, err)
		}
		if err := step.Make.Do(t.Context()); err != nil || strings.Join(d.made, "; ") != c.made {
			t.Errorf("%s: made %q, %v", c.name, d.made, err)
		}
	}
}

func TestLackingRoles(t *testing.T) {
	d := &books{roles: []entra.RoleGrant{
		{Role: entra.UserReadBasicAllApp, Resource: "graph"},
		{Role: entra.GroupMemberReadAllApp, Resource: "another api"},
	}}
	step, facts := find(t, d, stepRoles)
	facts.ServerPrincipal.Set("server")
	facts.GraphPrincipal.Set("graph")
	finding, err := step.Make.Check(t.Context())
	if err != nil || finding.Detail != "GroupMember.Read.All, Application.Read.All" {
		t.Errorf("%+v, %v", finding, err)
	}
}
