package cluster_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/apis/apiserver"
	"k8s.io/apiserver/pkg/apis/apiserver/install"
	"k8s.io/apiserver/plugin/pkg/authenticator/token/oidc"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

const (
	tenant = "11111111-1111-4111-8111-111111111111"
	server = "22222222-2222-4222-8222-222222222222"
	alice  = "a11ce000-0000-4000-8000-000000000001"
	carol  = "ca401000-0000-4000-8000-000000000002"
	bot    = "c1b07000-0000-4000-8000-000000000003"
	team   = "7ea30000-0000-4000-8000-000000000004"
)

// trusting are keys that take any signature: only the claims are of interest.
type trusting struct{}

func (trusting) VerifySignature(_ context.Context, jwt string) ([]byte, error) {
	return base64.RawURLEncoding.DecodeString(strings.Split(jwt, ".")[1])
}

// The tokens of a member, a guest and an application, without what is the same
// in all, and the directory's entries that belong to them.
var bearers = map[string]struct {
	entry  entra.Principal
	v1, v2 map[string]any
}{
	"member": {entra.Principal{ID: alice, Kind: entra.User, UPN: "Alice@contoso.com"},
		map[string]any{"oid": alice, "upn": "Alice@contoso.com", "unique_name": "Alice@contoso.com", "sub": "pair-wise", "groups": []string{team}},
		map[string]any{"oid": alice, "preferred_username": "Alice@contoso.com", "sub": "pair-wise", "groups": []string{team}}},
	"guest": {entra.Principal{ID: carol, Kind: entra.User, UPN: "carol_fabrikam.com#EXT#@contoso.onmicrosoft.com", Mail: "carol@fabrikam.com"},
		map[string]any{"oid": carol, "email": "carol@fabrikam.com", "unique_name": "carol@fabrikam.com", "sub": "pair-wise", "groups": []string{team}},
		map[string]any{"oid": carol, "preferred_username": "carol@fabrikam.com", "sub": "pair-wise", "groups": []string{team}}},
	"application": {entra.Principal{ID: bot, Kind: entra.ServicePrincipal, ClientID: server},
		map[string]any{"oid": bot, "appid": server, "sub": bot, "groups": []string{team}},
		map[string]any{"oid": bot, "azp": server, "sub": bot, "groups": []string{team}}},
}

// What kube-apiserver itself makes of a token by an AuthenticationConfiguration
// is what the naming room foretells; whom the one refuses, the other says that
// the cluster cannot know.
func TestForetoldAsKubeAPIServerDecides(t *testing.T) {
	usernames := []string{
		`{expression: 'has(claims.upn) ? claims.upn : claims.oid'}`,
		`{expression: '"entra:" + (has(claims.upn) ? claims.upn : claims.oid)'}`,
		`{expression: 'has(claims.upn) ? "u:" + claims.upn : "o:" + claims["oid"]'}`,
		`{expression: '"e:" + claims.?upn.orValue("o:" + claims.oid)'}`,
		`{expression: 'has(claims.upn) ? claims.upn : has(claims.oid) ? "o:" + claims.oid : claims.sub'}`,
		`{expression: "'a\\\"b\\\\' + claims.oid"}`,
		`{expression: '"s:" + string(claims.oid)'}`,
		`{claim: oid, prefix: "x:"}`,
		`{claim: upn, prefix: ""}`,
	}
	groups := []string{
		`{claim: groups, prefix: "g:"}`,
		`{expression: 'has(claims.groups) ? claims.groups : []'}`,
		`{expression: 'claims.?groups.orValue([])'}`,
		`{expression: 'dyn(claims.groups).map(g, "e:" + string(g))'}`,
		`{expression: 'has(claims.groups) ? dyn(claims.groups).map(name, "a:" + "b:" + name) : []'}`,
	}
	for i, username := range usernames {
		for version, issuer := range map[int]string{1: "https://sts.windows.net/" + tenant + "/", 2: "https://login.microsoftonline.com/" + tenant + "/v2.0"} {
			config := fmt.Sprintf("apiVersion: apiserver.config.k8s.io/v1\nkind: AuthenticationConfiguration\njwt:\n- issuer: {url: %q, audiences: [%q]}\n"+
				"  claimMappings:\n    username: %s\n    groups: %s\n    extra: [{key: example.com/oid, valueExpression: claims.oid}]\n",
				issuer, server, username, groups[i%len(groups)])
			compare(t, config, issuer, version)
		}
	}
}

func compare(t *testing.T, config, issuer string, version int) {
	t.Helper()
	n, err := naming.ParseConfiguration([]byte(config), tenant)
	if err != nil {
		t.Fatalf("%s%v", config, err)
	}
	real := authenticator(t, config)
	for name, who := range bearers {
		claims := maps.Clone(who.v1)
		if version == 2 {
			claims = maps.Clone(who.v2)
		}
		maps.Copy(claims, map[string]any{"iss": issuer, "aud": server, "tid": tenant, "exp": time.Now().Add(time.Hour).Unix()})
		answer, known, err := real.AuthenticateToken(t.Context(), token(t, claims))
		want, foretold := n.Identity(who.entry, []entra.ObjectID{team})
		if foretold != nil || err != nil || !known {
			if (foretold == nil) != (err == nil && known) {
				t.Errorf("%s%s: foretold %v, decided %v", config, name, foretold, err)
			}
			continue
		}
		got := naming.Identity{Username: answer.User.GetName(), Groups: append([]string{"system:authenticated"}, answer.User.GetGroups()...), Extra: answer.User.GetExtra()}
		if got.Username != want.Username || !slices.Equal(got.Groups, want.Groups) || !reflect.DeepEqual(got.Extra, want.Extra) {
			t.Errorf("%s%s: foretold %+v, decided %+v", config, name, want, got)
		}
	}
}

// authenticator is the one of kube-apiserver.
func authenticator(t *testing.T, config string) oidc.AuthenticatorTokenWithHealthCheck {
	t.Helper()
	scheme := runtime.NewScheme()
	install.Install(scheme)
	var c apiserver.AuthenticationConfiguration
	if err := runtime.DecodeInto(serializer.NewCodecFactory(scheme).UniversalDecoder(), []byte(config), &c); err != nil {
		t.Fatalf("%s%v", config, err)
	}
	a, err := oidc.New(t.Context(), oidc.Options{JWTAuthenticator: c.JWT[0], KeySet: trusting{}})
	if err != nil {
		t.Fatalf("%s%v", config, err)
	}
	return a
}

func token(t *testing.T, claims map[string]any) string {
	t.Helper()
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"RS256"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + ".c2ln"
}
