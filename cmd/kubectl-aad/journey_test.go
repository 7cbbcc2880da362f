package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func TestSignInOnceThenNoRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.ResetRequests()
	r := w.shell(`"$@"; exit $?`, []string{interactive, "http_proxy=http://127.0.0.1:1"}, w.args()...)
	w.must(r, 0)
	claims, version := w.token(r)
	if claims.UPN != "alice@contoso.com" || !strings.HasSuffix(version, "/v1") || r.errOut.String() != "" {
		t.Errorf("token of %q in %s; stderr %q", claims.UPN, version, r.errOut.String())
	}
	if n := w.requests(""); n != 0 {
		t.Errorf("a hit made %d requests", n)
	}
	w.expire()
	r = w.start(nil, w.args()...)
	w.must(r, 0)
	if n := w.requests(""); n != 1 {
		t.Errorf("a refresh made %d requests: %+v", n, w.Requests())
	}
}

func TestFiftyProcessesOnePrompt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	runs := make([]*run, 50)
	for i := range runs {
		runs[i] = w.start([]string{interactive}, w.args()...)
	}
	code := w.prompted(runs...)
	if err := w.SignIn(context.Background(), "alice", code); err != nil {
		t.Fatal(err)
	}
	prompts, waited := 0, 0
	for _, r := range runs {
		w.must(r, 0)
		if claims, _ := w.token(r); claims.UPN != "alice@contoso.com" {
			t.Errorf("token of %q", claims.UPN)
		}
		prompts += strings.Count(r.errOut.String(), "enter the code")
		waited += strings.Count(r.errOut.String(), "waiting for the sign-in started by")
	}
	if n := w.requests("devicecode"); prompts != 1 || n != 1 {
		t.Errorf("%d prompts, %d device codes", prompts, n)
	}
	if waited == 0 {
		t.Error("nobody was told who is being waited for")
	}
}

func TestTwoHundredProcessesOneRefresh(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.expire()
	w.ResetRequests()
	runs := make([]*run, 200)
	for i := range runs {
		runs[i] = w.start([]string{interactive}, w.args()...)
	}
	for _, r := range runs {
		w.must(r, 0)
		w.token(r)
	}
	if n := w.requests(""); n != 1 {
		t.Errorf("%d requests: %+v", n, w.Requests())
	}
}

// A refused sign-in is refused for all who waited for it: no second prompt.
func TestAFailureHoldsBackTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	runs := make([]*run, 5)
	for i := range runs {
		runs[i] = w.start([]string{interactive}, w.args()...)
	}
	_ = w.SignIn(context.Background(), "erin", w.prompted(runs...)) // Conditional Access refuses her
	for _, r := range runs {
		w.must(r, 21)
		if s := r.errOut.String(); !strings.Contains(s, "AADSTS53003") {
			t.Errorf("stderr %q", s)
		}
	}
	if n := w.requests("devicecode"); n != 1 {
		t.Errorf("%d prompts", n)
	}
}

func TestNobodyToAsk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	silent := strings.Replace(interactive, "true", "false", 1)
	r := w.start([]string{silent}, w.args()...)
	w.must(r, 20)
	if r.out.String() != "" || !strings.Contains(r.errOut.String(), "run: kubectl-aad get-token --server-id") {
		t.Errorf("stdout %q, stderr %q", r.out.String(), r.errOut.String())
	}
	if n := w.requests(""); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// One client, two accounts, two tenants: nobody is asked twice.
func TestAccountsSideBySide(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.signIn("bob", "--account", "bob@contoso.com")
	other := []string{"--tenant-id", "fabrikam.com"}
	w.signIn("carol", other...)
	w.ResetRequests()
	for range 2 {
		for who, more := range map[string][]string{"alice": nil, "bob": {"--account", "BOB@contoso.com"}, "carol": other} {
			r := w.start(nil, w.args(more...)...)
			w.must(r, 0)
			if claims, _ := w.token(r); !strings.HasPrefix(claims.UPN, who+"@") {
				t.Errorf("%s got %q", who, claims.UPN)
			}
		}
		if w.requests("devicecode") != 0 {
			t.Fatal("somebody was asked again")
		}
		w.expire()
	}
}

// Whoever signs in where another is expected gets no token.
func TestTheAccountNeverChangesSilently(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	w.signIn("alice")
	w.expire()
	if err := os.RemoveAll(w.cache.Path("refresh")); err != nil {
		t.Fatal(err)
	}
	r := w.start([]string{interactive}, w.args()...)
	if err := w.SignIn(context.Background(), "bob", w.prompted(r)); err != nil {
		t.Fatal(err)
	}
	w.must(r, 20)
	if s := r.errOut.String(); !strings.Contains(s, "Sign in as alice@contoso.com") || !strings.Contains(s, "--account bob@contoso.com") {
		t.Errorf("stderr %q", s)
	}
}

func TestClientSecret(t *testing.T) {
	t.Parallel()
	w := newWorld(t, sandbox.Options{})
	more := []string{"--login", "spn", "--client-id", string(w.Info().Apps.CIBot), "--client-secret-file", w.BotSecretFile()}
	r := w.start(nil, w.args(more...)...)
	w.must(r, 0)
	if claims, _ := w.token(r); claims.Client() != w.Info().Apps.CIBot {
		t.Errorf("token of %q", claims.Client())
	}
	w.ResetRequests()
	w.must(w.start(nil, w.args(more...)...), 0)
	if n := w.requests(""); n != 0 {
		t.Errorf("the second call made %d requests", n)
	}
	wrong := append(more[:len(more)-2:len(more)-2], "--client-secret", "hunter2")
	r = w.start(nil, w.args(wrong...)...)
	w.must(r, 24)
	if s := r.errOut.String(); !strings.Contains(s, "AADSTS7000215") || strings.Contains(s, "hunter2") {
		t.Errorf("stderr %q", s)
	}
}

func TestWithoutCore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	front := filepath.Join(dir, "kubectl-aad")
	link(t, frontBinary, front)
	out, err := exec.Command(front, "doctor").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "reinstall") {
		t.Errorf("%v: %s", err, out)
	}
}
