package unbind

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/clitest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// bound is a stage where bind gave what each line of arguments says.
func bound(t *testing.T, lines ...string) *clitest.Stage {
	t.Helper()
	s := clitest.Start(t)
	for _, line := range lines {
		s.MustDo(t, bind.New, strings.Split(line, "|")...)
	}
	return s
}

// deleted lists the last parts of the paths that were deleted.
func deleted(s *clitest.Stage) (names []string) {
	for _, w := range s.Cluster.Writes() {
		if path, ok := strings.CutPrefix(w, "DELETE "+clitest.RBAC+"/"); ok {
			names = append(names, path[:strings.LastIndex(path, "-")])
		}
	}
	slices.Sort(names)
	return names
}

const (
	aliceProd   = "namespaces/prod/rolebindings/aad-view-alice-contoso-com"
	aliceEdit   = "namespaces/prod/rolebindings/aad-edit-alice-contoso-com"
	aliceTeam   = "namespaces/team/rolebindings/aad-view-alice-contoso-com"
	aliceWide   = "clusterrolebindings/aad-view-alice-contoso-com"
	carolProd   = "namespaces/prod/rolebindings/aad-view-carol-fabrikam-com"
	platformAll = "clusterrolebindings/aad-edit-platform-team"
)

func TestUnbindTakesExactlyWhatBindGave(t *testing.T) {
	given := []string{
		"alice@contoso.com|carol@fabrikam.com|-n|prod", "alice@contoso.com|-n|team", "alice@contoso.com|-n|prod|--clusterrole|edit",
		"alice@contoso.com|-A", "group:Platform Team|-A|--clusterrole|edit",
	}
	tests := []struct {
		args string
		want []string
	}{
		{"alice@contoso.com", []string{aliceTeam}}, // the context's namespace, as bind
		{"ALICE@contoso.com|-n|prod", []string{aliceEdit, aliceProd}},
		{"alice@contoso.com|-n|prod|-n|team|--clusterrole|view", []string{aliceProd, aliceTeam}},
		{"alice@contoso.com|-n|prod|--role|view", nil}, // a role is no cluster role
		{"alice@contoso.com|-A", []string{aliceWide}},
		{"alice@contoso.com|--all", []string{aliceWide, aliceEdit, aliceProd, aliceTeam}},
		{"a11ce000-0000-4000-8000-000000000001|-n|team", []string{aliceTeam}},
		{"Alice Example|carol@fabrikam.com|-n|prod|--clusterrole|view", []string{aliceProd, carolProd}},
		{"group:Platform Team|--all", []string{platformAll}},
		{"user:Platform Team|--all", nil},
	}
	for _, tt := range tests {
		s := bound(t, given...)
		s.People.Asked = 0
		err := s.Do(t, New, strings.Split(tt.args, "|")...)
		if got := deleted(s); !slices.Equal(got, tt.want) {
			t.Errorf("%s: deleted %q, want %q (%v)", tt.args, got, tt.want, err)
		}
		if tt.want != nil && (err != nil || s.People.Asked != 0) {
			t.Errorf("%s: %v, the directory was asked %d times", tt.args, err, s.People.Asked)
		}
	}
}

// Bind, unbind and the cluster is what it was.
func TestUnbindUndoesBind(t *testing.T) {
	for _, args := range []string{"alice@contoso.com", "carol@fabrikam.com|-n|prod|-n|team", "group:Platform Team|-A", "sp:ci-bot|-n|prod|--role|deployer"} {
		s := bound(t, args)
		s.MustDo(t, New, strings.Split(args, "|")...)
		for _, w := range s.Cluster.Writes() {
			if path := strings.Fields(w)[1]; s.Cluster.Object(path) != nil {
				t.Errorf("%s: %s is left", args, path)
			}
		}
		s.MustDo(t, New, strings.Split(args, "|")...)
		if !strings.Contains(s.Err.String(), "bind gave nothing") {
			t.Errorf("%s once more says %q", args, s.Err.String())
		}
	}
}

func TestTheDeletedAreFoundWithoutTheDirectory(t *testing.T) {
	for _, who := range []string{"carol@fabrikam.com", "Carol", "ca401000-0000-4000-8000-000000000002"} {
		s := bound(t, "carol@fabrikam.com|-n|prod")
		s.People.Err = fault.New(fault.Forbidden, "no")
		s.MustDo(t, New, who, "-n", "prod")
		if got := deleted(s); !slices.Equal(got, []string{carolProd}) {
			t.Errorf("%s: deleted %q", who, got)
		}
	}
}

