package kubeconfig

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	setupaks "github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
)

// given is a kubeconfig as Azure gives it out: server and user vary.
const given = `apiVersion: v1
kind: Config
current-context: it
clusters:
- {name: it, cluster: {server: "%s", certificate-authority-data: Y2E=}}
contexts:
- {name: it, context: {cluster: it, user: it}}
users:
- {name: it, user: %s}
`

const (
	execUser = `{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: /bin/evil, args: [get-token,
  --environment, AzurePublicCloud, --server-id, S, --client-id=C, --tenant-id, T, --login, devicecode], env: [{name: X, value: why}]}}`
	certUser = `{client-certificate-data: Y2VydA==, client-key-data: a2V5}`
)

func from(server, user string) []byte { return []byte(fmt.Sprintf(given, server, user)) }

func writer(t *testing.T) Writer {
	cloud, err := entra.FindCloud("")
	if err != nil {
		t.Fatal(err)
	}
	return Writer{Path: filepath.Join(t.TempDir(), "sub", "config"), Cloud: cloud, Tenant: "fallback"}
}

var dev = aks.Cluster{ResourceGroup: "Dev", Name: "c"}

func TestWriteAndAgain(t *testing.T) {
	w := writer(t)
	c := setupaks.Context{Cluster: dev, From: from("https://c.example", execUser)}
	if has, err := w.Has(c); has || err != nil {
		t.Fatalf("before: %v %v", has, err)
	}
	if err := w.Write(c); err != nil {
		t.Fatal(err)
	}
	if has, err := w.Has(c); !has || err != nil {
		t.Fatalf("after: %v %v", has, err)
	}
	if info, err := os.Stat(w.Path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	data, err := os.ReadFile(w.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"evil", "devicecode", "environment", "fallback"} {
		if bytes.Contains(data, []byte(bad)) {
			t.Errorf("what Azure said of %q is in\n%s", bad, data)
		}
	}
	anew := setupaks.Context{Cluster: dev, From: from("https://anew.example", execUser)}
	if has, err := w.Has(anew); has || err != nil {
		t.Errorf("the cluster made anew: %v %v", has, err)
	}
	if leads, err := w.Leads(anew); leads || err != nil {
		t.Errorf("leads to the cluster made anew: %v %v", leads, err)
	}
	if leads, err := w.Leads(c); !leads || err != nil {
		t.Errorf("leads: %v %v", leads, err)
	}
	if err := w.Remove(c); err != nil {
		t.Fatal(err)
	}
	if leads, err := w.Leads(c); leads || err != nil {
		t.Errorf("removed: %v %v", leads, err)
	}
}

func TestSignInOfAContext(t *testing.T) {
	managed := dev
	managed.Entra = &aks.EntraProfile{Managed: true}
	for _, c := range []struct {
		name    string
		context setupaks.Context
		want    string // arguments, or a part of the error
	}{
		{"from Azure's arguments", setupaks.Context{Cluster: dev, From: from("https://x", execUser)},
			"get-token --server-id S --client-id C --tenant-id T"},
		{"from the profile", setupaks.Context{Cluster: managed, From: from("https://x", certUser)},
			"get-token --server-id " + string(entra.AKSServer) + " --client-id " + string(entra.AKSClient) + " --tenant-id fallback"},
		{"not at all", setupaks.Context{Cluster: dev, From: from("https://x", certUser)}, `cluster "c" has no Entra sign-in`},
		{"plain http", setupaks.Context{Cluster: dev, From: from("http://x", execUser)}, "not an https URL"},
		{"no kubeconfig", setupaks.Context{Cluster: dev, From: []byte("{")}, "that Azure gave out"},
		{"no context", setupaks.Context{Cluster: dev, From: []byte("apiVersion: v1\nkind: Config\n")}, "no current context"},
	} {
		e, err := writer(t).entry(c.context)
		got := fmt.Sprint(err)
		if err == nil {
			got = strings.Join(e.Exec.Args, " ")
		}
		if !strings.Contains(got, c.want) {
			t.Errorf("%s: %s", c.name, got)
		}
	}
}

func TestAdminContext(t *testing.T) {
	e, err := writer(t).entry(setupaks.Context{Cluster: dev, Admin: true, From: from("https://x", certUser)})
	if err != nil || e.Exec != nil || string(e.ClientCert) != "cert" || string(e.ClientKey) != "key" || e.Context != "c-admin" {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestTakenNames(t *testing.T) {
	az := strings.ReplaceAll(string(from("https://c.example", certUser)), "name: it, context", "name: c, context")
	for _, c := range []struct {
		name   string
		server string
		free   bool
	}{{"same server: taken over", "https://c.example", true}, {"another server", "https://other.example", false}, {"no cluster yet", "", false}} {
		w := writer(t)
		if err := os.MkdirAll(filepath.Dir(w.Path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.Path, []byte(az), 0o600); err != nil {
			t.Fatal(err)
		}
		ctx := setupaks.Context{Cluster: dev}
		if c.server != "" {
			ctx.From = from(c.server, execUser)
		}
		_, err := w.Has(ctx)
		if c.free != (err == nil) || err != nil && fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", c.name, err)
		}
		if c.server != "" && c.free != (w.Write(ctx) == nil) {
			t.Errorf("%s: write disagrees", c.name)
		}
	}
}

// TestTwoSubscriptions: clusters of one group and name in two subscriptions
// share no entry, so that neither's context follows the other's.
func TestTwoSubscriptions(t *testing.T) {
	w := writer(t)
	at := func(subscription string) setupaks.Context {
		k := dev
		k.Subscription = subscription
		return setupaks.Context{Cluster: k, From: from("https://"+subscription+".example", execUser)}
	}
	if err := w.Write(at("dev")); err != nil {
		t.Fatal(err)
	}
	if err := w.Write(at("prod")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the same context for another cluster: %v", err)
	}
	if _, err := w.Has(setupaks.Context{Cluster: aks.Cluster{Subscription: "prod", ResourceGroup: "dev", Name: "c"}}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("before there is a cluster: %v", err)
	}
	if _, err := w.Has(setupaks.Context{Cluster: aks.Cluster{Subscription: "DEV", ResourceGroup: "dev", Name: "c"}}); err != nil {
		t.Errorf("ours in another case: %v", err)
	}
	other := w
	other.Name = "prod"
	if err := other.Write(at("prod")); err != nil {
		t.Fatal(err)
	}
	entries, err := Read(w.Path)
	if err != nil || len(entries) != 2 || entries[0].Server != "https://dev.example" || entries[1].Server != "https://prod.example" {
		t.Errorf("%+v, %v", entries, err)
	}
}
