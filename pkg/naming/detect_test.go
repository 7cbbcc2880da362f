package naming

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// world is a cluster and a directory that show what they have.
type world struct {
	record *Record
	argv   []string
	who    Identity
	app    *entra.Application
	asked  []string
	err    error // instead of an answer
}

func (w *world) Record(context.Context) (Record, error) {
	w.asked = append(w.asked, "record")
	if w.record == nil {
		return Record{}, w.or(fault.NotFound)
	}
	return *w.record, nil
}

func (w *world) ServerFlags(context.Context) ([]string, error) {
	w.asked = append(w.asked, "flags")
	if w.argv == nil {
		return nil, w.or(fault.Forbidden)
	}
	return w.argv, nil
}

func (w *world) Caller(context.Context) (Identity, error) {
	w.asked = append(w.asked, "caller")
	return w.who, w.err
}

func (w *world) Application(_ context.Context, id entra.ClientID) (entra.Application, error) {
	w.asked = append(w.asked, "app")
	if w.app == nil {
		return entra.Application{}, w.or(fault.Forbidden)
	}
	return *w.app, nil
}

func (w *world) or(kind fault.Kind) error {
	if w.err != nil {
		return w.err
	}
	return fault.New(kind, "not shown")
}

func TestDetect(t *testing.T) {
	own := Record{Kind: Apps, Server: app, Tenant: home}
	config := Record{Kind: Config, Tenant: home, Configuration: []byte("jwt:" + entraIssuer)}
	token := &entra.Claims{UPN: "Alice@contoso.com", Object: alice, Version: "1.0", Groups: []string{team}}
	aks, _ := Of(AKS)
	tests := []struct {
		name   string
		w      world
		sight  Sight
		claims *entra.Claims
		kind   Kind
		member string // what the API server will call alice
		why    string
		asked  string
	}{
		{"nothing tells", world{}, Sight{}, nil, Apps, "Alice@contoso.com", "nothing tells", "record flags"},
		{"asked for", world{record: &config}, Sight{Asked: &aks}, nil, AKS, "Alice@contoso.com", "", ""},
		{"a record of apps, tokens v2", world{record: &own, app: &entra.Application{TokenVersion: 2}}, Sight{}, nil, Apps, alice, "setup has noted in the cluster; the server app's tokens are v2", "record app"},
		{"a record of rules", world{record: &config}, Sight{Server: string(entra.AKSServer)}, nil, Config, "entra:Alice@contoso.com", "AuthenticationConfiguration's rule", "record app"},
		{"AKS's server app", world{}, Sight{Server: string(entra.AKSServer)}, nil, AKS, "Alice@contoso.com", "AKS's own", "record"},
		{"another one on AKS", world{}, Sight{Server: app, Address: "https://x.hcp.westeurope.azmk8s.io:443"}, nil, AKSJWT, "aks:jwt:Alice@contoso.com", "a guess", "record app"},
		{"another one on AKS, by name", world{who: Identity{Username: "Alice@contoso.com", Extra: map[string][]string{"oid": {alice}}}}, Sight{Server: app, Address: "https://x.hcp.westeurope.azmk8s.io:443"}, token, Apps, "Alice@contoso.com", "by your token's upn", "record caller app"},
		{"an app of one's own", world{app: &entra.Application{}}, Sight{Server: "api://" + app}, nil, Apps, "Alice@contoso.com", "one of your own", "record flags app"},
		{"with tokens v2", world{app: &entra.Application{TokenVersion: 2}}, Sight{Server: app}, nil, Apps, alice, "tokens are v2", "record flags app"},
		{"v2 that carry the upn", world{app: &entra.Application{TokenVersion: 2, OptionalClaims: []string{"upn"}}}, Sight{Server: app}, nil, Apps, "Alice@contoso.com", "", "record flags app"},
		{"an app that cannot be read", world{}, Sight{Server: app}, nil, Apps, "Alice@contoso.com", "taken for v1", "record flags app"},
		{"--oidc flags", world{argv: []string{"kube-apiserver", "--oidc-issuer-url=https://i", "--oidc-username-claim=oid", "--oidc-username-prefix=o:"}}, Sight{}, nil, OIDC, "o:" + alice, "--oidc- flags", "record flags"},
		{"a token webhook", world{argv: []string{"--authentication-token-webhook-config-file=x"}}, Sight{}, token, Apps, "Alice@contoso.com", "token webhook", "record flags"},
		{"a file that is not seen", world{argv: []string{"--authentication-config=/etc/a.yaml"}}, Sight{}, nil, Config, "Alice@contoso.com", "--authentication-config", "record flags"},
		{"a file, and a name that tells", world{argv: []string{"--authentication-config=/etc/a.yaml"}, who: Identity{Username: "e:" + alice}}, Sight{}, token, Config, "e:" + alice, `by your token's oid, with "e:" before it`, "record flags caller"},
		{"the caller's name", world{who: Identity{Username: "x:Alice@contoso.com", Groups: []string{"system:authenticated", "g:" + team}}}, Sight{}, token, Config, "x:Alice@contoso.com", "by your token's upn", "record flags caller"},
		{"the caller is somebody else there", world{who: Identity{Username: "kubernetes-admin"}}, Sight{}, token, Apps, "Alice@contoso.com", "nothing tells", "record flags caller"},
		{"no caller", world{err: errors.New("down")}, Sight{}, token, Apps, "Alice@contoso.com", "nothing tells", "record flags caller"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := tt.sight
			s.Cluster, s.Apps = &tt.w, &tt.w
			if tt.claims != nil {
				s.Claims = func(context.Context) (entra.Claims, error) { return *tt.claims, nil }
			}
			n, err := Detect(t.Context(), s)
			if err != nil || n.Kind != tt.kind || !strings.Contains(n.Why, tt.why) {
				t.Fatalf("%+v, %v", n, err)
			}
			if got, _, err := n.User(member); err != nil || got != tt.member {
				t.Errorf("alice is %q, %v (%s)", got, err, n.Username)
			}
			if got := strings.Join(tt.w.asked, " "); got != tt.asked {
				t.Errorf("asked %q", got)
			}
		})
	}
}

