package bind

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// given are the bindings in a place as "subject: role", sorted.
func (j *journey) given(t *testing.T, namespace string) (list []string) {
	t.Helper()
	for _, w := range j.cluster.Writes() {
		path := strings.Fields(w)[1]
		o := j.cluster.Object(path)
		if o == nil || namespace != "" && !strings.Contains(path, "/namespaces/"+namespace+"/") {
			continue
		}
		subject := o["subjects"].([]any)[0].(map[string]any)["name"]
		list = append(list, fmt.Sprintf("%s: %s", subject, o["roleRef"].(map[string]any)["name"]))
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestSeveralRoles(t *testing.T) {
	j := start(t)
	if err := j.bind(t, "alice@contoso.com", "--clusterrole", "view", "--clusterrole", "edit", "-n", "prod"); err != nil {
		t.Fatal(err)
	}
	if got := j.given(t, "prod"); !slices.Equal(got, []string{"Alice@contoso.com: edit", "Alice@contoso.com: view"}) {
		t.Errorf("given %q", got)
	}
}

func TestListsOfPrincipals(t *testing.T) {
	j := start(t)
	j.In = strings.NewReader("alice@contoso.com\n# a guest\ncarol@fabrikam.com\n")
	if err := j.bind(t, "-", "-n", "prod"); err != nil {
		t.Fatal(err)
	}
	if got := j.given(t, ""); !slices.Equal(got, []string{"Alice@contoso.com: view", "ca401000-0000-4000-8000-000000000002: view"}) {
		t.Errorf("stdin: %q", got)
	}
	j = start(t)
	file := filepath.Join(t.TempDir(), "people.csv")
	text := "principal,role,namespace,reason\nalice@contoso.com,edit,prod team,on call\nsp:ci-bot,role/deployer,prod,\nDave,,,\ngroup:Platform Team,view,*,\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := j.bind(t, "-f", file, "--clusterrole", "cluster-admin", "-n", "team"); err != nil {
		t.Fatal(err)
	}
	want := []string{"9100b000-0000-4000-8000-000000000003: view", "Alice@contoso.com: edit", "c1b07000-0000-4000-8000-000000000004: deployer", "dave@contoso.com: cluster-admin"}
	if got := j.given(t, ""); !slices.Equal(got, want) || len(j.cluster.Writes()) != 5 {
		t.Errorf("csv: %q, %q", got, j.cluster.Writes())
	}
	j.In = strings.NewReader("# nobody\n")
	if err := j.bind(t, "-"); fault.KindOf(err) != fault.Usage {
		t.Errorf("an empty list: %v", err)
	}
}

func TestNamespacesByLabel(t *testing.T) {
	j := start(t)
	for _, name := range []string{"web-a", "web-b"} {
		j.cluster.Put("/api/v1/namespaces/"+name, map[string]any{"metadata": map[string]any{"labels": map[string]any{"team": "web"}}})
	}
	if err := j.bind(t, "alice@contoso.com", "--namespace-selector", "team=web"); err != nil || len(j.cluster.Writes()) != 2 || len(j.given(t, "web-b")) != 1 {
		t.Errorf("%v, writes %q", err, j.cluster.Writes())
	}
	if err := j.bind(t, "alice@contoso.com", "--namespace-selector", "team=none"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("none: %v", err)
	}
}

func TestForAWhile(t *testing.T) {
	j := start(t)
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--for", "8h", "-o", "yaml"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(j.out.String(), `aad.kubectl.dev/expires-at: "2026-01-02T11:04:05Z"`) || !strings.Contains(j.err.String(), "the API server does not know of it") {
		t.Errorf("output:\n%s%s", j.out.String(), j.err.String())
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod"); err != nil || !strings.Contains(j.out.String(), "configured") || strings.Contains(j.err.String(), "until") {
		t.Errorf("for good: %v\n%s%s", err, j.out.String(), j.err.String())
	}
	for text, want := range map[string]string{"8h": "8h0m0s", "30d": "720h0m0s", "90m": "1h30m0s", "": "0s"} {
		if got, err := duration(text); err != nil || got.String() != want {
			t.Errorf("%q is %s, %v", text, got, err)
		}
	}
	for _, bad := range []string{"8", "0h", "-1h", "d", "-3d", "99999999999d", "1ms", "2026-01-01", "900000h"} {
		if got, err := duration(bad); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q is %s, %v", bad, got, err)
		}
	}
}

func TestMaxMembers(t *testing.T) {
	denied := fault.New(fault.Forbidden, "GroupMember.Read.All is missing")
	tests := []struct {
		args    []string
		members error
		kind    fault.Kind
		writes  int
		says    string
	}{
		{[]string{"group:Platform Team", "--max-members", "3"}, nil, 0, 1, `group "Platform Team": +3 people, 1 guest, 1 disabled`},
		{[]string{"group:Platform Team", "--max-members", "2"}, nil, fault.Usage, 0, "3 people and applications"},
		{[]string{"group:Platform Team", "7a100000-0000-4000-8000-000000000007", "--max-members", "3"}, nil, 0, 2, "all groups together: +3 people"},
		{[]string{"group:Platform Team", "--max-members", "3"}, denied, fault.Forbidden, 0, "cannot be counted"},
		{[]string{"group:Platform Team"}, denied, 0, 1, "members not counted"},
		{[]string{"alice@contoso.com", "--max-members", "1"}, denied, 0, 1, ""},
	}
	for _, tt := range tests {
		j := start(t)
		j.answer(contoso{members: tt.members})
		err := j.bind(t, append(tt.args, "-n", "prod")...)
		if (err != nil) != (tt.kind != 0) || err != nil && fault.KindOf(err) != tt.kind || len(j.cluster.Writes()) != tt.writes {
			t.Errorf("%q: %v, writes %q", tt.args, err, j.cluster.Writes())
		}
		if said := j.err.String() + fmt.Sprint(err); !strings.Contains(said, tt.says) {
			t.Errorf("%q says:\n%s", tt.args, said)
		}
	}
}

