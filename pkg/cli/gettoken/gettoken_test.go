package gettoken

import (
	"bytes"
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/plugins"
)

func newFactory(env map[string]string) (f *factory.Factory, out, errOut *bytes.Buffer) {
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	return &factory.Factory{Streams: factory.Streams{Out: out, Err: errOut}, Now: time.Now,
		Getenv: func(k string) string { return env[k] }}, out, errOut
}

func run1(f *factory.Factory, args ...string) error {
	cmd := New(f, plugins.All())
	cmd.SetArgs(args)
	cmd.SetOut(f.Out)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.ExecuteContext(context.Background())
}

func TestHelpIsMadeFromTheTable(t *testing.T) {
	f, out, _ := newFactory(nil)
	if err := run1(f, "--help"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"--server-id ID", "-t, --tenant-id TENANT", "devicecode", "clientsecret"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("help lacks %q", want)
		}
	}
	for _, flag := range token.Flags() {
		if flag.Hidden == regexp.MustCompile(`--`+flag.Name+`[ \n]`).MatchString(out.String()) {
			t.Errorf("--%s: hidden %v", flag.Name, flag.Hidden)
		}
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{nil, {"--nonsense"}, {"--server-id", string(entra.AKSServer), "-t", "common"}} {
		f, out, _ := newFactory(map[string]string{"HOME": t.TempDir()})
		if err := run1(f, args...); fault.KindOf(err) != fault.Usage || out.Len() > 0 {
			t.Errorf("%q: %v, stdout %q", args, err, out.String())
		}
	}
	f, _, _ := newFactory(map[string]string{"KUBERNETES_EXEC_INFO": `{"kind":"Pod"}`})
	if err := run1(f, "--server-id", string(entra.AKSServer), "-t", "contoso.com"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestATerminalSeesNoToken(t *testing.T) {
	s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	args := []string{"--server-id", string(entra.AKSServer), "--tenant-id", string(s.Info().Tenants[0].ID), "--cloud", s.CloudFile(),
		"--client-id", string(s.Info().Apps.CIBot), "--client-secret-file", s.BotSecretFile(), "--cache-dir", filepath.Join(t.TempDir(), "aad")}
	for _, tc := range []struct {
		env   map[string]string
		more  string
		shown bool
	}{
		{nil, "--show-token=false", false}, {nil, "--show-token", true},
		{map[string]string{"KUBERNETES_EXEC_INFO": `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1"}`}, "-v0", true},
	} {
		f, out, errOut := newFactory(tc.env)
		f.OutTTY = true
		if err := run1(f, append(args, tc.more)...); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(out.String(), "eyJ") != tc.shown || strings.Contains(errOut.String(), "eyJ") {
			t.Errorf("%s: stdout %.60q, stderr %q", tc.more, out.String(), errOut.String())
		}
	}
}

func TestOverruledVariablesAreNamed(t *testing.T) {
	f, _, _ := newFactory(map[string]string{"HOME": t.TempDir(), "AZURE_TENANT_ID": "fabrikam.com"})
	err := run1(f, "--server-id", string(entra.AKSServer), "-t", "33333333-3333-4333-8333-333333333333", "-l", "msi")
	if !strings.Contains(strings.Join(fault.Hints(err), "\n"), "AZURE_TENANT_ID") {
		t.Errorf("hints %q", fault.Hints(err))
	}
}

func TestManagementSignIn(t *testing.T) {
	s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	f, _, _ := newFactory(map[string]string{"HOME": t.TempDir()})
	prompt := &prompts{sign: func(code string) { _ = s.SignIn(context.Background(), "admin", code) }}
	f.Err, f.ErrTTY, f.CloudName = prompt, true, s.CloudFile()
	source, err := SignIn(plugins.All())(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := f.Cloud()
	if err != nil {
		t.Fatal(err)
	}
	for _, scope := range []string{cloud.Graph + "/.default", cloud.ARMAudience + "/.default"} {
		got, err := source(context.Background(), scope)
		if err != nil {
			t.Fatalf("%s: %v", scope, err)
		}
		claims, err := entra.ParseClaims(got.Access.Reveal())
		if err != nil || claims.Client() != entra.AzureCLI || claims.UPN != "admin@contoso.com" {
			t.Errorf("%s: %+v, %v", scope, claims, err)
		}
	}
	if prompt.n != 1 {
		t.Errorf("%d prompts", prompt.n)
	}
}

// prompts plays the person as soon as the code is shown.
type prompts struct {
	sign func(code string)
	n    int
}

func (p *prompts) Write(b []byte) (int, error) {
	if m := regexp.MustCompile(`enter the code (\w+)`).FindSubmatch(b); m != nil {
		p.n++
		p.sign(string(m[1]))
	}
	return len(b), nil
}

func TestManagementRequest(t *testing.T) {
	f, _, _ := newFactory(nil)
	if r, err := managementRequest(f); err != nil || r.Tenant != login.Organizations || r.Client != entra.AzureCLI || r.Method != token.Auto {
		t.Errorf("got %+v, %v", r, err)
	}
	f.Management = factory.Management{ClientID: string(entra.AKSClient), ClientSecretFile: "x", TenantID: "Contoso.com"}
	if r, err := managementRequest(f); err != nil || r.Tenant != "contoso.com" || r.Method != "clientsecret" {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, m := range []factory.Management{{TenantID: "common"}, {ClientID: "x"}, {Login: "magic"}, {ClientSecretFile: "x"}} {
		f.Management = m
		if _, err := managementRequest(f); fault.KindOf(err) != fault.Usage {
			t.Errorf("%+v: %v", m, err)
		}
	}
}
