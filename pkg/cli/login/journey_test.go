package login_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/logout"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/status"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/whoami"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	broker "github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins"
)

// world is a pretend Entra ID, an API server that knows everybody by object id,
// and a machine with two contexts.
type world struct {
	*sandbox.Sandbox
	t          *testing.T
	env        map[string]string
	kubeconfig string
	who        string // that answers prompts
	prompts    int
}

func newWorld(t *testing.T) *world {
	s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	api := httptest.NewTLSServer(http.HandlerFunc(review))
	t.Cleanup(api.Close)
	dir := t.TempDir()
	w := &world{Sandbox: s, t: t, who: "alice", kubeconfig: filepath.Join(dir, "config"), env: map[string]string{"HOME": dir}}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: api.Certificate().Raw})
	user := "- name: %s\n  user:\n    exec: # ours\n      apiVersion: client.authentication.k8s.io/v1\n      command: kubectl-aad\n" +
		"      args: [get-token, --server-id, " + string(entra.AKSServer) + ", --tenant-id, " + string(s.Info().Tenants[0].ID) + ", --login, devicecode, --cloud, \"" + s.CloudFile() + "\"]\n"
	config := "apiVersion: v1\nkind: Config\ncurrent-context: dev\nclusters:\n- name: c\n  cluster: {server: \"" + api.URL +
		"\", certificate-authority-data: " + base64.StdEncoding.EncodeToString(ca) + "}\ncontexts:\n- {name: dev, context: {cluster: c, user: dev}}\n" +
		"- {name: prod, context: {cluster: c, user: prod}}\nusers:\n" + fmt.Sprintf(user, "dev") + fmt.Sprintf(user, "prod")
	if err := os.WriteFile(w.kubeconfig, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return w
}

// review answers as a cluster whose webhook prefers object ids.
func review(w http.ResponseWriter, r *http.Request) {
	claims, err := entra.ParseClaims(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	if err != nil {
		http.Error(w, "who?", http.StatusUnauthorized)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"kind": "SelfSubjectReview", "apiVersion": "authentication.k8s.io/v1",
		"status": map[string]any{"userInfo": map[string]any{"username": claims.Object, "groups": []string{"system:authenticated"}}}})
}

// Write plays the person as soon as the code is shown.
func (w *world) Write(b []byte) (int, error) {
	if m := regexp.MustCompile(`enter the code (\w+)`).FindSubmatch(b); m != nil {
		w.prompts++
		if err := w.SignIn(context.Background(), w.who, string(m[1])); err != nil {
			w.t.Error(err)
		}
	}
	return len(b), nil
}

func (w *world) run(command func(*factory.Factory, broker.Registry) *cobra.Command, args ...string) (string, error) {
	var out bytes.Buffer
	f := &factory.Factory{Streams: factory.Streams{Out: &out, Err: io.Writer(w), ErrTTY: true, Width: 80}, Now: time.Now, CloudName: w.CloudFile(),
		Getenv: func(k string) string { return w.env[k] }}
	cmd := command(f, plugins.All())
	cmd.SetArgs(append(args, "--kubeconfig", w.kubeconfig))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(context.Background())
	return out.String(), err
}

func (w *world) must(command func(*factory.Factory, broker.Registry) *cobra.Command, args ...string) string {
	w.t.Helper()
	out, err := w.run(command, args...)
	if err != nil {
		w.t.Fatalf("%q: %v %q", args, err, fault.Hints(err))
	}
	return out
}

