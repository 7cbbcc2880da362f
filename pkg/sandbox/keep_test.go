package sandbox_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// Up again with Keep in the same folder is as if it had never been down: the
// same addresses, CA and keys, everything that was written, everybody signed in.
func TestKeep(t *testing.T) {
	dir := t.TempDir()
	first, err := sandbox.Start(context.Background(), sandbox.Options{Dir: dir, Keep: true})
	if err != nil {
		t.Fatal(err)
	}
	token := password(t, first, "alice")
	before := first.Info()
	ca, err := os.ReadFile(before.CA)
	if err != nil {
		t.Fatal(err)
	}
	home := first.Directory().Tenants()[0]
	app, err := home.CreateApplication(directory.Application{DisplayName: "kept"})
	if err != nil {
		t.Fatal(err)
	}
	first.Advance(time.Hour)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if fi, err := os.Stat(first.StateFile()); err != nil || fi.Mode() != 0o600 {
		t.Fatalf("state.json: %v, %v", fi, err)
	}

	second := start(t, sandbox.Options{Dir: dir, Keep: true})
	if second.Info().Endpoints != before.Endpoints {
		t.Errorf("endpoints %+v, before %+v", second.Info().Endpoints, before.Endpoints)
	}
	if now, err := os.ReadFile(before.CA); err != nil || string(now) != string(ca) {
		t.Errorf("another CA, %v", err)
	}
	if second.Settings().Ahead != time.Hour {
		t.Errorf("clock %v ahead", second.Settings().Ahead)
	}
	if _, ok := second.Directory().Tenants()[0].Application(app.ID); !ok {
		t.Error("an application is gone")
	}
	if got := ask(t, second, "grant_type", "refresh_token", "client_id", string(entra.AKSClient), "refresh_token", token["refresh_token"].(string),
		"scope", string(entra.AKSServer)+"/.default"); got["access_token"] == nil {
		t.Errorf("refresh: %v", got["error_description"])
	}
}

// A sandbox that is killed has kept what was asked for a moment before.
func TestKeepAsItGoes(t *testing.T) {
	s := start(t, sandbox.Options{Keep: true})
	if got := password(t, s, "alice"); got["refresh_token"] == nil {
		t.Fatal(got["error_description"])
	}
	deadline := time.Now().Add(5 * time.Second)
	for {
		raw, err := os.ReadFile(s.StateFile())
		if err == nil && strings.Contains(string(raw), `"client":"`+string(entra.AKSClient)) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the sign-in is not in the file: %v", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// A state is a file that others can start from, at the same time too.
func TestStateFile(t *testing.T) {
	one := start(t, sandbox.Options{Users: 20})
	file := filepath.Join(t.TempDir(), "contoso.json")
	if err := one.Save(file); err != nil {
		t.Fatal(err)
	}
	two := start(t, sandbox.Options{State: file})
	if n, want := len(two.Directory().Tenants()[0].Users()), len(one.Directory().Tenants()[0].Users()); n != want || want != 26 {
		t.Errorf("%d users, want %d", n, want)
	}
	if one.Info().Endpoints.Login == two.Info().Endpoints.Login {
		t.Error("two sandboxes at one address")
	}
	if got := password(t, two, "person-000001"); got["access_token"] == nil {
		t.Errorf("a user of the state: %v", got["error_description"])
	}
	for name, text := range map[string]string{"garbage": "x", "future": `{"version":99}`} {
		bad := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir(), State: bad}); err == nil || !strings.Contains(err.Error(), bad) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
