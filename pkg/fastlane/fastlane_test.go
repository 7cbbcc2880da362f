package fastlane

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

const (
	server = "6dae42f8-4368-4678-94ff-3960e28e3630"
	tenant = "11111111-1111-4111-8111-111111111111"
)

var now = time.Unix(1800000000, 0)

// fixture is a cache with alice's token for the arguments' request.
type fixture struct {
	dir  tokencache.Dir
	args []string
	env  map[string]string
}

func newFixture(t testing.TB, expires time.Time, flags ...string) *fixture {
	f := &fixture{dir: tokencache.Dir(filepath.Join(t.TempDir(), "aad"))}
	f.args = []string{"get-token", "--server-id", server, "--tenant-id", tenant, "--cache-dir", string(f.dir)}
	f.args = append(f.args, flags...)
	f.env = map[string]string{"KUBERNETES_EXEC_INFO": `{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","spec":{"interactive":false}}`}
	cmd, err := token.Parse(f.args[1:], f.getenv)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := cmd.Keys()
	if err != nil {
		t.Fatal(err)
	}
	alice := tokencache.Account{Home: "a.t", Object: "A", Username: "alice@contoso.com"}
	if err := f.dir.PutAccounts(keys.Accounts(), tokencache.Accounts{}.With(alice)); err != nil {
		t.Fatal(err)
	}
	if err := f.dir.Put(keys.Token(alice.Home), tokencache.Entry{Token: token.Token{Access: "a.b.c", Expires: expires}, Home: alice.Home, Obtained: now.Add(-time.Hour)}); err != nil {
		t.Fatal(err)
	}
	return f
}

func (f *fixture) getenv(k string) string { return f.env[k] }

func TestHit(t *testing.T) {
	f := newFixture(t, now.Add(time.Hour))
	var out bytes.Buffer
	if !Serve(f.args, f.getenv, &out, now) {
		t.Fatal("declined")
	}
	var got map[string]any
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1beta1", "spec": map[string]any{},
		"status": map[string]any{"token": "a.b.c", "expirationTimestamp": now.Add(55 * time.Minute).UTC().Format(time.RFC3339)}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestDeclinesInSilence(t *testing.T) {
	cases := map[string]func(f *fixture){
		"no command":            func(f *fixture) { f.args = nil },
		"another command":       func(f *fixture) { f.args[0] = "doctor" },
		"help":                  func(f *fixture) { f.args = append(f.args, "--help") },
		"unknown flag":          func(f *fixture) { f.args = append(f.args, "--future") },
		"verbose":               func(f *fixture) { f.args = append(f.args, "-v", "5") },
		"another account":       func(f *fixture) { f.args = append(f.args, "--account", "bob") },
		"a domain not resolved": func(f *fixture) { f.args = append(f.args, "-t", "contoso.com") },
		"another server":        func(f *fixture) { f.args = append(f.args, "--server-id", tenant, "--client-id", tenant) },
		"no secret":             func(f *fixture) { f.args = append(f.args, "--client-secret-file", "/nowhere") },
		"cloud file gone":       func(f *fixture) { f.args = append(f.args, "-e", "/nowhere.json") },
		"bad exec info":         func(f *fixture) { f.env["KUBERNETES_EXEC_INFO"] = "{" },
		"future API":            func(f *fixture) { f.env["KUBERNETES_EXEC_INFO"] = `{"kind":"ExecCredential","apiVersion":"v9"}` },
		"no home":               func(f *fixture) { f.args = f.args[:len(f.args)-2] },
		"torn token":            func(f *fixture) { f.spoil("tokens", "{") },
		"torn accounts":         func(f *fixture) { f.spoil("accounts", "{") },
		"open token":            func(f *fixture) { f.chmod("tokens") },
	}
	for name, change := range cases {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, now.Add(time.Hour))
			change(f)
			var out bytes.Buffer
			if Serve(f.args, f.getenv, &out, now) || out.Len() > 0 {
				t.Errorf("wrote %q", out.String())
			}
		})
	}
	for _, left := range []time.Duration{5 * time.Minute, time.Second, -time.Hour} {
		f := newFixture(t, now.Add(left))
		if Serve(f.args, f.getenv, &bytes.Buffer{}, now) {
			t.Errorf("served a token with %v left", left)
		}
	}
}

