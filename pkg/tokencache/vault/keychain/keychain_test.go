//go:build !windows

package keychain

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

// The script stands for macOS's program where there is none: it shows that the
// key goes over pipes and what is made of answers, not that the Keychain works.
const script = `#!/bin/sh
echo "$*" >> "$0.args"
case "$1" in
-i) read -r line; test -s "$0.item" || echo "$line" | sed 's/.* -w "\(.*\)"$/\1/' > "$0.item" ;;
find-generic-password) test -s "$0.item" || exit 44; cat "$0.item" ;;
*) exit 2 ;;
esac
`

func security(t *testing.T, text string) Store {
	path := filepath.Join(t.TempDir(), "security")
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	return Store{path}
}

func TestKey(t *testing.T) {
	s := security(t, script)
	if _, err := s.Key("keychain:00"); !errors.Is(err, vault.ErrNoKey) || errors.Is(err, vault.ErrUnreachable) {
		t.Errorf("a key that was never made: %v", err)
	}
	made, err := s.Key("")
	if err != nil || len(made.Bytes) != vault.KeySize {
		t.Fatal(err)
	}
	for _, id := range []string{"", made.ID} {
		if again, err := s.Key(id); err != nil || again.ID != made.ID || !bytes.Equal(again.Bytes, made.Bytes) {
			t.Errorf("%q is %q, %v", id, again.ID, err)
		}
	}
	item, err := os.ReadFile(s.Program + ".item")
	if err != nil {
		t.Fatal(err)
	}
	args, err := os.ReadFile(s.Program + ".args")
	if secret := strings.Fields(string(item))[1]; err != nil || strings.Contains(string(args), secret) {
		t.Errorf("the key is in an argument: %v", err)
	}
}

func TestFailures(t *testing.T) {
	for name, s := range map[string]Store{
		"no program": {"/nonexistent/security"}, "locked": security(t, "#!/bin/sh\nexit 36\n"),
		"hangs": security(t, "#!/bin/sh\nexec sleep 60\n"), "takes nothing": security(t, "#!/bin/sh\ntest \"$1\" = -i || exit 44\n"),
	} {
		if _, err := s.Key(""); !errors.Is(err, vault.ErrUnreachable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := security(t, "#!/bin/sh\necho keychain:1 zz\n").Key(""); !errors.Is(err, vault.ErrNoKey) {
		t.Errorf("garbage: %v", err)
	}
}
