package bind

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestOutput(t *testing.T) {
	tests := map[string][]string{
		"member":         {"alice@contoso.com"},
		"guest":          {"carol@fabrikam.com", "--clusterrole", "edit", "-n", "prod", "-n", "team"},
		"group":          {"group:Platform Team", "--clusterrole", "cluster-admin", "-A", "--reason", "on \x1b[31mcall"},
		"application":    {"sp:ci-bot", "--role", "deployer", "-n", "prod"},
		"several":        {"alice@contoso.com", "user:Dave", "Platform Team", "-n", "prod", "-o", "table"},
		"hostile":        {"e0110000-0000-4000-8000-000000000006", "-n", "prod", "-o", "wide"},
		"yaml":           {"carol@fabrikam.com", "-n", "prod", "--dry-run=client", "-o", "yaml", "--reason", "yes"},
		"json":           {"alice@contoso.com", "group:Platform Team", "-A", "--dry-run=server", "-o", "json"},
		"name":           {"alice@contoso.com", "-A", "-o", "name"},
		"unasked":        {"dave@contoso.com", "--dry-run"},
		"as-subject":     {"carol@fabrikam.com", "-n", "prod", "--as-subject", "upn"},
		"object-id":      {"--object-id", "CA401000-0000-4000-8000-000000000002", "--kind", "user", "-n", "prod"},
		"object-id-name": {"Alice@contoso.com", "--object-id", "a11ce000-0000-4000-8000-000000000001", "--kind", "user", "-n", "prod"},
	}
	for name, args := range tests {
		t.Run(name, func(t *testing.T) {
			j := start(t)
			if err := j.bind(t, args...); err != nil {
				t.Fatal(err)
			}
			got := "$ kubectl aad bind " + strings.Join(quoted(args), " ") + "\n" + j.out.String() + "--- stderr\n" + j.err.String()
			golden(t, name, got)
			if strings.ContainsAny(j.out.String()+j.err.String(), "\x1b\a\u202e") {
				t.Errorf("terminal controls in %q", got)
			}
		})
	}
}

func quoted(args []string) []string {
	var words []string
	for _, a := range args {
		words = append(words, quote(a))
	}
	return words
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}
