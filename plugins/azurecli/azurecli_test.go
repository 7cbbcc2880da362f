package azurecli

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const (
	tenant = "11111111-1111-4111-8111-111111111111"
	server = "6dae42f8-4368-4678-94ff-3960e28e3630"
)

// rig is a machine with an az of our own on PATH, and a folder of its settings.
type rig struct {
	*testing.T
	dir   string
	setup login.Setup
}

func newRig(t *testing.T, script string) *rig {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script")
	}
	r := &rig{T: t, dir: t.TempDir()}
	bin := t.TempDir()
	body := "#!/bin/sh\necho \"$@\" > " + filepath.Join(r.dir, "args") + "\n" + script + "\n"
	if err := os.WriteFile(filepath.Join(bin, "az"), []byte(body), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+":/bin:/usr/bin")
	m, err := login.ThisMachine(func(k string) string { return map[string]string{"AZURE_CONFIG_DIR": r.dir}[k] }, 0)
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := entra.FindCloud("")
	if err != nil {
		t.Fatal(err)
	}
	r.setup = login.Setup{Machine: m, Now: time.Now, Request: token.Request{Method: "azurecli", Cloud: cloud, Tenant: tenant, Scope: server + "/.default", Params: token.Params{}}}
	return r
}

func (r *rig) put(name, content string) {
	r.Helper()
	if err := os.WriteFile(filepath.Join(r.dir, name), []byte(content), 0o600); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) silent() (login.Grant, error) {
	r.Helper()
	c, err := Method().New(r.setup)
	if err != nil {
		r.Fatal(err)
	}
	return c.Silent(context.Background(), login.Session{})
}

func (r *rig) args() string {
	data, err := os.ReadFile(filepath.Join(r.dir, "args"))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

func jwt(t *testing.T, upn string) string {
	data, err := json.Marshal(map[string]any{"tid": tenant, "upn": upn, "oid": "o"})
	if err != nil {
		t.Fatal(err)
	}
	return "e30." + base64.RawURLEncoding.EncodeToString(data) + ".c2ln"
}

func TestToken(t *testing.T) {
	r := newRig(t, `cat <<X
{"accessToken":"`+jwt(t, "alice@contoso.com")+`","expiresOn":"2030-01-02 03:04:05.000006","expires_on":1893553445,"tenant":"x","tokenType":"Bearer"}
X
echo WARNING: noise >&2`)
	g, err := r.silent()
	if err != nil || g.Expires.Unix() != 1893553445 || g.Refresh != "" {
		t.Fatalf("got until %v, %v", g.Expires, err)
	}
	if want := "account get-access-token --output json --scope " + server + "/.default --tenant " + tenant; r.args() != want {
		t.Errorf("az was asked %q, want %q", r.args(), want)
	}
	r.setup.Request.Params["subscription"] = "My-Sub"
	if _, err := r.silent(); err != nil || !strings.HasSuffix(r.args(), "/.default --subscription My-Sub") {
		t.Errorf("az was asked %q, %v", r.args(), err)
	}
	r.setup.Request.Params = token.Params{}
	r.setup.Request.Account = "Alice@contoso.com"
	if _, err := r.silent(); err != nil {
		t.Error(err)
	}
	r.setup.Request.Account = "bob@contoso.com"
	if _, err := r.silent(); fault.KindOf(err) != fault.SignIn || !strings.Contains(err.Error(), "alice@contoso.com") {
		t.Errorf("got %v", err)
	}
}

func TestOldTime(t *testing.T) {
	r := newRig(t, `echo '{"accessToken":"x","expiresOn":"2030-01-02 03:04:05.000006"}'`)
	want := time.Date(2030, 1, 2, 3, 4, 5, 6000, time.Local)
	if g, err := r.silent(); err != nil || !g.Expires.Equal(want) {
		t.Errorf("got %v, %v", g.Expires, err)
	}
}

func TestNothingOddIsHandedOn(t *testing.T) {
	r := newRig(t, `true`)
	for _, bad := range []string{"a&calc.exe", "%PATH%", "x\" --debug", "a b"} {
		r.setup.Request.Params["subscription"] = safetext.Secret(bad)
		if _, err := r.silent(); fault.KindOf(err) != fault.Usage || r.args() != "" {
			t.Errorf("%q: %v, az was asked %q", bad, err, r.args())
		}
	}
}

func TestFailures(t *testing.T) {
	for _, tc := range []struct {
		name, script string
		kind         fault.Kind
		text, hint   string
	}{
		{"nobody", `echo "ERROR: Please run 'az login' to setup account." >&2; exit 1`, fault.SignIn, "Please run 'az login'", "az login --tenant " + tenant},
		{"entra", `printf 'WARNING: x\nERROR: AADSTS70043: The refresh token has expired due to sign-in frequency.\nTrace ID: y\n' >&2; exit 1`, fault.SignIn, "AADSTS70043", "az login --tenant"},
		{"policy", `echo 'ERROR: AADSTS53003: blocked' >&2; exit 1`, fault.Policy, "AADSTS53003", "az login"},
		{"escape", `printf 'ERROR: \033[31mred\n' >&2; exit 1`, fault.SignIn, "gives no token: [31mred", "az login"},
		{"not json", `echo hello`, fault.Config, "did not print a token", "az version"},
		{"traceback", `echo Traceback >&2; echo "KeyError: 'x'" >&2; exit 1`, fault.SignIn, "KeyError", "az login"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := newRig(t, tc.script).silent()
			if fault.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) || !strings.Contains(strings.Join(fault.Hints(err), "\n"), tc.hint) {
				t.Errorf("got %d %v %q", fault.KindOf(err), err, fault.Hints(err))
			}
		})
	}
	r := newRig(t, "")
	t.Setenv("PATH", t.TempDir())
	if _, err := r.silent(); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "not on PATH") {
		t.Errorf("got %v", err)
	}
}

