package whoami

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
)

func TestDifferences(t *testing.T) {
	alice := tokenIdentity{Username: "alice@contoso.com", Object: "11111111-1111-4111-8111-111111111111", Groups: []string{"g1", "g2"}}
	many := tokenIdentity{Username: alice.Username, Object: alice.Object, Overage: true}
	for _, tc := range []struct {
		token  *tokenIdentity
		server kube.Identity
		want   string // empty: they agree
	}{
		{&alice, kube.Identity{Username: "Alice@contoso.com", Groups: []string{"g1", "g2", "system:authenticated"}}, ""},
		{&alice, kube.Identity{Username: "aad:alice@contoso.com", Groups: []string{"aad:g1", "aad:g2"}}, ""},
		{&alice, kube.Identity{Username: string(alice.Object), Groups: []string{"g1", "g2"}}, "by object id"},
		{&alice, kube.Identity{Username: "masterclient", Groups: []string{"g1", "g2", "system:masters"}}, "neither"},
		{&alice, kube.Identity{Username: "system:anonymous"}, "did not look at the token"},
		{&alice, kube.Identity{Username: alice.Username, Groups: []string{"g1"}}, "1 of the token's 2 groups"},
		{&many, kube.Identity{Username: alice.Username, Groups: []string{"g1"}}, ""},
		{&many, kube.Identity{Username: alice.Username}, "more groups than a token holds"},
		{nil, kube.Identity{Username: "x"}, "cannot be read"},
	} {
		got := strings.Join(differences(tc.token, tc.server), "\n")
		if (got == "") != (tc.want == "") || !strings.Contains(got, tc.want) {
			t.Errorf("%+v: %q", tc.server, got)
		}
	}
	hostile := differences(&alice, kube.Identity{Username: "\x1b[2Jevil"})
	if strings.Contains(strings.Join(hostile, ""), "\x1b") {
		t.Error("a terminal was steered")
	}
}
