package doctor

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor/checks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

var update = flag.Bool("update", false, "write the golden files anew")

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
		t.Errorf("%s differs: got\n%s\nwant\n%s", name, got, want)
	}
}

func sample() (*checks.Case, doctor.Report) {
	k := &checks.Case{Entry: checks.Entry{Context: "myakscluster", Server: "https://127.0.0.1:6443"},
		For: &entra.Principal{ID: "cccccccc-cccc-cccc-cccc-cccccccccccc", Kind: entra.User, Mail: "carol@fabrikam.com", External: true}}
	name := func(f doctor.Finding, id, category string) doctor.Finding {
		f.ID, f.Title, f.Category = id, "title of "+id, category
		if f.Fixes == nil {
			f.Fixes = []string{}
		}
		return f
	}
	return k, doctor.Report{Findings: []doctor.Finding{
		name(doctor.Found(doctor.OK, "https://login.microsoftonline.com answers"), "login-host", "network"),
		name(doctor.Found(doctor.Warning, "this machine is 2m0s behind the API server").Because("Tokens are valid from one moment to another.").Fix("sudo timedatectl set-ntp true"), "clock", "network"),
		name(doctor.Found(doctor.Skipped, "not looked at: it needs %q", "x"), "server-secret", "cluster"),
		name(doctor.Found(doctor.Unknown, "the groups cannot be counted: forbidden").By("an administrator of the tenant"), "groups", "access"),
		name(doctor.Found(doctor.Error, `RoleBinding "carol-view" in namespace "dev" gives clusterrole/view to User "carol@fabrikam.com": the mail address`).
			Because(`The API server knows carol@fabrikam.com as "cccccccc-cccc-cccc-cccc-cccccccccccc", and RBAC compares names letter by letter.`).
			By("an administrator of the cluster").
			Fix("kubectl aad bind carol@fabrikam.com --clusterrole=view -n dev --context=a-long-name-that-makes-the-line-longer-than-the-terminal",
				"kubectl delete rolebinding/carol-view -n dev"), "subject-form", "access"),
	}}
}

func TestPrint(t *testing.T) {
	k, report := sample()
	for _, tt := range []struct {
		name   string
		format printer.Format
		env    map[string]string
		tty    bool
	}{
		{"table.golden", printer.Table, map[string]string{"LANG": "en_US.UTF-8"}, false},
		{"wide.golden", printer.Wide, map[string]string{"LANG": "en_US.UTF-8"}, false},
		{"ascii.golden", printer.Table, map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, false},
		{"colour.golden", printer.Table, map[string]string{"LANG": "en_US.UTF-8"}, true},
		{"table.golden", printer.Table, map[string]string{"LANG": "en_US.UTF-8", "NO_COLOR": "1"}, true},
		{"name.golden", printer.Name, nil, false},
		{"json.golden", printer.JSON, nil, false},
		{"yaml.golden", printer.YAML, nil, false},
	} {
		var out bytes.Buffer
		c := &command{Factory: &factory.Factory{Streams: factory.Streams{Out: &out, OutTTY: tt.tty, Width: 80},
			Getenv: func(name string) string { return tt.env[name] }}}
		if err := c.print(tt.format, k, report); err != nil {
			t.Fatal(err)
		}
		golden(t, tt.name, out.Bytes())
	}
}

// TestPageFitsTheTerminal: text is wrapped, a command stays on its line.
func TestPageFitsTheTerminal(t *testing.T) {
	_, report := sample()
	p := page{width: 80, marks: map[doctor.Status]string{}}
	p.report(strings.Repeat("long title ", 20), report)
	for line := range strings.Lines(p.String()) {
		line = strings.TrimRight(line, "\n")
		if n := utf8.RuneCountInString(line); n > 80 && !strings.HasPrefix(line, "    kubectl aad bind ") {
			t.Errorf("%d columns: %q", n, line)
		}
	}
	if !strings.Contains(p.String(), "\n    kubectl aad bind carol@fabrikam.com --clusterrole=view -n dev --context=a-long-name-that-makes-the-line-longer-than-the-terminal\n") {
		t.Error("a command is broken into lines")
	}
}
