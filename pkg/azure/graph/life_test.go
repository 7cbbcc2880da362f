package graph

import (
	"slices"
	"strings"
	"testing"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// The article's server app, from nothing to consent and back.
func TestApplicationsLife(t *testing.T) {
	s := start(t)
	ctx, c := t.Context(), as(t, s, "admin")
	wanted := entra.Application{UniqueName: "kubectl-aad-test", Name: "testServer", Audience: "AzureADMyOrg", TokenVersion: 1,
		GroupClaims: "SecurityGroup", OptionalClaims: []string{"idtyp"}, Tags: []string{"kubectl-aad"},
		Permissions: []entra.ResourcePermissions{{Resource: entra.MicrosoftGraph, Delegated: []string{entra.UserRead}, AppRoles: []string{entra.DirectoryReadAllApp}}}}
	if _, err := c.ApplicationByUniqueName(ctx, wanted.UniqueName); fault.KindOf(err) != fault.NotFound {
		t.Fatalf("before: %v", err)
	}
	app, err := c.UpsertApplication(ctx, wanted)
	if err != nil || app.ClientID == "" || app.ID == "" || app.UniqueName != wanted.UniqueName {
		t.Fatalf("%+v, %v", app, err)
	}
	if again, err := c.UpsertApplication(ctx, wanted); err != nil || again.ID != app.ID {
		t.Fatalf("a second one: %+v, %v", again, err)
	}
	app.IdentifierURIs = []string{"api://" + string(app.ClientID)}
	app.Scopes = []entra.Scope{{ID: "77777777-7777-7777-7777-777777777777", Value: "user_impersonation", Description: "Sign in to the cluster", Enabled: true}}
	if err := c.UpdateApplication(ctx, app); err != nil {
		t.Fatal(err)
	}
	info, secret, err := c.AddSecret(ctx, app.ID, "kubectl-aad", time.Now().Add(24*time.Hour))
	if err != nil || secret == "" || info.KeyID == "" {
		t.Fatalf("%+v, %v", info, err)
	}
	got, err := c.Application(ctx, app.ClientID)
	if err != nil || !slices.Equal(got.IdentifierURIs, app.IdentifierURIs) || len(got.Scopes) != 1 || got.Scopes[0] != app.Scopes[0] ||
		got.TokenVersion != 1 || got.GroupClaims != "SecurityGroup" || !slices.Equal(got.OptionalClaims, wanted.OptionalClaims) ||
		len(got.Secrets) != 1 || got.Secrets[0].KeyID != info.KeyID || len(got.Permissions) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := c.RemoveSecret(ctx, app.ID, info.KeyID); err != nil {
		t.Fatal(err)
	}
	consent(t, c, app)
	if err := c.DeleteApplication(ctx, app.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Application(ctx, app.ClientID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("after: %v", err)
	}
}

// consent makes a service principal and grants it what setup grants.
func consent(t *testing.T, c *Client, app entra.Application) {
	t.Helper()
	ctx := t.Context()
	if _, err := c.ServicePrincipal(ctx, app.ClientID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("before: %v", err)
	}
	sp, err := c.CreateServicePrincipal(ctx, app.ClientID)
	if err != nil || sp.ClientID != app.ClientID || !sp.Enabled {
		t.Fatalf("%+v, %v", sp, err)
	}
	if _, err := c.CreateServicePrincipal(ctx, app.ClientID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	graph, err := c.ServicePrincipal(ctx, entra.MicrosoftGraph)
	if err != nil {
		t.Fatal(err)
	}
	g, err := c.GrantScope(ctx, entra.ScopeGrant{Client: sp.ID, Resource: graph.ID, Scope: "User.Read"})
	if err != nil || g.ID == "" {
		t.Fatalf("%+v, %v", g, err)
	}
	if err := c.UpdateScopeGrant(ctx, g.ID, "User.Read GroupMember.Read.All"); err != nil {
		t.Fatal(err)
	}
	grants, err := c.ScopeGrants(ctx, sp.ID)
	if err != nil || len(grants) != 1 || grants[0].Scope != "User.Read GroupMember.Read.All" || grants[0].Resource != graph.ID || grants[0].Principal != "" {
		t.Errorf("%+v, %v", grants, err)
	}
	role := entra.RoleGrant{Principal: sp.ID, Resource: graph.ID, Role: entra.DirectoryReadAllApp}
	if _, err := c.GrantRole(ctx, role); err != nil {
		t.Fatal(err)
	}
	if _, err := c.GrantRole(ctx, role); fault.KindOf(err) != fault.Conflict {
		t.Errorf("twice: %v", err)
	}
	roles, err := c.RoleGrants(ctx, sp.ID)
	if err != nil || len(roles) != 1 || roles[0].Role != role.Role || roles[0].Principal != sp.ID || roles[0].Resource != graph.ID {
		t.Errorf("%+v, %v", roles, err)
	}
	if err := c.DeleteServicePrincipal(ctx, sp.ID); err != nil {
		t.Error(err)
	}
}

func TestGroupsLife(t *testing.T) {
	s := start(t)
	c := as(t, s, "admin")
	alice := entra.Principal{Kind: entra.User, ID: s.Info().Users[1].ObjectID}
	g, err := c.CreateGroup(t.Context(), "Cluster Admins", []entra.ObjectID{alice.ID})
	if err != nil || g.Kind != entra.Group || !g.SecurityEnabled {
		t.Fatalf("%+v, %v", g, err)
	}
	members, owners, err := c.MembersAndOwners(t.Context(), g.ID)
	if me := s.Info().Users[0].ObjectID; err != nil || !slices.Equal(members, []entra.ObjectID{alice.ID}) || !slices.Equal(owners, []entra.ObjectID{me}) {
		t.Errorf("members %q, owners %q, %v", members, owners, err)
	}
	if in, err := c.MemberGroups(t.Context(), alice, true); err != nil || !slices.Contains(in, g.ID) {
		t.Errorf("alice is in %v, %v", in, err)
	}
	if err := c.DeleteGroup(t.Context(), g.ID); err != nil {
		t.Fatal(err)
	}
	if err := c.DeleteGroup(t.Context(), g.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("again: %v", err)
	}
}

func TestDeletedPrincipals(t *testing.T) {
	s := start(t)
	c := as(t, s, "admin")
	remove := func(path string) {
		t.Helper()
		if _, err := c.do(t.Context(), call{op: "delete", method: abs.DELETE, path: path}); err != nil {
			t.Fatal(err)
		}
	}
	app, err := c.UpsertApplication(t.Context(), entra.Application{UniqueName: "gone", Name: "gone-bot", Audience: "AzureADMyOrg"})
	if err != nil {
		t.Fatal(err)
	}
	sp, err := c.CreateServicePrincipal(t.Context(), app.ClientID)
	if err != nil {
		t.Fatal(err)
	}
	alice := s.Info().Users[1]
	remove("/users/" + string(alice.ObjectID))
	remove("/servicePrincipals/" + string(sp.ID))
	for text, want := range map[string]entra.ObjectID{
		alice.UPN: alice.ObjectID, string(alice.ObjectID): alice.ObjectID, "sp:gone-bot": sp.ID, "lice@contoso.com": "", "bob@contoso.com": "", "group:gone-bot": "",
	} {
		ref, err := directory.ParseRef(text)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Deleted(t.Context(), ref)
		if err != nil || len(got) > 1 || (want != "") != (len(got) == 1) || want != "" && got[0].ID != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	_, err = directory.Resolver{Lookup: c}.Resolve(t.Context(), directory.Ref{Text: alice.UPN, By: directory.UPNOrMail})
	if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "was deleted") {
		t.Errorf("resolved: %v", err)
	}
}
