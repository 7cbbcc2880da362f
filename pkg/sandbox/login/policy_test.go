package login_test

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

func TestConditionalAccess(t *testing.T) {
	r := newRig(t, 0)
	alice, _ := r.contoso.Person("alice")
	team, _ := r.contoso.Group(entra.ObjectID(directory.ID("group", string(r.contoso.ID), "platform-team"))) // alice is in a group in it
	first := r.signIn("alice", entra.AzureCLI, aksScope+" offline_access")
	refresh := func(token, scope string) answer {
		return r.post(tokenPath, "grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", token, "scope", scope)
	}
	const graph = "https://graph.microsoft.com/.default"
	for _, tc := range []struct {
		policy   directory.Policy
		scope    string
		code     int
		suberror string
	}{
		{directory.Policy{Control: directory.Block, Users: []entra.ObjectID{alice.ID}}, aksScope, 53003, "message_only"},
		{directory.Policy{Control: directory.Block, Users: []entra.ObjectID{team.ID}}, aksScope, 53003, "message_only"},
		{directory.Policy{Control: directory.Block, Users: []entra.ObjectID{"somebody else"}}, aksScope, 0, ""},
		{directory.Policy{Control: directory.Block, Resources: []entra.ClientID{entra.MicrosoftGraph}}, aksScope, 0, ""},
		{directory.Policy{Control: directory.Block, Resources: []entra.ClientID{entra.MicrosoftGraph}}, graph, 53003, "message_only"},
		{directory.Policy{Control: directory.RequireMFA}, aksScope, 50076, "basic_action"},
		{directory.Policy{Control: directory.SignInFrequency, Frequency: time.Hour}, aksScope, 0, ""},
		{directory.Policy{Control: directory.BlockDeviceCode}, aksScope, 53003, "message_only"},
	} {
		tc.policy.Name = "test"
		r.contoso.SetPolicy(tc.policy)
		got := refresh(first.Refresh, tc.scope)
		if got.code() != tc.code || got.Suberror != tc.suberror {
			t.Errorf("%+v: %d %s %q, want %d", tc.policy, got.status, got.Description, got.Suberror, tc.code)
		}
		if tc.code != 0 && !strings.Contains(got.Claims, `"capolids"`) {
			t.Errorf("%+v: claims %q", tc.policy, got.Claims)
		}
	}
	r.contoso.DeletePolicy("test")
	if got := refresh(first.Refresh, aksScope); got.status != 200 {
		t.Errorf("without the policy: %s", got.Description)
	}
}

// Whoever sits at the page can be asked for a second factor; a refresh token
// remembers that they were.
func TestMFA(t *testing.T) {
	r := newRig(t, 0)
	r.contoso.SetPolicy(directory.Policy{Name: "mfa", Control: directory.RequireMFA})
	a := r.signIn("alice", entra.AKSClient, aksScope+" offline_access")
	if amr := texts(r.claims(a.Access)["amr"]); len(amr) != 2 || amr[1] != "mfa" {
		t.Errorf("amr %v", amr)
	}
	if got := r.post(tokenPath, "grant_type", "refresh_token", "client_id", string(entra.AKSClient), "refresh_token", a.Refresh, "scope", aksScope); got.status != 200 {
		t.Errorf("refresh: %s", got.Description)
	}
	if got := r.post(tokenPath, "grant_type", "password", "client_id", string(entra.AKSClient), "username", "alice@contoso.com", "password", "sandbox-alice",
		"scope", aksScope); got.code() != 50076 || got.Error != "invalid_grant" || got.Suberror != "basic_action" {
		t.Errorf("password only: %+v", got)
	}
}

func TestSignInFrequency(t *testing.T) {
	r := newRig(t, 0)
	r.contoso.SetPolicy(directory.Policy{Name: "often", Control: directory.SignInFrequency, Frequency: time.Hour})
	token := r.signIn("alice", entra.AKSClient, aksScope+" offline_access").Refresh
	for _, tc := range []struct {
		later time.Duration
		code  int
	}{{50 * time.Minute, 0}, {20 * time.Minute, 70043}} { // a refresh is not a sign-in
		r.clock.add(tc.later)
		got := r.post(tokenPath, "grant_type", "refresh_token", "client_id", string(entra.AKSClient), "refresh_token", token, "scope", aksScope)
		if got.code() != tc.code {
			t.Errorf("after %v more: %s, want %d", tc.later, got.Description, tc.code)
		}
		if tc.code == 0 {
			token = got.Refresh
		}
	}
}

func TestPendingGuest(t *testing.T) {
	r := newRig(t, 0)
	carol, _ := r.contoso.Person("carol")
	state := func(to string) {
		if _, err := r.contoso.UpdateUser(carol.ID, func(u *directory.User) error {
			u.ExternalUserState = &to
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	state("PendingAcceptance")
	if got := r.signIn("carol", entra.AKSClient, aksScope); got.code() != 50014 {
		t.Errorf("before: %s", got.Description)
	}
	state("Accepted")
	if got := r.signIn("carol", entra.AKSClient, aksScope); got.status != 200 {
		t.Errorf("after: %s", got.Description)
	}
}

func TestAssignmentRequired(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(func(s, _ *directory.Application) {
		s.AppRoles = []directory.AppRole{{ID: directory.ID("role"), Value: "Reader", IsEnabled: true}}
	})
	sp, _ := r.contoso.ServicePrincipalByAppID(a.server.AppID)
	if _, err := r.contoso.UpdateServicePrincipal(sp.ID, func(s *directory.ServicePrincipal) error {
		s.AppRoleAssignmentRequired = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	scope := string(a.server.AppID) + "/.default"
	app := func() answer {
		return r.post(tokenPath, "grant_type", "client_credentials", "client_id", string(a.server.AppID), "client_secret", a.secret, "scope", scope)
	}
	if got := r.signIn("alice", a.client.AppID, scope); got.code() != 50105 {
		t.Errorf("alice: %s", got.Description)
	}
	if got := app(); got.code() != 501051 {
		t.Errorf("application: %s", got.Description)
	}
	team := entra.ObjectID(directory.ID("group", string(r.contoso.ID), "platform-oncall"))
	for _, who := range []entra.ObjectID{team, sp.ID} {
		if _, err := r.contoso.CreateRoleAssignment(directory.RoleAssignment{PrincipalID: who, ResourceID: sp.ID, AppRoleID: directory.ID("role")}); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.signIn("alice", a.client.AppID, scope); got.status != 200 {
		t.Errorf("alice by a group: %s", got.Description)
	}
	if got := app(); got.status != 200 {
		t.Errorf("application: %s", got.Description)
	}
}

func TestDisabledApplication(t *testing.T) {
	r := newRig(t, 0)
	a := r.apps(nil)
	for _, id := range []entra.ClientID{a.server.AppID, a.client.AppID} {
		sp, _ := r.contoso.ServicePrincipalByAppID(id)
		enable := func(on bool) {
			if _, err := r.contoso.UpdateServicePrincipal(sp.ID, func(s *directory.ServicePrincipal) error {
				s.AccountEnabled = on
				return nil
			}); err != nil {
				t.Fatal(err)
			}
		}
		enable(false)
		if got := r.post(devicePath, "client_id", string(a.client.AppID), "scope", string(a.server.AppID)+"/.default"); got.code() != 7000112 {
			t.Errorf("%s disabled: %s", id, got.Description)
		}
		enable(true)
	}
}