func TestDetectWithoutACluster(t *testing.T) {
	if n, err := Detect(t.Context(), Sight{}); err != nil || n.Kind != Apps {
		t.Errorf("%+v, %v", n, err)
	}
	w := &world{record: &Record{Kind: "guard"}}
	if _, err := Detect(t.Context(), Sight{Cluster: w}); err == nil || !strings.Contains(err.Error(), "setup's record") {
		t.Errorf("a record of another version: %v", err)
	}
	w = &world{err: fault.New(fault.Cancelled, "interrupted")}
	if _, err := Detect(t.Context(), Sight{Cluster: w}); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("interrupted: %v", err)
	}
}

func TestFromCaller(t *testing.T) {
	for name, tt := range map[string]struct {
		who    Identity
		claims entra.Claims
		want   string
		kind   Kind
	}{
		"a member":               {Identity{Username: "a@x", Extra: map[string][]string{"oid": {alice}}}, entra.Claims{UPN: "a@x", Object: alice}, upnElseOID.String(), Apps},
		"a guest":                {Identity{Username: alice}, entra.Claims{Object: alice}, upnElseOID.String(), Config},
		"a member by oid":        {Identity{Username: alice}, entra.Claims{UPN: "a@x", Object: alice}, "claims.oid", Config},
		"by preferred_username":  {Identity{Username: "a@x"}, entra.Claims{PreferredName: "a@x", Object: alice, Version: "2.0"}, "claims.preferred_username", Config},
		"AKS, by subject":        {Identity{Username: "aks:jwt:e:s1"}, entra.Claims{Subject: "s1", Object: alice}, `"aks:jwt:e:" + claims.sub`, AKSJWT},
		"a certificate's holder": {Identity{Username: "masterclient"}, entra.Claims{UPN: "a@x", Object: alice}, "", ""},
	} {
		n, ok := fromCaller(tt.who, tt.claims)
		if !ok && tt.want == "" {
			continue
		}
		if n.Username.String() != tt.want || n.Kind != tt.kind || n.Token.V2() != (tt.claims.Version == "2.0") {
			t.Errorf("%s: %s, %+v", name, n.Username, n)
		}
	}
}
