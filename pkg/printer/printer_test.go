package printer

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

type person struct {
	Name  string            `json:"name"`
	ID    string            `json:"id"`
	Roles map[string]string `json:"roles,omitempty"`
}

var people = Listing[person]{
	Columns: []Column[person]{
		{Header: "NAME", Value: func(p person) string { return p.Name }},
		{Header: "ROLE", Value: func(p person) string { return p.Roles["prod"] }},
		{Header: "ID", Wide: true, Value: func(p person) string { return p.ID }},
	},
	Name: func(p person) string { return "person/" + p.Name },
}

var crowd = []person{
	{Name: "Alice Example", ID: "11111111-1111-4111-8111-111111111111", Roles: map[string]string{"prod": "view", "dev": "edit"}},
	{Name: "张伟", ID: "2"},
	{Name: "\x1b[2J\x1b]0;owned\aMallory\u202egnp.exe\nsecond line", ID: "3", Roles: map[string]string{"prod": strings.Repeat("very-long-", 12)}},
}

func TestFormats(t *testing.T) {
	for _, f := range formats {
		t.Run(string(f), func(t *testing.T) {
			var out bytes.Buffer
			if err := Print(&out, f, 80, people, crowd); err != nil {
				t.Fatal(err)
			}
			golden(t, string(f)+".golden", out.Bytes())
			if bytes.ContainsAny(out.Bytes(), "\x1b\a") || strings.Contains(out.String(), "\u202e") {
				t.Errorf("terminal controls in the output: %q", out.String())
			}
			for line := range strings.Lines(out.String()) {
				if n := columns(strings.TrimRight(line, "\n")); f == Table && n > 80 {
					t.Errorf("line of %d columns: %q", n, line)
				}
			}
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant:\n%s", name, got, want)
	}
}

func TestWithoutTerminalNothingIsCut(t *testing.T) {
	var out bytes.Buffer
	if err := Print(&out, Table, 0, people, crowd); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), strings.Repeat("very-long-", 12)) {
		t.Errorf("cut without a terminal:\n%s", out.String())
	}
}

func TestNothingToShow(t *testing.T) {
	for format, want := range map[Format]string{JSON: "[]\n", YAML: "[]\n", Name: "", Table: "NAME   ROLE\n"} {
		var out bytes.Buffer
		if err := Print(&out, format, 80, people, nil); err != nil || out.String() != want {
			t.Errorf("%s: %q, %v; want %q", format, out.String(), err, want)
		}
	}
}

func TestParseFormat(t *testing.T) {
	for _, word := range append(Formats(), "") {
		if _, err := ParseFormat(word); err != nil {
			t.Errorf("ParseFormat(%q): %v", word, err)
		}
	}
	_, err := ParseFormat("xml")
	if fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "table, wide, json, yaml, name") {
		t.Errorf("ParseFormat(xml): %v", err)
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestWriteErrorsAreReported(t *testing.T) {
	for _, f := range formats {
		if err := Print(brokenPipe{}, f, 0, people, crowd); err == nil {
			t.Errorf("%s: no error", f)
		}
	}
}

func FuzzNarrowTable(f *testing.F) {
	f.Add("a", "b", 80)
	f.Add(strings.Repeat("x", 200), "张伟", 20)
	f.Fuzz(func(t *testing.T, a, b string, width int) {
		if width < 2*minimum+gap || width > 500 {
			return
		}
		var out bytes.Buffer
		l := Listing[string]{Columns: []Column[string]{
			{Header: "A", Value: func(string) string { return a }}, {Header: "B", Value: func(string) string { return b }}}}
		if err := Print(&out, Table, width, l, []string{""}); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(out.String(), "\n")
		if len(lines) != 3 {
			t.Fatalf("%d lines: %q", len(lines), out.String())
		}
		for _, line := range lines {
			if columns(line) > width {
				t.Errorf("%d columns, want at most %d: %q", columns(line), width, line)
			}
		}
	})
}
