package kubeconfig

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// azure hands out user credentials and counts what else it is asked.
type azure struct {
	factory.Azure
	user     string
	denied   bool
	clusters int
}

func (a *azure) Subscriptions(context.Context) ([]aks.Subscription, error) {
	return []aks.Subscription{{ID: "sub", Name: "Contoso", Tenant: "t"}}, nil
}

func (a *azure) UserKubeconfig(_ context.Context, _, _, name string) ([]byte, error) {
	if name != "c" {
		return nil, fault.New(fault.NotFound, "no cluster")
	}
	if a.denied {
		return nil, fault.New(fault.Forbidden, "denied", "role Cluster User")
	}
	return from("https://c.example", a.user), nil
}

func (a *azure) Cluster(context.Context, string, string, string) (aks.Cluster, error) {
	a.clusters++
	return aks.Cluster{Name: "c", ResourceGroup: "g", Entra: &aks.EntraProfile{Managed: true}}, nil
}

func (a *azure) Clusters(context.Context, string) ([]aks.Cluster, error) {
	return []aks.Cluster{{Name: "c", ResourceGroup: "dev"}, {Name: "c", ResourceGroup: "prod"}, {Name: "payroll", ResourceGroup: "dev"}}, nil
}

func run(t *testing.T, a *azure, args ...string) (out, config string, err error) {
	t.Helper()
	dir := t.TempDir()
	ca := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(ca, []byte("ca"), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	file := filepath.Join(dir, "config")
	f := &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader(""), Out: &stdout, Err: &stderr, Width: 80},
		Getenv:  func(name string) string { return map[string]string{"KUBECONFIG": file}[name] },
		SignIn:  func(context.Context, *factory.Factory) (token.Source, error) { return nil, nil },
		Keepers: factory.Keepers{Azure: func(entra.Cloud, http.RoundTripper, token.Source) (factory.Azure, error) {
			return a, nil
		}},
	}
	cmd := New(f)
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "$CA", ca)
	}
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.ExecuteContext(t.Context())
	data, _ := os.ReadFile(file)
	return strings.ReplaceAll(stdout.String(), dir, "DIR"), string(data), err
}

func TestOrdinaryUser(t *testing.T) {
	a := &azure{user: execUser}
	out, config, err := run(t, a, "-g", "g", "-n", "c")
	if err != nil || out != "context \"c\" written to DIR/config\n" {
		t.Errorf("%q, %v", out, err)
	}
	if a.clusters != 0 {
		t.Error("reading the cluster needs another right")
	}
	if !strings.Contains(config, "command: kubectl-aad") || !strings.Contains(config, "current-context: c") || strings.Contains(config, "--login") {
		t.Errorf("kubeconfig\n%s", config)
	}
	if _, config, err = run(t, a, "-g", "g", "-n", "c", "--exec-login", "devicecode", "--context", "work"); err != nil ||
		!strings.Contains(config, "--login\n      - devicecode") || !strings.Contains(config, "current-context: work") {
		t.Errorf("%v\n%s", err, config)
	}
	if _, _, err = run(t, &azure{user: certUser}, "-g", "g", "-n", "c"); err != nil {
		t.Errorf("from the profile: %v", err)
	}
	if _, config, err = run(t, &azure{denied: true}, "-g", "g", "-n", "c"); fault.KindOf(err) != fault.Forbidden || config != "" {
		t.Errorf("denied: %v", err)
	}
}

func TestUnknownCluster(t *testing.T) {
	_, _, err := run(t, &azure{}, "-g", "g", "-n", "cc")
	want := []string{"kubectl aad kubeconfig -g dev -n c", "kubectl aad kubeconfig -g prod -n c"}
	if fault.KindOf(err) != fault.NotFound || !slices.Equal(fault.Hints(err), want) {
		t.Errorf("%v, hints %q", err, fault.Hints(err))
	}
}

func TestServerOutsideAzure(t *testing.T) {
	full := []string{"--server", "https://10.0.0.1:6443", "--ca", "$CA", "--server-id", "S", "--client-id", "C", "--tenant-id", "T"}
	out, config, err := run(t, nil, append([]string{"--login", "devicecode"}, full...)...)
	if err != nil || !strings.Contains(out, `"10.0.0.1"`) {
		t.Errorf("%q, %v", out, err)
	}
	for _, want := range []string{"server: https://10.0.0.1:6443", "- S\n", "- C\n", "- T\n", "- devicecode\n", "certificate-authority-data: Y2E="} {
		if !strings.Contains(config, want) {
			t.Errorf("no %q in\n%s", want, config)
		}
	}
	for text, args := range map[string][]string{
		"missing: --ca, --client-id, --server-id, --tenant-id": {"--server", "https://x"},
		"not an https URL":                  append([]string{"--server", "http://x"}, full[2:]...),
		"missing: --name, --resource-group": nil,
		"no such file":                      append([]string{"--server", "https://x", "--ca", "/nowhere/ca"}, full[4:]...),
	} {
		if _, _, err := run(t, nil, args...); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", args, err)
		}
	}
}
