package convert

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig/edit"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const config = `apiVersion: v1
kind: Config
current-context: dev
clusters:
- {name: c, cluster: {server: "https://c"}}
contexts:
- {name: dev, context: {cluster: c, user: dev}}
- {name: dev2, context: {cluster: c, user: dev}}
- {name: old, context: {cluster: c, user: old}}
- {name: okta, context: {cluster: c, user: okta}}
- {name: cert, context: {cluster: c, user: cert}}
users:
- name: dev
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1   # as az wrote it
      command: /usr/local/bin/kubelogin
      args: [get-token, -e=AzurePublicCloud, --server-id=6dae42f8-4368-4678-94ff-3960e28e3630, -t, contoso.com, --client-secret, hunter2, --new-flag]
      env: [{name: AZURE_TENANT_ID, value: fabrikam.com}]
      provideClusterInfo: true
      interactiveMode: Never
- name: old
  user:
    auth-provider:
      name: azure
      config: {apiserver-id: aaaaaaaa-0000-4000-8000-000000000000, client-id: bbbbbbbb-0000-4000-8000-000000000000, tenant-id: contoso.com, environment: AzureChinaCloud, refresh-token: top-secret, config-mode: "0"}
- name: okta
  user: {exec: {apiVersion: client.authentication.k8s.io/v1, command: kubelogin, args: [get-token, --oidc-issuer-url=https://o]}}
- name: cert
  user: {client-certificate: x, client-key-data: a2V5}
`

type bench struct {
	t    *testing.T
	path string
	env  map[string]string
}

func newBench(t *testing.T, text string) bench {
	b := bench{t, filepath.Join(t.TempDir(), "config"), map[string]string{}}
	if err := os.WriteFile(b.path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b bench) run(args ...string) (out, said string, err error) {
	var o, e bytes.Buffer
	cmd := New(&factory.Factory{Streams: factory.Streams{Out: &o, Err: &e}, Now: time.Now, Getenv: func(k string) string { return b.env[k] }})
	cmd.SetArgs(append(args, "--kubeconfig", b.path))
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err = cmd.Execute()
	return o.String(), e.String(), err
}

func (b bench) text() string {
	data, err := os.ReadFile(b.path)
	if err != nil {
		b.t.Fatal(err)
	}
	return string(data)
}

func TestEveryContext(t *testing.T) {
	b := newBench(t, config)
	out, said, err := b.run()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Replace(config, "/usr/local/bin/kubelogin", "kubectl-aad", 1)
	want = strings.Replace(want, "interactiveMode: Never\n", "interactiveMode: Never\n      installHint: HINT\n", 1)
	i, j := strings.Index(want, "    auth-provider:"), strings.Index(want, "- name: okta")
	want = want[:i] + `    exec:
      apiVersion: client.authentication.k8s.io/v1
      args:
      - get-token
      - --server-id
      - aaaaaaaa-0000-4000-8000-000000000000
      - --client-id
      - bbbbbbbb-0000-4000-8000-000000000000
      - --tenant-id
      - contoso.com
      - --environment
      - AzureChinaCloud
      - --legacy
      command: kubectl-aad
      installHint: HINT
      interactiveMode: IfAvailable
` + want[j:]
	hint := toOurs(edit.User{Exec: map[string]any{}}).InstallHint
	got := strings.ReplaceAll(strings.ReplaceAll(b.text(), `"`+hint+`"`, "HINT"), hint, "HINT")
	if got != want {
		t.Errorf("%s", diff("kubeconfig", want, got))
	}
	if !strings.Contains(out, "Converted context dev, dev2: from kubelogin") || !strings.Contains(said, "user okta: left alone") ||
		!strings.Contains(said, "AZURE_TENANT_ID=fabrikam.com") && !strings.Contains(said, "unknown flag: --new-flag") {
		t.Errorf("out %q, said %q", out, said)
	}
	backups, _ := filepath.Glob(b.path + ".*.bak")
	if len(backups) != 1 || !strings.Contains(out, backups[0]) {
		t.Fatalf("backups %v, out %q", backups, out)
	}
	if kept, _ := os.ReadFile(backups[0]); string(kept) != config {
		t.Error("the backup is another file")
	}
	if out, _, err := b.run(); err != nil || !strings.Contains(out, "Nothing to do") {
		t.Errorf("again: %q, %v", out, err)
	}
	if backups, _ := filepath.Glob(b.path + ".*.bak"); len(backups) != 1 {
		t.Errorf("backups of nothing: %v", backups)
	}
}

func TestChosenContexts(t *testing.T) {
	b := newBench(t, config)
	if _, said, err := b.run("dev", "--context", "cert"); err != nil || !strings.Contains(said, "contexts [dev dev2] change with it") ||
		!strings.Contains(said, "user cert: left alone") || !strings.Contains(b.text(), "auth-provider") || strings.Contains(b.text(), "/usr/local") {
		t.Errorf("said %q, %v\n%s", said, err, b.text())
	}
	if _, _, err := b.run("nobody"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("unknown context: %v", err)
	}
	if _, _, err := b.run("--to", "magic"); fault.KindOf(err) != fault.Usage {
		t.Errorf("unknown program: %v", err)
	}
}

func TestDryRunShowsNoSecret(t *testing.T) {
	b := newBench(t, config)
	out, _, err := b.run("--dry-run")
	if err != nil || b.text() != config {
		t.Fatalf("%v, changed: %v", err, b.text() != config)
	}
	if strings.Contains(out, "top-secret") || strings.Contains(out, "hunter2") || strings.Contains(out, "a2V5") {
		t.Errorf("secrets in\n%s", out)
	}
	for _, line := range []string{"-      command: /usr/local/bin/kubelogin\n", "+      command: kubectl-aad\n", "@@ line "} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in\n%s", line, out)
		}
	}
	if files, _ := os.ReadDir(filepath.Dir(b.path)); len(files) != 1 {
		t.Errorf("left %v", files)
	}
}

func TestVariablesThatWouldHaveWon(t *testing.T) {
	text := strings.Replace(config, ", --client-secret, hunter2, --new-flag", "", 1)
	b := newBench(t, text)
	b.env["AAD_LOGIN_METHOD"], b.env["AZURE_CLIENT_ID"] = "msi", "cccccccc-0000-4000-8000-000000000000"
	if _, said, err := b.run("dev"); err != nil || !strings.Contains(said, "kubelogin used AZURE_TENANT_ID=fabrikam.com") || strings.Contains(b.text(), "- fabrikam.com") {
		t.Errorf("said %q, %v", said, err)
	}
	b = newBench(t, text)
	if _, _, err := b.run("dev", "--adopt-env"); err != nil || !strings.Contains(b.text(), "--tenant-id") || !strings.Contains(b.text(), "- fabrikam.com") {
		t.Errorf("%v\n%s", err, b.text())
	}
}

func TestThereAndBack(t *testing.T) {
	b := newBench(t, strings.Replace(config, "get-token, -e=AzurePublicCloud,", "get-token, --account, a@contoso.com, --cloud, usgov, -l, browser,", 1))
	if _, _, err := b.run("dev"); err != nil {
		t.Fatal(err)
	}
	_, said, err := b.run("dev", "--to", "kubelogin")
	if err != nil || !strings.Contains(said, "--account is left out") {
		t.Fatalf("%v, %q", err, said)
	}
	for _, want := range []string{"command: kubelogin\n", "- AzureUSGovernmentCloud", "- interactive", "80faf920", "--new-flag", "provideClusterInfo: true"} {
		if !strings.Contains(b.text(), want) {
			t.Errorf("no %q in\n%s", want, b.text())
		}
	}
	if out, _, err := b.run("--to", "kubelogin"); err != nil || !strings.Contains(out, "Nothing to do") {
		t.Errorf("again: %q, %v", out, err)
	}
}

// Each user's proofs are for the user's own cluster, there and back.
func TestClaimsOfProofsStayApart(t *testing.T) {
	user := "- name: %[1]s\n  user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: kubelogin, args: " +
		"[get-token, --server-id, s, --login, interactive, --client-id, c, --pop-enabled, --pop-claims, u=/%[1]s]}}\n"
	text := "apiVersion: v1\nkind: Config\nusers:\n" + fmt.Sprintf(user, "one") + fmt.Sprintf(user, "two") +
		"contexts:\n- {name: one, context: {user: one}}\n- {name: two, context: {user: two}}\n"
	b := newBench(t, text)
	for _, to := range []string{"kubectl-aad", "kubelogin"} {
		if _, _, err := b.run("--to", to); err != nil {
			t.Fatal(err)
		}
		if got := b.text(); strings.Count(got, "u=/one") != 1 || strings.Count(got, "u=/two") != 1 || strings.Count(got, "pop-enabled") != 2 || strings.Count(got, `"command": "`+to+`"`) != 2 {
			t.Errorf("to %s:\n%s", to, got)
		}
	}
}

// Whatever the arguments of kubelogin are, those that both programs know keep
// their meaning, there and back.
func FuzzArguments(f *testing.F) {
	f.Add("get-token", "--server-id=x", "-l", "spn")
	f.Add("get-token", "-e", "AzureChinaCloud", "--login=interactive")
	f.Add("get-token", "--account=a", "--unknown", "-v=5")
	f.Add("get-token", "--account=a", "--unknown", "-v")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		args := []string{a, b, c, d}
		list := []any{a, b, c, d}
		u := edit.User{Exec: map[string]any{"command": "kubelogin", "args": list, "apiVersion": apiV1}}
		if ch := toOurs(u); ch.Args != nil {
			t.Fatalf("the arguments of kubelogin became %q", ch.Args)
		}
		back, _ := toKubelogin(u)
		before, after := map[string]string{}, map[string]string{}
		for _, x := range token.SplitArgs(args) {
			before[x.Flag] = x.Value
		}
		for _, x := range token.SplitArgs(back.Args) {
			after[x.Flag] = x.Value
		}
		for _, same := range []string{"server-id", "tenant-id", "verbosity", "legacy", "timeout"} {
			if before[same] != after[same] {
				t.Errorf("--%s of %q is %q of %q", same, args, after[same], back.Args)
			}
		}
	})
}
