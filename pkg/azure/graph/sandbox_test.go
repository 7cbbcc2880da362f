package graph

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

func start(t *testing.T) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// as returns the directory as somebody who signed in with Azure CLI sees it.
func as(t testing.TB, s *sandbox.Sandbox, who string) *Client {
	t.Helper()
	cloud, err := entra.FindCloud(s.CloudFile())
	if err != nil {
		t.Fatal(err)
	}
	rt, err := httpx.NewTransport(httpx.Options{CAFile: cloud.CAFile})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(cloud, rt, func(_ context.Context, scope string) (token.Token, error) {
		tok, err := s.Token(who, string(entra.AzureCLI), "https://graph.microsoft.com")
		return token.Token{Access: safetext.Secret(tok), Expires: time.Now().Add(time.Hour)}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFind(t *testing.T) {
	s := start(t)
	c := as(t, s, "admin")
	bot, err := c.Find(t.Context(), directory.Ref{Text: "ci-bot", By: directory.Name})
	if err != nil || len(bot) != 1 || bot[0].Kind != entra.ServicePrincipal || bot[0].ClientID == "" {
		t.Fatalf("ci-bot: %+v, %v", bot, err)
	}
	app, err := c.Application(t.Context(), bot[0].ClientID)
	if err != nil {
		t.Fatal(err)
	}
	team, err := c.Find(t.Context(), directory.Ref{Text: "platform-team", Kind: entra.Group, By: directory.Name})
	if err != nil || len(team) != 1 || !team[0].SecurityEnabled {
		t.Fatalf("platform-team: %+v, %v", team, err)
	}
	ids := map[string]entra.ObjectID{"ci-bot": bot[0].ID, "team": team[0].ID}
	upn := map[string]string{}
	for _, u := range s.Info().Users {
		ids[u.Name], upn[u.Name] = u.ObjectID, u.UPN
	}
	for _, tt := range []struct {
		typed    string
		want     string // name in ids; "" is nobody
		external bool
		disabled bool
	}{
		{typed: "alice@contoso.com", want: "alice"},
		{typed: "ALICE@contoso.com", want: "alice"},
		{typed: "user:" + string(ids["alice"]), want: "alice"},
		{typed: "group:" + string(ids["alice"])},
		{typed: "bob@contoso.com", want: "bob"},
		{typed: "carol@fabrikam.com", want: "carol", external: true},
		{typed: upn["carol"], want: "carol", external: true},
		{typed: string(ids["carol"]), want: "carol", external: true},
		{typed: "dave@contoso.com", want: "dave", disabled: true},
		{typed: "group:platform-team", want: "team"},
		{typed: string(ids["team"]), want: "team"},
		{typed: "user:platform-team"},
		{typed: "sp:ci-bot", want: "ci-bot"},
		{typed: "app:" + string(bot[0].ClientID), want: "ci-bot"},
		{typed: string(bot[0].ClientID), want: "ci-bot"},
		{typed: string(app.ID), want: "ci-bot"},
		{typed: string(bot[0].ID), want: "ci-bot"},
		{typed: "me", want: "admin"},
		{typed: "nobody@contoso.com"},
		{typed: "o'brien@contoso.com"},
		{typed: "it's nobody's"},
		{typed: "00000000-0000-0000-0000-000000000001"},
		{typed: "app:00000000-0000-0000-0000-000000000001"},
	} {
		ref, err := directory.ParseRef(tt.typed)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.Find(t.Context(), ref)
		if err != nil {
			t.Errorf("%s: %v", tt.typed, err)
			continue
		}
		if tt.want == "" {
			if len(got) != 0 {
				t.Errorf("%s: %+v", tt.typed, got)
			}
			continue
		}
		if len(got) != 1 || got[0].ID != ids[tt.want] || got[0].External != tt.external || got[0].Disabled != tt.disabled || got[0].Tenant != s.Info().Tenants[0].ID {
			t.Errorf("%s: %+v, want %s", tt.typed, got, tt.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	c := as(t, start(t), "admin")
	for typed, want := range map[string]string{"alcie@contoso.com": "alice", "platform-taem": "platform-team", "sp:ci-bto": "ci-bot",
		"xqzzz": "", "x": "", "o'brien": "", "user:platform-taem": ""} {
		ref, err := directory.ParseRef(typed)
		if err != nil {
			t.Fatal(err)
		}
		near, err := c.Suggest(t.Context(), ref)
		found := slices.ContainsFunc(near, func(p entra.Principal) bool {
			return strings.EqualFold(p.Name, want) || strings.HasPrefix(p.UPN, want+"@")
		})
		if err != nil || found != (want != "") || want == "" && len(near) > 0 {
			t.Errorf("%s: %+v, %v", typed, near, err)
		}
	}
}

func TestReading(t *testing.T) {
	s := start(t)
	c := as(t, s, "alice")
	me, err := c.Me(t.Context())
	if err != nil || me.UPN != "alice@contoso.com" || me.External {
		t.Errorf("me: %+v, %v", me, err)
	}
	org, err := c.Organization(t.Context())
	if err != nil || org.Tenant != s.Info().Tenants[0].ID || !strings.HasSuffix(org.InitialDomain, ".onmicrosoft.com") || !slices.Contains(org.Domains, "contoso.com") {
		t.Errorf("organization: %+v, %v", org, err)
	}
	bob := entra.Principal{Kind: entra.User, ID: s.Info().Users[2].ObjectID}
	groups, err := as(t, s, "admin").MemberGroups(t.Context(), bob, true)
	if err != nil || len(groups) < 250 {
		t.Errorf("bob is in %d groups, %v", len(groups), err)
	}
	known, err := c.Principals(t.Context(), append(groups[:120:120], bob.ID, "00000000-0000-0000-0000-000000000001"))
	if err != nil || len(known) != 121 {
		t.Errorf("%d principals, %v", len(known), err)
	}
	p, err := c.Principal(t.Context(), groups[0])
	if err != nil || p.Kind != entra.Group || p.ID != groups[0] {
		t.Errorf("%+v, %v", p, err)
	}
	if _, err := c.Principal(t.Context(), "00000000-0000-0000-0000-000000000001"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("nobody: %v", err)
	}
}

func TestForbidden(t *testing.T) {
	s := start(t)
	c := as(t, s, "alice")
	sp, err := c.ServicePrincipal(t.Context(), entra.MicrosoftGraph)
	if err != nil {
		t.Fatal(err)
	}
	for name, do := range map[string]func() error{
		"AppRoleAssignment.ReadWrite.All": func() error {
			_, err := c.GrantRole(t.Context(), entra.RoleGrant{Principal: sp.ID, Resource: sp.ID, Role: entra.DirectoryReadAllApp})
			return err
		},
		"DelegatedPermissionGrant.ReadWrite.All": func() error {
			_, err := c.GrantScope(t.Context(), entra.ScopeGrant{Client: sp.ID, Resource: sp.ID, Scope: "User.Read"})
			return err
		},
		"Application.ReadWrite.All": func() error { return c.DeleteServicePrincipal(t.Context(), sp.ID) },
	} {
		err := do()
		if fault.KindOf(err) != fault.Forbidden || !strings.Contains(strings.Join(fault.Hints(err), ""), name) {
			t.Errorf("%s: %v, hints %q", name, err, fault.Hints(err))
		}
	}
}
