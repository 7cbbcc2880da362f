package sandbox_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func deviceCode(t *testing.T, s *sandbox.Sandbox) (userCode, code string) {
	t.Helper()
	resp, err := client(t, s).PostForm(s.Info().Endpoints.Login+"/contoso.com/oauth2/v2.0/devicecode",
		url.Values{"client_id": {string(entra.AKSClient)}, "scope": {string(entra.AKSServer) + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var d struct {
		User   string `json:"user_code"`
		Device string `json:"device_code"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&d); err != nil {
		t.Fatal(err)
	}
	return d.User, d.Device
}

func TestControl(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	s := start(t, sandbox.Options{})
	control := sandbox.Control{Dir: s.Dir()}
	user, _ := deviceCode(t, s)
	if err := control.SignIn(ctx, "mallory", user); err == nil || !strings.Contains(err.Error(), "AADSTS50034") {
		t.Errorf("sign-in of nobody: %v", err)
	}
	if err := control.SignIn(ctx, "alice@contoso.com", user); err != nil {
		t.Error(err)
	}
	counts, err := control.Requests(ctx)
	if err != nil || len(counts) != 1 || counts[0].Route != "/{tenant}/oauth2/v2.0/devicecode" || counts[0].Count != 1 {
		t.Errorf("requests %+v, %v", counts, err)
	}
	if err := control.Reset(ctx); err != nil || len(s.Requests()) != 0 {
		t.Errorf("after reset %v, %v", s.Requests(), err)
	}
	faults, err := control.Faults(ctx)
	if err != nil || len(faults) < 24 {
		t.Errorf("%d faults, %v", len(faults), err)
	}
	if err := control.Fault(ctx, "graph", "no-such", 0, ""); err == nil {
		t.Error("an unknown fault was taken")
	}
	if err := control.Fault(ctx, "portal", "503", 0, ""); err != nil {
		t.Error(err)
	}
	page := func() int {
		resp, err := client(t, s).Get(s.Info().Endpoints.Portal + "/devicelogin")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if got := page(); got != 503 {
		t.Errorf("with the fault: %d", got)
	}
	if err := control.ClearFaults(ctx); err != nil {
		t.Error(err)
	}
	if got := page(); got != 200 {
		t.Errorf("without: %d", got)
	}
	go func() {
		<-s.Done()
		_ = s.Close()
	}()
	if err := control.Down(ctx); err != nil {
		t.Error(err)
	}
	if err := control.Reset(ctx); err == nil || !strings.Contains(err.Error(), "no sandbox answers") {
		t.Errorf("after down: %v", err)
	}
}

// One folder, one sandbox; what a killed one left behind is no obstacle.
func TestFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("a-long-name-", 9), "x")
	s := start(t, sandbox.Options{Dir: dir})
	if err := (sandbox.Control{Dir: dir}).Reset(context.Background()); err != nil {
		t.Errorf("a socket deep down: %v", err)
	}
	if _, err := sandbox.Start(context.Background(), sandbox.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "running") {
		t.Errorf("second sandbox: %v", err)
	}
	if err := (sandbox.Control{Dir: dir}).Reset(context.Background()); err != nil {
		t.Errorf("the refused one hurt the first: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	short := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(short, "control.sock"))
	if err != nil {
		t.Fatal(err)
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	start(t, sandbox.Options{Dir: short})
}

func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	s, err := sandbox.Start(ctx, sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	<-s.Done()
	if _, err := os.Stat(filepath.Join(s.Dir(), "control.sock")); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
}

// Who asks it to stop waits until it has, or until they are tired.
func TestDownWaits(t *testing.T) {
	s := start(t, sandbox.Options{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if err := (sandbox.Control{Dir: s.Dir()}).Down(ctx); !errors.Is(err, context.DeadlineExceeded) { // nobody calls Close
		t.Errorf("down: %v", err)
	}
	<-s.Done()
}
