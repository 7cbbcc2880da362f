package cli_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/plugins"
)

// run runs a command line without a terminal, network or environment.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = cli.Run(t.Context(), cli.Process{
		Streams: factory.Streams{In: strings.NewReader(""), Out: &out, Err: &err, Width: 80},
		Args:    args, Now: time.Now,
		Getenv: func(name string) string {
			if name == "HOME" {
				return t.TempDir()
			}
			return ""
		},
	}, factory.Keepers{}, plugins.All())
	return code, out.String(), err.String()
}

func TestMistakesInTheCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args []string
		says []string
	}{
		{[]string{"bnd"}, []string{`aad: error: unknown command "bnd"`, "aad: hint: kubectl aad bind", "kubectl aad --help"}},
		{[]string{"doctor", "x"}, []string{`unknown command "x"`, "kubectl aad doctor --help"}},
		{[]string{"setup", "--nmae", "x"}, []string{"--nmae", "kubectl aad setup --help"}},
		{[]string{"bind", "x", "--cloud", "pubic"}, []string{`unknown cloud "pubic"`, "public, usgov, china"}},
		{[]string{"explain", "nonsense"}, []string{"nonsense"}},
	} {
		code, stdout, stderr := run(t, tt.args...)
		if code != 2 || stdout != "" {
			t.Errorf("%q: exit code %d, stdout %q, want 2 and nothing", tt.args, code, stdout)
		}
		for _, s := range tt.says {
			if !strings.Contains(stderr, s) {
				t.Errorf("%q does not say %q:\n%s", tt.args, s, stderr)
			}
		}
	}
}

func TestHostileTextDoesNotReachTheTerminal(t *testing.T) {
	_, _, stderr := run(t, "explain", "\x1b]0;owned\x07\u202eevil")
	if strings.ContainsAny(stderr, "\x1b\x07\u202e") {
		t.Errorf("control characters in %q", stderr)
	}
}

// Every command explains itself: help fits a terminal and shows how it is
// typed.
func TestHelp(t *testing.T) {
	_, top, _ := run(t, "--help")
	listed := regexp.MustCompile(`(?m)^  ([a-z-]+) +([A-Z].*)$`).FindAllStringSubmatch(top, -1)
	if len(listed) < 10 {
		t.Fatalf("only %d commands in:\n%s", len(listed), top)
	}
	for _, m := range listed {
		name, about := m[1], m[2]
		if name == "help" || name == "completion" {
			continue
		}
		if strings.HasSuffix(about, ".") {
			t.Errorf("%s: %q is no short description", name, about)
		}
		code, help, _ := run(t, name, "--help")
		if code != 0 || !strings.Contains(help, "kubectl aad "+name) && !strings.Contains(help, "kubectl-aad "+name) {
			t.Errorf("%s --help does not show how it is typed", name)
		}
		if !strings.Contains(help, "Examples:") {
			t.Errorf("%s --help has no examples", name)
		}
		for l := range strings.Lines(help) {
			oneWord := !strings.Contains(strings.TrimSpace(l), " ")
			if n := utf8.RuneCountInString(strings.TrimRight(l, "\n")); n > 80 && !oneWord {
				t.Errorf("%s --help: %d columns: %s", name, n, l)
			}
		}
	}
}
