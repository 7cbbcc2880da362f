package bind

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

// MemberGroups: everybody is in Platform Team.
func (c contoso) MemberGroups(context.Context, entra.Principal, bool) ([]entra.ObjectID, error) {
	return []entra.ObjectID{staff[2].ID}, c.members
}

// Application: every server app wants v2 tokens.
func (contoso) Application(_ context.Context, id entra.ClientID) (entra.Application, error) {
	return entra.Application{ClientID: id, TokenVersion: 2}, nil
}

// bound lets in whom the bindings of the test's cluster name.
func (j *journey) bound() {
	j.cluster.Put(rbacPath+"/clusterroles/view", map[string]any{"rules": []any{map[string]any{
		"verbs": []string{"get"}, "apiGroups": []string{""}, "resources": []string{"configmaps"}}}})
	j.cluster.Deny = func(who string, do kubetest.Attributes) string {
		if who != "" && who != "Alice@contoso.com" {
			return "no binding"
		}
		return ""
	}
}

func TestVerify(t *testing.T) {
	j := start(t)
	j.bound()
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--verify"); err != nil || !strings.Contains(j.err.String(), `verified: "Alice@contoso.com" may get configmaps in namespace prod`) {
		t.Errorf("%v\n%s", err, j.err.String())
	}
	reviews := j.cluster.Reviews()
	if last := reviews[len(reviews)-1]; last.User != "Alice@contoso.com" || len(last.Groups) != 2 || last.Groups[1] != string(staff[2].ID) || last.Extra["oid"][0] != string(staff[0].ID) {
		t.Errorf("asked %+v", last)
	}
	err := j.bind(t, "alice@contoso.com", "-n", "prod", "--as-subject", "objectId", "--verify")
	if fault.ExitCode(err) != 1 || !strings.Contains(err.Error(), `whether User "Alice@contoso.com" with 2 groups may get configmaps in namespace prod; it said yes, by another binding: this one names User a11ce000`) {
		t.Errorf("the wrong form: %v", err)
	}
	if err := j.bind(t, "group:Platform Team", "-n", "prod", "--verify"); err != nil || !strings.Contains(j.err.String(), `verified: "Alice@contoso.com"`) {
		t.Errorf("a group: %v\n%s", err, j.err.String())
	}
	j.cluster.Refuse = func(r *http.Request) (int, string) {
		if strings.HasSuffix(r.URL.Path, "/subjectaccessreviews") {
			return http.StatusForbidden, "cannot create subjectaccessreviews"
		}
		return 0, ""
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--verify"); fault.KindOf(err) != fault.Incomplete || !strings.Contains(err.Error(), "not verified") {
		t.Errorf("without the right to ask: %v", err)
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--verify", "--dry-run"); fault.KindOf(err) != fault.Usage {
		t.Errorf("with --dry-run: %v", err)
	}
}

