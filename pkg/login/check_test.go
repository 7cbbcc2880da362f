package login

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

func TestWhatIsHandedOn(t *testing.T) {
	now := time.Now()
	cases := map[string]struct {
		claims map[string]any
		kind   fault.Kind
	}{
		"another tenant":    {map[string]any{"tid": server}, fault.Config},
		"no tenant":         {map[string]any{"tid": ""}, fault.Config},
		"another person":    {map[string]any{"oid": "mallory"}, fault.Config},
		"for Graph":         {map[string]any{"aud": graph}, fault.Config},
		"no audience":       {map[string]any{"aud": ""}, fault.Config},
		"spn without asked": {map[string]any{"aud": "spn:" + server}, fault.Config},
		"over":              {map[string]any{"exp": now.Add(-time.Minute).Unix()}, fault.Clock},
		"right":             {map[string]any{"aud": "api://" + server}, 0},
	}
	for name, tc := range cases {
		b, _ := newBroker(t, &method{claims: tc.claims})
		got, err := b.Token(context.Background(), request())
		if tc.kind == 0 {
			if err != nil || got.Access == "" {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err == nil || fault.KindOf(err) != tc.kind {
			t.Errorf("%s: kind %d, %v", name, fault.KindOf(err), err)
		}
		if _, err := b.Dir.Place(request()); err != nil {
			t.Error(err)
		}
	}
}

func TestAudiences(t *testing.T) {
	const app = "22222222-2222-4222-8222-222222222222"
	for _, tc := range []struct {
		asked, aud string
		want       bool
	}{
		{app, app, true}, {app, strings.ToUpper(app), true}, {app, "api://" + app, true}, {"api://" + app, app, true}, {app, "spn:" + app, false},
		{app, server, false}, {app, graph, false}, {"api://" + tenant + "/" + app, app, true}, {"https://k8s.contoso.com", app, true},
		{"https://k8s.contoso.com", graph + "/", false}, {"https://k8s.contoso.com", "https://management.core.windows.net/", false},
		{"https://k8s.contoso.com", armAppID, false}, {"https://k8s.contoso.com", "", false}, {graph, string(entra.MicrosoftGraph), true},
		{graph, app, false}, {"https://management.core.windows.net/", "https://management.azure.com", true}, {"https://management.azure.com", graph, false},
	} {
		r := request()
		r.Scope = tc.asked + "/.default"
		if audienceFits(r, tc.aud) != tc.want {
			t.Errorf("asked %q, token for %q: not %v", tc.asked, tc.aud, tc.want)
		}
	}
	legacy := request()
	legacy.Params = token.Params{"legacy": "true"}
	if !audienceFits(legacy, "spn:"+server) {
		t.Error("--legacy refuses what it asks for")
	}
}

// Graph's and ARM's tokens are opaque by contract; a cluster's are not.
func TestUnreadableTokens(t *testing.T) {
	b, _ := newBroker(t, &method{})
	for scope, want := range map[string]bool{graph + "/.default": true, server + "/.default": false} {
		r := request()
		r.Scope = scope
		p, err := b.Dir.Place(r)
		if err != nil {
			t.Fatal(err)
		}
		g := Grant{Token: token.Token{Access: "opaque", Expires: time.Now().Add(time.Hour)}}
		if _, err := checkGrant(g, p, false, time.Now()); (err == nil) != want {
			t.Errorf("%s: %v", scope, err)
		}
		if _, err := checkGrant(g, p, true, time.Now()); err != nil {
			t.Errorf("a method that declares it: %v", err)
		}
	}
}