func TestOthersBindingsAreNamedAndLeft(t *testing.T) {
	s := bound(t, "alice@contoso.com|-n|prod")
	s.Foreign("prod", "by-hand", "edit", "alice@contoso.com")
	s.Foreign("prod", "shared", "edit", "bob@contoso.com", "Alice@contoso.com")
	s.Foreign("prod", "else", "edit", "bob@contoso.com")
	err := s.Do(t, New, "alice@contoso.com", "-n", "prod")
	if fault.KindOf(err) != fault.Conflict || strings.Contains(err.Error(), "else") {
		t.Errorf("error %v", err)
	}
	if want := []string{"kubectl delete rolebinding by-hand -n prod", "kubectl edit rolebinding shared -n prod"}; !slices.Equal(fault.Hints(err), want) {
		t.Errorf("hints %q", fault.Hints(err))
	}
	if got := deleted(s); !slices.Equal(got, []string{aliceProd}) {
		t.Errorf("deleted %q", got)
	}
	// Nobody of that name is in the directory any more, and only others bound it.
	s = clitest.Start(t)
	s.Foreign("prod", "old", "edit", "gone@contoso.com")
	if err := s.Do(t, New, "gone@contoso.com", "-n", "prod"); fault.KindOf(err) != fault.Conflict || len(s.Cluster.Writes()) != 0 {
		t.Errorf("error %v, writes %q", err, s.Cluster.Writes())
	}
}

func TestDryRunsDeleteNothing(t *testing.T) {
	for _, how := range []string{"client", "server"} {
		s := bound(t, "alice@contoso.com|-n|prod")
		s.MustDo(t, New, "alice@contoso.com", "-n", "prod", "--dry-run="+how)
		if got := deleted(s); got != nil || !strings.Contains(s.Out.String(), "deleted ("+strings.TrimPrefix(how+" dry run)", "client ")) {
			t.Errorf("%s: deleted %q, output %s", how, got, s.Out.String())
		}
	}
}

func TestOutputBringsItBack(t *testing.T) {
	s := bound(t, "alice@contoso.com|-n|prod", "alice@contoso.com|-A")
	s.MustDo(t, New, "alice@contoso.com", "--all", "-o", "yaml")
	for _, want := range []string{"kind: List", "kind: RoleBinding", "kind: ClusterRoleBinding", "name: Alice@contoso.com"} {
		if !strings.Contains(s.Out.String(), want) {
			t.Errorf("no %q in:\n%s", want, s.Out.String())
		}
	}
	if strings.Contains(s.Out.String(), "resourceVersion") {
		t.Errorf("a resource version would hinder that:\n%s", s.Out.String())
	}
	s = bound(t, "alice@contoso.com|-n|prod")
	s.MustDo(t, New, "alice@contoso.com", "-n", "prod")
	if want := "rolebinding/aad-view-alice-contoso-com-10691f49 deleted: Alice@contoso.com no longer has clusterrole/view in namespace prod\n"; s.Out.String() != want {
		t.Errorf("output %q", s.Out.String())
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		args string
		kind fault.Kind
		says string
	}{
		{"", fault.Usage, "nobody named"},
		{"a|-A|-n|x", fault.Usage, "exclude"},
		{"a|--all|-n|x", fault.Usage, "exclude"},
		{"a|-A|--role|x", fault.Usage, "one namespace"},
		{"a|--dry-run=maybe", fault.Usage, "client or server"},
		{"a|-o|xml", fault.Usage, "format"},
		{"Twin|-A", fault.Ambiguous, "any of 2"},
		{"zoe@contoso.com|-A", fault.NotFound, "zoe@contoso.com"},
	}
	for _, tt := range tests {
		s := bound(t, "7a100000-0000-4000-8000-000000000007|7a200000-0000-4000-8000-000000000008|-A")
		args := strings.Split(tt.args, "|")
		if tt.args == "" {
			args = []string{}
		}
		if err := s.Do(t, New, args...); fault.KindOf(err) != tt.kind || err == nil || !strings.Contains(err.Error(), tt.says) || deleted(s) != nil {
			t.Errorf("%q: %v, deleted %q", tt.args, err, deleted(s))
		}
	}
}

func TestAPersonChoosesAmongTwins(t *testing.T) {
	s := bound(t, "7a100000-0000-4000-8000-000000000007|7a200000-0000-4000-8000-000000000008|-A")
	s.InTTY, s.ErrTTY, s.In = true, true, strings.NewReader("2\n")
	s.MustDo(t, New, "Twin", "-A")
	if got := deleted(s); len(got) != 1 {
		t.Errorf("deleted %q", got)
	}
}

func TestHostileNames(t *testing.T) {
	s := bound(t, "e0110000-0000-4000-8000-000000000006|-A")
	s.Foreign("", "evil", "edit", "e0110000-0000-4000-8000-000000000006", "\x1b[2J")
	err := s.Do(t, New, "e0110000-0000-4000-8000-000000000006", "-A")
	if all := s.Out.String() + s.Err.String() + err.Error(); strings.ContainsAny(all, "\x1b\a\u202e") {
		t.Errorf("terminal controls in %q", all)
	}
}

// A list made for bind says where; taking away everywhere would be more than it
// says.
func TestColumnsOfAListAreNotIgnored(t *testing.T) {
	s := bound(t, "alice@contoso.com|-n|prod", "alice@contoso.com|-n|team")
	list := filepath.Join(t.TempDir(), "people.csv")
	if err := os.WriteFile(list, []byte("principal,role,namespace\nalice@contoso.com,view,prod\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err := s.Do(t, New, "-f", list, "--all")
	if fault.KindOf(err) != fault.Usage || deleted(s) != nil {
		t.Errorf("%v, deleted %q", err, deleted(s))
	}
}
