package people

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

var (
	alice = directory.Ref{Text: "alice@contoso.com", By: directory.UPNOrMail}
	doe   = directory.Ref{Text: "Doe, Jane", By: directory.Name}
	team  = directory.Ref{Text: "Platform Team", Kind: entra.Group, By: directory.Name}
	view  = binding.Role{Kind: binding.KindClusterRole, Name: "view"}
	job   = binding.Role{Kind: binding.KindRole, Name: "deployer"}
)

func TestLists(t *testing.T) {
	tests := map[string][]Row{
		"": nil,
		"alice@contoso.com\n\n# who left\nDoe, Jane\r\n": {{Ref: alice}, {Ref: doe}},
		"\ufeffalice@contoso.com":                        {{Ref: alice}},
		"principal\nalice@contoso.com\n":                 {{Ref: alice}},
		"\ufeffPrincipal;Role;Namespace;Reason\r\n\"Doe, Jane\";view role/deployer;dev  prod;=cmd()\r\n": {
			{Ref: doe, Roles: []binding.Role{view, job}, Namespaces: []string{"dev", "prod"}, Reason: "=cmd()"}},
		"role,principal,namespace\nview,\"group:\"\"Platform Team\"\"\",*\n# no\n,alice@contoso.com,\n": {
			{Ref: team, Roles: []binding.Role{view}, Cluster: true}, {Ref: alice}},
	}
	for text, want := range tests {
		got, err := Rows([]string{"-"}, nil, strings.NewReader(text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q is %+v, %v", text, got, err)
		}
	}
}

func TestListsThatAreWrongSayWhere(t *testing.T) {
	for text, says := range map[string]string{
		"alice@contoso.com\nuser:\n":                     "stdin, line 2: no principal named",
		"a\xffb":                                         "not in UTF-8",
		"principal,rôle\na,b\n":                          `line 1: no column is called "rôle"`,
		"principal,role\nalice@contoso.com\n":            "line 2",
		"principal,role\n\nalice@contoso.com,user/x\n":   `stdin, line 3: "user/x" is no role`,
		"principal,role,namespace\nalice,role/x,*\n":     "stdin, line 2: role/x is a role of one namespace",
		"principal\n\"alice\n":                           "line",
		"principal\n\"\"\n":                              "stdin, line 2: no principal named",
		strings.Repeat("alice@contoso.com\n", 1_000_000): "more than 16 MiB",
	} {
		if got, err := Rows([]string{"-"}, nil, strings.NewReader(text)); fault.KindOf(err) != fault.Usage || err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%.40q is %d rows, %v", text, len(got), err)
		}
	}
	if _, err := Rows(nil, []string{"/nowhere.csv"}, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("no file: %v", err)
	}
	if _, err := Rows([]string{"user:"}, nil, nil); fault.KindOf(err) != fault.Usage {
		t.Errorf("argument: %v", err)
	}
}

func TestArgumentsAndFilesTogether(t *testing.T) {
	name := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(name, []byte("principal\n\"Doe, Jane\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := Rows([]string{"alice@contoso.com", "-"}, []string{name}, strings.NewReader("group:Platform Team"))
	if want := []Row{{Ref: alice}, {Ref: team}, {Ref: doe}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func FuzzRows(f *testing.F) {
	f.Add("principal,role\n\"a\",view")
	f.Add("\ufeffa\n#b\n")
	f.Fuzz(func(t *testing.T, text string) {
		rows, err := Rows([]string{"-"}, nil, strings.NewReader(text))
		if err != nil && fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", text, err)
		}
		for _, r := range rows {
			if r.Ref.Text == "" && err == nil {
				t.Errorf("%q has a row about nobody: %+v", text, r)
			}
		}
	})
}
