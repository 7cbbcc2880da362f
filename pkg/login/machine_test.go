package login

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

func env(pairs ...string) func(string) string {
	m := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(k string) string { return m[k] }
}

func TestHasBrowser(t *testing.T) {
	for _, tc := range []struct {
		goos string
		env  []string
		want bool
	}{
		{"linux", nil, false}, {"linux", []string{"DISPLAY", ":0"}, true}, {"linux", []string{"WAYLAND_DISPLAY", "wayland-0"}, true},
		{"linux", []string{"DISPLAY", ":10", "SSH_CONNECTION", "1 2 3 4"}, false}, {"linux", []string{"WSL_DISTRO_NAME", "Debian"}, true},
		{"darwin", nil, true}, {"darwin", []string{"SSH_TTY", "/dev/ttys1"}, false}, {"windows", nil, true}, {"windows", []string{"CI", "true"}, false},
	} {
		if got := hasBrowser(tc.goos, env(tc.env...)); got != tc.want {
			t.Errorf("%s %v: %v", tc.goos, tc.env, got)
		}
	}
}

func TestCommandsToShowAPage(t *testing.T) {
	for _, tc := range []struct {
		goos, browser string
		want          []string
	}{
		{"darwin", "", []string{"open", "U"}},
		{"windows", "", []string{"rundll32", "url.dll,FileProtocolHandler", "U"}},
		{"linux", "", []string{"xdg-open", "U"}},
		{"freebsd", "", []string{"xdg-open", "U"}},
		{"linux", "firefox --new-tab %s:lynx", []string{"firefox", "--new-tab", "U"}},
		{"linux", "lynx", []string{"lynx", "U"}},
	} {
		if got := commands(tc.goos, tc.browser, "U"); !reflect.DeepEqual(got[0], tc.want) {
			t.Errorf("%s %q: %v", tc.goos, tc.browser, got)
		}
	}
}

// script puts a program on PATH.
func script(t *testing.T, name, body string) (dir string) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell script")
	}
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+body+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/bin:/usr/bin")
	return dir
}

// The browser's own output must not reach the credential, and a browser that
// stays open must not hold us up.
func TestOpenStartsApart(t *testing.T) {
	dir := script(t, "show", `echo noise; echo "$1" > "$0.seen"; exec sleep 1`)
	m, err := ThisMachine(env("BROWSER", "absent:show"), 0)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	const page = "https://login.example/a?b=c&d=e;f"
	if err := m.Open(context.Background(), page); err != nil || time.Since(began) > 3*time.Second {
		t.Fatalf("%v after %v", err, time.Since(began))
	}
	if seen, err := os.ReadFile(filepath.Join(dir, "show.seen")); err != nil || strings.TrimSpace(string(seen)) != page {
		t.Errorf("the browser was told %q, %v", seen, err)
	}
	for _, bad := range []string{"http://x", "file:///etc/passwd", "-flag", "https://", "javascript:alert(1)"} {
		if m.Open(context.Background(), bad) == nil {
			t.Errorf("%s was opened", bad)
		}
	}
}

func TestOpenThatFailsAtOnce(t *testing.T) {
	dir := script(t, "show", `exit 3`)
	t.Setenv("PATH", dir) // no xdg-open either
	m, err := ThisMachine(env("BROWSER", "show"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Open(context.Background(), "https://x.example/"); err == nil {
		t.Error("no error")
	}
}

func TestRun(t *testing.T) {
	script(t, "tool", `case "$1" in say) printf '%s|' "$@";; fail) echo reason >&2; exit 7;; hang) exec sleep 30;; esac`)
	m, err := ThisMachine(env(), 300*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if out, err := m.Run(ctx, "tool", "say", "a b", "$HOME;`x`"); err != nil || string(out) != "say|a b|$HOME;`x`|" {
		t.Errorf("got %q, %v", out, err)
	}
	var failed *CommandError
	if _, err := m.Run(ctx, "tool", "fail"); !errors.As(err, &failed) || failed.Stderr != "reason\n" {
		t.Errorf("got %v", err)
	}
	if _, err := m.Run(ctx, "tool", "hang"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if _, err := m.Run(ctx, "no-such-tool"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