func TestTheLifeOfSignIns(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if out := w.must(login.New); !strings.Contains(out, `Signed in as alice@contoso.com`) {
		t.Errorf("login: %s", out)
	}
	if out := w.must(login.New); !strings.HasPrefix(out, "Already signed in as alice") || w.prompts != 1 {
		t.Errorf("again: %s, %d prompts", out, w.prompts)
	}
	before, _ := os.ReadFile(w.kubeconfig)
	w.who = "bob"
	if out := w.must(login.New, "--context", "prod", "--account", "bob@contoso.com"); !strings.Contains(out, `"prod" now names --account bob@contoso.com`) {
		t.Errorf("second account: %s", out)
	}
	after, _ := os.ReadFile(w.kubeconfig)
	if head := string(before[:bytes.LastIndex(before, []byte("args:"))]); !strings.HasPrefix(string(after), head) || strings.Count(string(after), "bob@contoso.com") != 1 {
		t.Errorf("kubeconfig\n%s", after)
	}
	w.ResetRequests()
	var id struct {
		Token       struct{ Username string }
		Server      struct{ Username string }
		Differences []string
	}
	for name, who := range map[string]string{"dev": "alice@contoso.com", "prod": "bob@contoso.com"} {
		if err := json.Unmarshal([]byte(w.must(whoami.New, "--context", name, "-o", "json")), &id); err != nil || id.Token.Username != who ||
			len(id.Server.Username) != 36 || len(id.Differences) == 0 || !strings.Contains(id.Differences[0], "by object id") {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
	}
	if n := w.Requests(); len(n) != 0 {
		t.Errorf("asked Entra ID: %+v", n)
	}
	if out := w.must(whoami.New); !strings.Contains(out, "API SERVER") || !strings.Contains(out, "alice@contoso.com") {
		t.Errorf("whoami: %s", out)
	}

	if out := w.must(logout.New); !strings.Contains(out, "alice@contoso.com") || strings.Contains(out, "bob") {
		t.Errorf("logout: %s", out)
	}
	if out := w.must(status.New, "-o", "name"); out != "account/bob@contoso.com\n" {
		t.Errorf("left: %s", out)
	}
	if out := w.must(logout.New, "--all"); !strings.Contains(out, "bob@contoso.com") || !strings.Contains(out, "refresh token and 1 access token") {
		t.Errorf("all: %s", out)
	}
	for _, dir := range []string{"tokens", "refresh", "accounts"} {
		if files, _ := os.ReadDir(filepath.Join(w.env["HOME"], ".kube", "cache", "aad", dir)); len(files) > 0 {
			t.Errorf("%s still has %v", dir, files)
		}
	}
	if out := w.must(logout.New); !strings.Contains(out, "nothing to remove") {
		t.Errorf("nobody: %s", out)
	}
	if _, err := w.run(logout.New, "--account", "alice@contoso.com"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("unknown account: %v", err)
	}
}

func TestForceAndDefault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(login.New, "--manage", "--login", "devicecode", "--tenant-id", "contoso.com")
	w.must(login.New)
	w.must(login.New, "--force")
	if w.prompts != 3 {
		t.Errorf("%d prompts", w.prompts)
	}
	w.who = "bob"
	w.must(login.New, "--account", "bob@contoso.com", "--default", "--record=false")
	if out := w.must(whoami.New, "-o", "yaml"); !strings.Contains(out, "bob@contoso.com") {
		t.Errorf("the default: %s", out)
	}
	for _, args := range [][]string{{"--tenant-id", "x.com"}, {"--context", "prod", "--login", "magic"}} {
		if _, err := w.run(login.New, args...); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", args, err)
		}
	}
	if _, err := w.run(login.New, "--context", "none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("no such context: %v", err)
	}
}

// What a hint says to run must run.
func TestTheHintForManagingIsACommand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	cloud, err := entra.FindCloud(w.CloudFile())
	if err != nil {
		t.Fatal(err)
	}
	line := broker.CommandLine(token.Request{Cloud: cloud, Method: "devicecode", Client: entra.AzureCLI,
		Tenant: string(w.Info().Tenants[0].ID), Account: "alice@contoso.com", Scope: cloud.Graph + "/.default"})
	args, ok := strings.CutPrefix(line, "kubectl aad login ")
	if !ok {
		t.Fatal(line)
	}
	args = strings.Replace(args, "--cloud "+w.CloudFile()+" ", "", 1) // the root's flag: the world has it set
	if out := w.must(login.New, strings.Fields(args)...); !strings.Contains(out, "Signed in as alice@contoso.com") {
		t.Errorf("%s: %s", line, out)
	}
}

func TestStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.env["AZURE_TENANT_ID"] = "fabrikam.com"
	if out := w.must(status.New); !strings.Contains(out, "Nobody is signed in") || !strings.Contains(out, "sign-in needed") {
		t.Errorf("empty: %s", out)
	}
	w.must(login.New)
	var r struct {
		Store    struct{ Name, Reason string }
		Accounts []struct {
			Account, SignIn string
			Default         bool
			ValidTokens     int
		}
		Contexts []struct {
			Context, State, Method string
			Settings               []struct {
				Name, Source string
				Overruled    []string
			}
		}
	}
	if err := json.Unmarshal([]byte(w.must(status.New, "-o", "json")), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Accounts) != 1 || r.Accounts[0].SignIn != "saved" || !r.Accounts[0].Default || r.Accounts[0].ValidTokens != 1 || r.Store.Reason == "" {
		t.Errorf("%+v", r)
	}
	if len(r.Contexts) != 2 || r.Contexts[0].State != "token" || r.Contexts[0].Method != "devicecode" {
		t.Errorf("%+v", r.Contexts)
	}
	for _, s := range r.Contexts[0].Settings {
		if s.Name == "tenant-id" && (s.Source != "argument" || len(s.Overruled) != 1) || s.Name == "client-id" && s.Source != "default" {
			t.Errorf("%+v", s)
		}
	}
	if out := w.must(status.New, "--context", "dev"); !strings.Contains(out, "AZURE_TENANT_ID") || !strings.Contains(out, "--server-id") {
		t.Errorf("settings: %s", out)
	}
}
