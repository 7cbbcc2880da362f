package authenticator

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
)

const (
	tenant = "11111111-1111-4111-8111-111111111111"
	server = "5e44e400-0000-4000-8000-000000000005"
	rules  = `jwt:
- issuer: {url: https://sts.windows.net/` + tenant + `/, audiences: [` + server + `]}
  claimMappings:
    username: {expression: '"entra:" + (has(claims.upn) ? claims.upn : claims.oid)'}
    groups: {claim: groups, prefix: "entra:"}`
)

var alice = entra.Principal{ID: "a11ce000-0000-4000-8000-000000000001", Kind: entra.User, UPN: "alice@contoso.com"}

// stage is a cluster with a kubeconfig for it.
func stage(t *testing.T) (*kubetest.Server, *factory.Factory, *kube.Cluster) {
	t.Helper()
	s := kubetest.Start(t)
	f := &factory.Factory{Getenv: func(string) string { return "" }, Kube: genericclioptions.NewConfigFlags(false)}
	*f.Kube.KubeConfig = filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(*f.Kube.KubeConfig, s.Kubeconfig(), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := kube.Connect(f.Kube)
	if err != nil {
		t.Fatal(err)
	}
	return s, f, c
}

func TestSetupsRecord(t *testing.T) {
	for name, tt := range map[string]struct {
		data map[string]any
		want string // what alice is called
		says string
	}{
		"rules":   {map[string]any{"authenticator": "config", "authentication-config": rules, "tenant-id": tenant, "server-id": server}, "entra:alice@contoso.com", "as setup has noted"},
		"webhook": {map[string]any{"authenticator": "apps", "server-id": server}, "alice@contoso.com", "as setup has noted"},
		"nothing": {map[string]any{"x": "y"}, "alice@contoso.com", "nothing tells"},
		"strange": {map[string]any{"authenticator": "dex"}, "", "--authentication-config"},
	} {
		s, f, c := stage(t)
		s.Put("/api/v1/namespaces/kube-system/configmaps/kubectl-aad", map[string]any{"data": tt.data})
		n, err := Find(t.Context(), f, "", c, nil)
		if tt.want == "" {
			if fault.KindOf(err) != fault.Usage || !strings.Contains(strings.Join(fault.Hints(err), ""), tt.says) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if got, _, _ := n.User(alice); err != nil || got != tt.want || !strings.Contains(n.Why, tt.says) {
			t.Errorf("%s: %q, %+v, %v", name, got, n, err)
		}
	}
}

func TestTheCallersName(t *testing.T) {
	s, f, c := stage(t)
	s.User = map[string]any{"username": "e:alice@contoso.com", "groups": []string{"system:authenticated"}}
	f.Claims = func(_ context.Context, _ *factory.Factory, name string) (entra.Claims, error) {
		if name != "test" {
			return entra.Claims{}, errors.New("another context")
		}
		return entra.Claims{UPN: "alice@contoso.com", Object: alice.ID}, nil
	}
	if n, err := Find(t.Context(), f, "test", c, nil); err != nil || n.Kind != naming.Config || n.Username[0].Prefix != "e:" {
		t.Errorf("%+v, %v", n, err)
	}
}

func TestTheCommandLineAlone(t *testing.T) {
	_, f, _ := stage(t)
	file := filepath.Join(t.TempDir(), "authn.yaml")
	if err := os.WriteFile(file, []byte(rules+strings.TrimPrefix(strings.ReplaceAll(rules, tenant, server), "jwt:")), 0o600); err != nil {
		t.Fatal(err)
	}
	f.Authenticator.Configuration = file
	if _, err := Find(t.Context(), f, "", nil, nil); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "2 issuers") {
		t.Errorf("two issuers: %v", err)
	}
	f.Management.TenantID = strings.ToUpper(tenant)
	other := "x:"
	f.Authenticator.UserPrefix = &other
	if n, err := Find(t.Context(), f, "", nil, nil); err != nil || n.Tenant != tenant || n.Username[0].Prefix != "x:" || n.Groups.Prefix != "entra:" {
		t.Errorf("%+v, %v", n, err)
	}
	if got := strings.Join(f.Authenticator.Words(), " "); got != "--authentication-config="+file+" --username-prefix=x:" {
		t.Errorf("handed out as %q", got)
	}
}