// az asks the cloud that it is set to, whatever we want.
func TestAnotherCloudIsNotAsked(t *testing.T) {
	r := newRig(t, `echo '{"accessToken":"x","expires_on":1893553445}'`)
	r.put("config", "[core]\nname = x\n[cloud]\nname = AzureUSGovernment\n")
	if _, err := r.silent(); fault.KindOf(err) != fault.Config || r.args() != "" {
		t.Errorf("got %v, az was asked %q", err, r.args())
	}
	r.setup.Request.Cloud.Login = "https://login.stack.example/adfs"
	r.put("config", "[cloud]\nname = Stack\n")
	r.put("clouds.config", "[Other]\nendpoint_active_directory = https://x\n[Stack]\nendpoint_active_directory = https://login.stack.example/adfs/\n")
	if _, err := r.silent(); err != nil {
		t.Error(err)
	}
}

func TestSignedIn(t *testing.T) {
	r := newRig(t, "true")
	if signedIn(r.setup) {
		t.Error("nobody is signed in")
	}
	r.put("azureProfile.json", "\xef\xbb\xbf"+`{"subscriptions":[{"tenantId":"`+tenant+`","environmentName":"AzureCloud","user":{"name":"alice@contoso.com"}}]}`)
	for _, tc := range []struct {
		name   string
		change func(*token.Request)
		want   bool
	}{
		{"that tenant", func(*token.Request) {}, true},
		{"any tenant", func(r *token.Request) { r.Tenant = login.Organizations }, true},
		{"another tenant", func(r *token.Request) { r.Tenant = server }, false},
		{"that account", func(r *token.Request) { r.Account = "ALICE@contoso.com" }, true},
		{"another account", func(r *token.Request) { r.Account = "bob@contoso.com" }, false},
		{"another cloud", func(r *token.Request) { r.Cloud.Login = "https://x" }, false},
	} {
		s := r.setup
		tc.change(&s.Request)
		if got := signedIn(s); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
	r.put("azureProfile.json", `{"subscriptions":[]}`)
	if signedIn(r.setup) || r.args() != "" {
		t.Error("signed out, or az was started to find out")
	}
}