// A cached token is no proof of possession, and a proof is made for each answer.
func TestDeclinesProofs(t *testing.T) {
	f := newFixture(t, now.Add(time.Hour), "--pop-enabled", "--pop-claims", "u=/cluster")
	var out bytes.Buffer
	if Serve(f.args, f.getenv, &out, now) || out.Len() > 0 {
		t.Errorf("wrote %q", out.String())
	}
}

func (f *fixture) files(sub string) []string {
	files, _ := filepath.Glob(f.dir.Path(sub, "*"))
	return files
}

func (f *fixture) spoil(sub, content string) {
	for _, file := range f.files(sub) {
		_ = os.WriteFile(file, []byte(content), 0o600)
	}
}

func (f *fixture) chmod(sub string) {
	for _, file := range f.files(sub) {
		_ = os.Chmod(file, 0o644)
	}
}

// What the file's secret got is served although a variable holds another.
func TestASecretsFileIsMeant(t *testing.T) {
	f := newFixture(t, now.Add(time.Hour))
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("s"), 0o600); err != nil {
		t.Fatal(err)
	}
	f.args = append(f.args, "--client-id", tenant, "--client-secret-file", secret)
	cmd, err := token.Parse(f.args[1:], f.getenv)
	if err != nil {
		t.Fatal(err)
	}
	place, err := f.dir.Find(cmd.Request)
	if err != nil {
		t.Fatal(err)
	}
	fingerprint, err := cmd.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	e := tokencache.Entry{Token: token.Token{Access: "f.i.l", Expires: now.Add(time.Hour)}, Fingerprint: fingerprint, Obtained: now.Add(-time.Hour)}
	if err := f.dir.Put(place.TokenKey(), e); err != nil {
		t.Fatal(err)
	}
	f.env["AZURE_CLIENT_SECRET"] = "another"
	var out bytes.Buffer
	if !Serve(f.args, f.getenv, &out, now) || !strings.Contains(out.String(), "f.i.l") {
		t.Errorf("wrote %q", out.String())
	}
}

// A token is not for a person's eyes, but for a pipe.
func TestDevices(t *testing.T) {
	f := newFixture(t, now.Add(time.Hour))
	delete(f.env, "KUBERNETES_EXEC_INFO")
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	if Serve(f.args, f.getenv, null, now) {
		t.Error("wrote to a device")
	}
	if !Serve(append(f.args, "--show-token"), f.getenv, null, now) {
		t.Error("--show-token does nothing")
	}
	var out bytes.Buffer
	if !Serve(f.args, f.getenv, &out, now) || !strings.Contains(out.String(), "client.authentication.k8s.io/v1\"") {
		t.Errorf("wrote %q", out.String())
	}
}

// The front declines, or answers with exactly the entry that the whole program
// would use for the same command line and environment.
func FuzzServe(f *testing.F) {
	fix := newFixture(f, now.Add(time.Hour))
	f.Add(strings.Join(fix.args, "\n"), "AZURE_CLIENT_ID="+tenant)
	f.Add(strings.Join(append(fix.args, "-lspn", "--client-secret=x"), "\n"), "")
	f.Add(strings.Join(append(fix.args, "--account=a.t", "-edevicecode"), "\n"), "KUBECACHEDIR=/tmp\nAAD_LOGIN_METHOD=browser")
	f.Add(strings.Join(append(fix.args, "-lspn", "--client-secret-file=/nowhere"), "\n"), "AZURE_CLIENT_SECRET=x")
	f.Add(strings.Join(append(fix.args, "-lworkloadidentity", "-eusgov"), "\n"), "AZURE_AUTHORITY_HOST=https://login.microsoftonline.com")
	f.Fuzz(func(t *testing.T, line, variables string) {
		env := map[string]string{}
		for _, v := range strings.Split(variables, "\n") {
			name, value, _ := strings.Cut(v, "=")
			env[name] = value
		}
		getenv := func(k string) string { return env[k] }
		args := strings.Split(line, "\n")
		var out bytes.Buffer
		if !Serve(args, getenv, &out, now) {
			if out.Len() > 0 {
				t.Errorf("declined and wrote %q", out.String())
			}
			return
		}
		cmd, err := token.Parse(args[1:], getenv)
		if err != nil {
			t.Fatal(err)
		}
		place, err := tokencache.Dir(cmd.CacheDir).Find(cmd.Request)
		if err != nil {
			t.Fatal(err)
		}
		entry, err := tokencache.Dir(cmd.CacheDir).Get(place.TokenKey())
		if err != nil || !strings.Contains(out.String(), entry.Access.Reveal()) {
			t.Errorf("served %q, core has %v, %v", out.String(), entry, err)
		}
	})
}