func TestANamedBindingChangesItsRole(t *testing.T) {
	j := start(t)
	for _, role := range []string{"view", "edit", "edit"} {
		if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--name", "oncall", "--clusterrole", role); err != nil {
			t.Fatal(err)
		}
	}
	if got := j.given(t, "prod"); !slices.Equal(got, []string{"Alice@contoso.com: edit"}) || len(j.cluster.Writes()) != 5 {
		t.Errorf("given %q, writes %q", got, j.cluster.Writes())
	}
	if err := j.bind(t, "carol@fabrikam.com", "-n", "prod", "--name", "oncall", "--clusterrole", "edit"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("somebody else's binding: %v", err)
	}
	if err := j.bind(t, "carol@fabrikam.com", "alice@contoso.com", "-n", "prod", "--name", "x"); fault.KindOf(err) != fault.Usage {
		t.Errorf("two of a name: %v", err)
	}
}

func TestReplaceAddsBeforeItTakesAway(t *testing.T) {
	j := start(t)
	if err := j.bind(t, "alice@contoso.com", "carol@fabrikam.com", "-n", "prod", "-n", "team"); err != nil {
		t.Fatal(err)
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--clusterrole", "edit", "--replace", "--dry-run=server"); err != nil || len(j.cluster.Writes()) != 4 {
		t.Fatalf("dry run: %v, %q", err, j.cluster.Writes())
	}
	if err := j.bind(t, "alice@contoso.com", "-n", "prod", "--clusterrole", "edit", "--replace"); err != nil {
		t.Fatal(err)
	}
	writes := j.cluster.Writes()[4:]
	if len(writes) != 2 || !strings.HasPrefix(writes[0], http.MethodPatch) || !strings.HasPrefix(writes[1], http.MethodDelete) {
		t.Errorf("writes %q", writes)
	}
	if got := j.given(t, "prod"); !slices.Equal(got, []string{"Alice@contoso.com: edit", "ca401000-0000-4000-8000-000000000002: view"}) {
		t.Errorf("in prod %q", got)
	}
	if got := j.given(t, "team"); !slices.Contains(got, "Alice@contoso.com: view") {
		t.Errorf("in team %q", got)
	}
}

// A run that was stopped goes on where it was.
func TestManyAreBoundAndAnInterruptionIsMended(t *testing.T) {
	const n = 300
	real := staff
	defer func() { staff = real }()
	staff = nil
	var list strings.Builder
	for i := range n {
		name := fmt.Sprintf("user%03d@contoso.com", i)
		staff = append(staff, entra.Principal{ID: entra.ObjectID(fmt.Sprintf("a11ce000-0000-4000-8000-%012d", i)), Kind: entra.User, UPN: name})
		list.WriteString(name + "\n")
	}
	j := start(t)
	var mended atomic.Bool
	j.cluster.Refuse = func(*http.Request) (int, string) {
		if !mended.Load() && len(j.cluster.Writes()) >= n/2 {
			return 500, "gone"
		}
		return 0, ""
	}
	j.In = strings.NewReader(list.String())
	if err := j.bind(t, "-", "-n", "prod"); fault.KindOf(err) != fault.Network {
		t.Fatalf("halfway: %v", err)
	}
	before := len(j.cluster.Writes())
	mended.Store(true)
	j.In = strings.NewReader(list.String())
	if err := j.bind(t, "-", "-n", "prod"); err != nil || before >= n || len(j.cluster.Writes()) != n || strings.Count(j.out.String(), "unchanged") != before {
		t.Errorf("%v, %d and then %d writes", err, before, len(j.cluster.Writes()))
	}
}

// Many bindings of a namespace are read by one list; who may not list reads them
// one by one, and comes to the same.
func TestManyAreReadAtOnce(t *testing.T) {
	real := staff
	defer func() { staff = real }()
	staff = nil
	var list strings.Builder
	for i := range many {
		name := fmt.Sprintf("user%03d@contoso.com", i)
		staff = append(staff, entra.Principal{ID: entra.ObjectID(fmt.Sprintf("a11ce000-0000-4000-8000-%012d", i)), Kind: entra.User, UPN: name})
		list.WriteString(name + "\n")
	}
	j := start(t)
	var reads, lists atomic.Int32
	mayList := true
	j.cluster.Refuse = func(r *http.Request) (int, string) {
		if r.Method != http.MethodGet || !strings.Contains(r.URL.Path, "/prod/rolebindings") {
			return 0, ""
		}
		if !strings.HasSuffix(r.URL.Path, "/rolebindings") {
			reads.Add(1)
			return 0, ""
		}
		if lists.Add(1); !mayList {
			return 403, "no lists"
		}
		return 0, ""
	}
	for i, want := range []struct{ reads, unchanged int }{{0, 0}, {0, many}, {many, many}} {
		reads.Store(0)
		lists.Store(0)
		mayList = i < 2
		j.In = strings.NewReader(list.String())
		j.out.Reset()
		if err := j.bind(t, "-", "-n", "prod"); err != nil || int(reads.Load()) != want.reads || lists.Load() != 1 || strings.Count(j.out.String(), "unchanged") != want.unchanged {
			t.Errorf("run %d: %v, %d reads, %d lists\n%s", i, err, reads.Load(), lists.Load(), j.out.String())
		}
	}
	if n := len(j.cluster.Writes()); n != many {
		t.Errorf("%d writes", n)
	}
}