func TestNamedAsTheClusterDoes(t *testing.T) {
	config := filepath.Join(t.TempDir(), "authn.yaml")
	if err := os.WriteFile(config, []byte(`{"jwt":[{"issuer":{"url":"https://sts.windows.net/11111111-1111-4111-8111-111111111111/"},
		"claimMappings":{"username":{"expression":"'e:' + claims.oid"},"groups":{"claim":"groups","prefix":"g:"}}}]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	const alice, team = "a11ce000-0000-4000-8000-000000000001", "9100b000-0000-4000-8000-000000000003"
	for _, tt := range []struct {
		args, want, says string
	}{
		{"alice@contoso.com --authenticator aks", `User "Alice@contoso.com"`, "by --authenticator aks"},
		{"alice@contoso.com --authenticator aks-jwt", `User "aks:jwt:Alice@contoso.com"`, "aks-jwt"},
		{"alice@contoso.com --username-prefix oidc:", `User "oidc:Alice@contoso.com"`, "nothing tells"},
		{"alice@contoso.com --authentication-config " + config, `User "e:` + alice + `"`, `rule "e:" + claims.oid`},
		{"9100b000-0000-4000-8000-000000000003 --authentication-config " + config, `Group "g:` + team + `"`, "AuthenticationConfiguration"},
		{"alice@contoso.com --authentication-config " + config + " --username-prefix x:", `User "x:` + alice + `"`, "AuthenticationConfiguration"},
	} {
		j := start(t)
		if err := j.bind(t, append(strings.Fields(tt.args), "-n", "prod")...); err != nil || !strings.Contains(j.out.String(), tt.want) || !strings.Contains(j.err.String(), "this cluster: ") || !strings.Contains(j.err.String(), tt.says) {
			t.Errorf("%s: %v\n%s%s", tt.args, err, j.out.String(), j.err.String())
		}
	}
	for _, args := range []string{"--authenticator guard", "--authenticator aks --authentication-config x", "--authentication-config /nowhere"} {
		j := start(t)
		if err := j.bind(t, append(strings.Fields("alice@contoso.com "+args), "-n", "prod")...); fault.KindOf(err) != fault.Usage || len(j.cluster.Writes()) != 0 {
			t.Errorf("%s: %v, %q", args, err, j.cluster.Writes())
		}
	}
}

// The context's server app tells of the tokens; its pods of the rule.
func TestTheClusterTells(t *testing.T) {
	j := start(t)
	data, err := os.ReadFile(*j.Kube.KubeConfig)
	if err != nil {
		t.Fatal(err)
	}
	exec := func(server string) {
		text := strings.Replace(string(data), `"current-context":"test"`, `"current-context":"entra"`, 1)
		text = strings.Replace(text, `"contexts":[`, `"contexts":[{"name":"entra","context":{"cluster":"test","user":"entra","namespace":"team"}},`, 1)
		text = strings.Replace(text, `"users":[`, `"users":[{"name":"entra","user":{"exec":{"apiVersion":"client.authentication.k8s.io/v1","command":"/bin/sh","interactiveMode":"Never",
			"args":["get-token","--server-id","`+server+`","--client-id","c11e4700-0000-4000-8000-000000000006","--tenant-id","11111111-1111-4111-8111-111111111111"]}}},`, 1)
		if err := os.WriteFile(*j.Kube.KubeConfig, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for server, want := range map[string]string{
		string(entra.AKSServer):                `User "Alice@contoso.com"`,
		"5e44e400-0000-4000-8000-000000000005": `User "a11ce000-0000-4000-8000-000000000001"`,
	} {
		exec(server)
		if err := j.bind(t, "alice@contoso.com", "--dry-run=client", "-n", "prod"); err != nil || !strings.Contains(j.out.String(), want) {
			t.Errorf("%s: %v\n%s%s", server, err, j.out.String(), j.err.String())
		}
	}
	pod := map[string]any{"metadata": map[string]any{"labels": map[string]any{"component": "kube-apiserver"}}, "spec": map[string]any{"containers": []any{
		map[string]any{"command": []string{"kube-apiserver", "--oidc-issuer-url=https://i", "--oidc-username-claim=upn", "--oidc-username-prefix=p:"}}}}}
	if err := os.WriteFile(*j.Kube.KubeConfig, data, 0o600); err != nil {
		t.Fatal(err)
	}
	j.cluster.Put("/api/v1/namespaces/kube-system/pods/kube-apiserver-n1", pod)
	if err := j.bind(t, "alice@contoso.com", "-n", "prod"); err != nil || !strings.Contains(j.out.String(), `User "p:Alice@contoso.com"`) {
		t.Errorf("%v\n%s%s", err, j.out.String(), j.err.String())
	}
	if err := j.bind(t, "carol@fabrikam.com", "-n", "prod"); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "claim upn") {
		t.Errorf("a guest whom the cluster cannot know: %v", err)
	}
}
