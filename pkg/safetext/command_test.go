package safetext

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A shell gives back the words that went in, whatever they are.
func TestCommandIsReadBackByAShell(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no POSIX shell here")
	}
	for _, words := range [][]string{
		{"kubectl", "aad", "bind", "alice@contoso.com"},
		{"--all; rm -rf ~", "$(id)", "`x`", "it's", "", "*", `a"b\c`, "~", "=x", "#c"},
	} {
		out, err := exec.Command(sh, "-c", `printf '%s\n' `+Command(words...)).Output()
		if got := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n"); err != nil || !slices.Equal(got, words) {
			t.Errorf("%q came back as %q, %v", words, got, err)
		}
	}
	if got := Command("a\x1b[2J\nb"); got != `'a[2J b'` {
		t.Errorf("a terminal gets %q", got)
	}
}
