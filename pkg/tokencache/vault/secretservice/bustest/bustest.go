// Package bustest gives tests a desktop session: a D-Bus of their own, and on it
// GNOME Keyring. It touches neither the bus nor the keyring of whoever tests.
package bustest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// Start starts a session bus of the test's own and returns its address.
func Start(t testing.TB) string {
	t.Helper()
	program(t, "dbus-daemon", "dbus")
	cmd := exec.Command("dbus-daemon", "--session", "--nofork", "--print-address", "--address=unix:path="+filepath.Join(t.TempDir(), "bus"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(address)
}

func program(t testing.TB, name, pkg string) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("LEFT OUT: there is no %s here (Debian package %s)", name, pkg)
	}
}

// GNOME starts GNOME Keyring on a bus, with its login keyring unlocked.
func GNOME(t testing.TB, address string) {
	t.Helper()
	program(t, "gnome-keyring-daemon", "gnome-keyring")
	home := t.TempDir()
	cmd := exec.Command("gnome-keyring-daemon", "--unlock", "--foreground", "--components=secrets", "--control-directory="+filepath.Join(home, "run"))
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_RUNTIME_DIR="+home, "XDG_DATA_HOME="+home, "DBUS_SESSION_BUS_ADDRESS="+address)
	cmd.Stdin = strings.NewReader("test-password")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	await(t, address)
}

// await returns when somebody on the bus is the Secret Service.
func await(t testing.TB, address string) {
	t.Helper()
	c, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.AddMatchSignal(dbus.WithMatchMember("NameOwnerChanged")); err != nil {
		t.Fatal(err)
	}
	changes := make(chan *dbus.Signal, 10)
	c.Signal(changes)
	for {
		var owned bool
		if err := c.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.freedesktop.secrets").Store(&owned); err != nil {
			t.Fatal(err)
		}
		if owned {
			return
		}
		select {
		case <-changes:
		case <-t.Context().Done():
			t.Fatal("no Secret Service came up")
		}
	}
}
