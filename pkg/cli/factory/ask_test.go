package factory_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// person is a factory with somebody at the terminal who types the given text.
func person(typed string) (*factory.Factory, *strings.Builder) {
	screen := &strings.Builder{}
	return &factory.Factory{Streams: factory.Streams{
		In: strings.NewReader(typed), Out: io.Discard, Err: screen, InTTY: true, OutTTY: true, ErrTTY: true,
	}}, screen
}

func TestConfirm(t *testing.T) {
	for typed, want := range map[string]bool{"y\n": true, "YES\n": true, " yes \n": true, "n\n": false, "\n": false, "yep\n": false} {
		f, _ := person(typed)
		got, err := f.Confirm(t.Context(), "Go on?")
		if err != nil || got != want {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, tt := range []struct {
		typed    string
		fallback int
		want     int
	}{
		{"2\n", -1, 1}, {"\n", 0, 0}, {"\n3\n", -1, 2}, {"0\n4\nx\n1\n", -1, 0},
	} {
		f, screen := person(tt.typed)
		got, err := f.Choose(t.Context(), "Which?", []string{"a\x1b[2J", "b", "c"}, tt.fallback)
		if err != nil || got != tt.want {
			t.Errorf("%q: %d, %v", tt.typed, got, err)
		}
		if strings.Contains(screen.String(), "\x1b") {
			t.Errorf("an option steers the terminal: %q", screen)
		}
	}
}

func TestNobodyToAsk(t *testing.T) {
	alone := &factory.Factory{Streams: factory.Streams{In: strings.NewReader("y\n"), Err: io.Discard}}
	attended, _ := person("y\n")
	for name, f := range map[string]*factory.Factory{"no terminal": alone, "told not to ask": attended.Quiet()} {
		if _, err := f.Confirm(t.Context(), "Go on?"); fault.KindOf(err) != fault.Usage || len(fault.Hints(err)) == 0 {
			t.Errorf("%s: Confirm: %v", name, err)
		}
		if _, err := f.Choose(t.Context(), "Which?", []string{"a"}, 0); fault.KindOf(err) != fault.Usage {
			t.Errorf("%s: Choose: %v", name, err)
		}
	}
}

func TestEndOfInputAndCancelAreNoAnswer(t *testing.T) {
	f, _ := person("")
	if _, err := f.Confirm(t.Context(), "Go on?"); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("end of input: %v", err)
	}
	silent, typing := io.Pipe()
	defer typing.Close()
	f, _ = person("")
	f.In = silent
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Ask(ctx, "Name"); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("Ctrl-C: %v", err)
	}
}

func TestCloudComesFromTheFlagThenTheEnvironment(t *testing.T) {
	env := map[string]string{}
	f := &factory.Factory{Getenv: func(k string) string { return env[k] }}
	for _, step := range []struct{ set, value, want string }{
		{"", "", "public"},
		{"AZURE_ENVIRONMENT_FILEPATH", "china", "china"},
		{"AZURE_CLOUD_FILE", "usgov", "usgov"},
	} {
		env[step.set] = step.value
		if c, err := f.Cloud(); err != nil || c.Name != step.want {
			t.Errorf("with %s: %q, %v", step.set, c.Name, err)
		}
	}
	f.CloudName = "public"
	if c, err := f.Cloud(); err != nil || c.Name != "public" {
		t.Errorf("the flag lost: %q, %v", c.Name, err)
	}
	f.CloudName = "pubic"
	if _, err := f.Cloud(); fault.KindOf(err) != fault.Usage {
		t.Errorf("a wrong name: %v", err)
	}
}
