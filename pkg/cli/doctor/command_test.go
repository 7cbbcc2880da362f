package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// run runs the command as from a terminal and returns its output.
func (w *world) run(t *testing.T, manager bool, args ...string) (string, error) {
	t.Helper()
	t.Setenv("KUBECONFIG", filepath.Join(w.dir, "config"))
	t.Setenv("LC_ALL", "C.UTF-8")
	var out bytes.Buffer
	f := &factory.Factory{
		Streams: factory.Streams{In: strings.NewReader("y\n"), Out: &out, Err: t.Output(), InTTY: true, ErrTTY: true, Width: 80},
		Getenv:  os.Getenv, Now: time.Now, Kube: genericclioptions.NewConfigFlags(true), CacheDir: filepath.Join(w.dir, "cache"),
		Keepers: factory.Keepers{
			Directory: func(entra.Cloud, http.RoundTripper, token.Source) (factory.Directory, error) { return graph{}, nil },
			Azure: func(entra.Cloud, http.RoundTripper, token.Source) (factory.Azure, error) {
				return nil, fault.New(fault.Forbidden, "no subscription")
			},
		},
		SignIn: func(_ context.Context, f *factory.Factory) (token.Source, error) {
			if !f.Silent || f.CanAsk() {
				t.Error("the management sign-in may prompt")
			}
			if !manager {
				return nil, fault.New(fault.SignIn, "not signed in to manage")
			}
			return func(context.Context, string) (token.Token, error) { return token.Token{}, nil }, nil
		},
	}
	methods := login.Registry{{Name: "clientsecret", New: func(login.Setup) (login.Credential, error) { return w, nil }}}
	cmd := New(f, methods)
	cmd.SetArgs(append([]string{}, args...)) // nil would be this process's own
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	err := cmd.ExecuteContext(t.Context())
	return out.String(), err
}

func found(t *testing.T, out string) map[string]string {
	t.Helper()
	var d document
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("%v in %s", err, out)
	}
	list := map[string]string{}
	for _, f := range d.Findings {
		list[f.ID] += string(f.Status) + ": " + f.Evidence + " " + f.Cause + " " + strings.Join(f.Fixes, "; ")
	}
	return list
}

func expect(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for id, text := range want {
		status, part, _ := strings.Cut(text, " ")
		if !strings.HasPrefix(got[id], status) || !strings.Contains(got[id], part) {
			t.Errorf("%s: %q, want %q", id, got[id], text)
		}
	}
}

func TestCarolAsksHerself(t *testing.T) {
	w := newWorld(t)
	out, err := w.run(t, false, "-o", "json")
	if fault.KindOf(err) != fault.Failure {
		t.Errorf("error %v", err)
	}
	expect(t, found(t, out), map[string]string{
		"kubeconfig-arguments": "ok: " + tenant,
		"login-host":           "ok: ",
		"api-server":           "ok: ",
		"clock":                "ok: ",
		"token":                "ok: no upn",
		"whoami":               "ok: " + carolID,
		"cluster-profile":      "unknown: kubectl-aad get-token --server-id",
		"subject-form":         "unknown: kubectl aad doctor --for carol@fabrikam.com",
		"access":               "error: kubectl aad bind carol@fabrikam.com --clusterrole=view -n dev",
		"server-secret":        "unknown: does not depend on it",
	})
}

func TestAnAdministratorAsksForCarol(t *testing.T) {
	w := newWorld(t)
	out, err := w.run(t, true, "-o", "json", "--for", "carol@fabrikam.com", "--admin-context", "prod-admin")
	if fault.KindOf(err) != fault.Failure {
		t.Errorf("error %v", err)
	}
	got := found(t, out)
	expect(t, got, map[string]string{
		"person":       "ok: " + carolID,
		"subject-form": "error: kubectl aad bind carol@fabrikam.com --clusterrole=view -n dev --context=prod-admin; kubectl delete rolebinding/carol-view -n dev --context=prod-admin",
		"access":       "error: found above",
	})
	if _, ok := got["token"]; ok {
		t.Error("the administrator's own token is examined")
	}
	if _, err := w.run(t, true, "--for", "nobody@contoso.com"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("unknown principal: %v", err)
	}
	if _, err := w.run(t, false, "--for", "carol@fabrikam.com"); fault.KindOf(err) != fault.SignIn {
		t.Errorf("without a directory: %v", err)
	}
}

func TestRefused(t *testing.T) {
	w := newWorld(t)
	w.refuse = true
	out, err := w.run(t, false)
	if fault.KindOf(err) != fault.Failure || !strings.Contains(out, "✗ whoami                the API server answers 401 Unauthorized") {
		t.Errorf("%v\n%s", err, out)
	}
	if strings.Contains(out, w.jwt) {
		t.Error("the token shows")
	}
}

func TestNotSignedIn(t *testing.T) {
	w := newWorld(t)
	w.signedIn = false
	out, err := w.run(t, false, "-o", "json")
	if fault.KindOf(err) != fault.Failure {
		t.Errorf("error %v", err)
	}
	expect(t, found(t, out), map[string]string{"token": "error: kubectl auth whoami", "whoami": "skipped: ", "groups": "skipped: "})
}

func TestOneCheck(t *testing.T) {
	w := newWorld(t)
	out, err := w.run(t, false, "--check", "token-time", "-o", "name")
	if err != nil || out != "ok/kubeconfig-entry\nok/kubeconfig-arguments\nok/token\nok/token-time\n" {
		t.Errorf("%v\n%s", err, out)
	}
	if len(w.seen) != 0 {
		t.Errorf("needless requests: %v", w.seen)
	}
	for _, args := range [][]string{{"--check", "x"}, {"-o", "x"}, {"--cloud", "x"}, {"extra"}} {
		if _, err := w.run(t, false, args...); err == nil {
			t.Errorf("%v: accepted", args)
		}
	}
}

func TestWithoutKubeconfig(t *testing.T) {
	w := newWorld(t)
	w.write(t, "config", "")
	out, err := w.run(t, false, "--check", "kubeconfig-entry")
	if fault.KindOf(err) != fault.Failure || !strings.Contains(out, "no current context") {
		t.Errorf("%v\n%s", err, out)
	}
	w.write(t, "config", "{")
	if _, err := w.run(t, false); fault.KindOf(err) != fault.Config {
		t.Errorf("broken file: %v", err)
	}
}
