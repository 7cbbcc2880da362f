package bindings

import (
	"encoding/csv"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// start is a cluster with a binding of every sort.
func start(t *testing.T) *worldtest.World {
	w := worldtest.Start(t)
	w.Bind("dev", "direct", "ClusterRole/view", "User/alice@contoso.com")
	w.Bind("prod", "team", "ClusterRole/edit", "Group/"+string(worldtest.Platform.ID))
	w.Bind("prod", "dead", "Role/deployer", "User/carol@fabrikam.com")
	w.Bind("", "admins", "ClusterRole/cluster-admin", "Group/"+string(worldtest.Evil.ID), "ServiceAccount/ci")
	w.Bind("", "system:discovery", "ClusterRole/system:discovery", "Group/system:authenticated")
	owned := w.Bind("dev", "aad-bot", "ClusterRole/view", "User/"+string(worldtest.Bot.ID))
	owned["metadata"].(map[string]any)["labels"] = map[string]any{"app.kubernetes.io/managed-by": "kubectl-aad"}
	owned["metadata"].(map[string]any)["annotations"] = map[string]any{"aad.kubectl.dev/expires-at": "2026-01-01T00:00:00Z"}
	return w
}

func lines(s string) []string {
	return strings.Split(strings.TrimSpace(regexp.MustCompile(` {3,}`).ReplaceAllString(s, "|")), "\n")
}

func TestTable(t *testing.T) {
	w := start(t)
	if err := w.Run(t, New(w.Factory)); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"NAME|KIND|NAMESPACE|ROLE|OWNER|EXPIRES|NOTE",
		"=cmd|'/C calc'!A0[2J</script><img src=x onerror=alert(1)>|group|*|clusterrole/cluster-admin|foreign|-|-",
		"alice@contoso.com|user|dev|clusterrole/view|foreign|-|-",
		"carol@fabrikam.com|guest|prod|role/deployer|foreign|-|the mail address",
		"ci-bot|app|dev|clusterrole/view|owned|expired 2026-01-01T00:00:00Z|-",
		"Platform Team|group|prod|clusterrole/edit|foreign|-|-",
	}
	if got := lines(w.Stdout.String()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if w.Lookups != 1 {
		t.Errorf("%d lookups", w.Lookups)
	}
	if err := w.Run(t, New(w.Factory), "-n", "dev", "--system", "-o", "name"); err != nil || len(lines(w.Stdout.String())) != 5 {
		t.Errorf("%v\n%s", err, w.Stdout.String())
	}
}

func TestForSomebodyThroughGroups(t *testing.T) {
	w := start(t)
	if err := w.Run(t, New(w.Factory), "--for", "Alice Example"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"NAME|KIND|NAMESPACE|ROLE|THROUGH|OWNER|EXPIRES|NOTE",
		"alice@contoso.com|user|dev|clusterrole/view|-|foreign|-|-",
		"Platform Team|group|prod|clusterrole/edit|Inner → Platform Team|foreign|-|-",
	}
	if got := lines(w.Stdout.String()); !slices.Equal(got, want) {
		t.Errorf("got\n%s", w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "--for", "nobody@contoso.com"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("nobody: %v", err)
	}
}

// Without the directory ids are shown as they are, and that is said.
func TestWithoutTheDirectory(t *testing.T) {
	for _, how := range []string{"blind", "--offline"} {
		w := start(t)
		args := []string{}
		if how == "blind" {
			w.Blind()
		} else {
			args = append(args, how)
		}
		if err := w.Run(t, New(w.Factory), args...); err != nil || !strings.Contains(w.Stdout.String(), string(worldtest.Platform.ID)) ||
			strings.Contains(w.Stdout.String(), "Platform Team") {
			t.Errorf("%s: %v\n%s", how, err, w.Stdout.String())
		}
		if how == "blind" && !strings.Contains(w.Stderr.String(), "Directory.Read.All is missing") {
			t.Errorf("said nothing: %q", w.Stderr.String())
		}
		if err := w.Run(t, New(w.Factory), append(args, "--for", "alice@contoso.com")...); err != nil || len(lines(w.Stdout.String())) != 2 {
			t.Errorf("%s, alice: %v\n%s", how, err, w.Stdout.String())
		}
		if err := w.Run(t, New(w.Factory), append(args, "--for", "Alice Example")...); fault.KindOf(err) == 0 || err == nil {
			t.Errorf("%s, by display name: %v", how, err)
		}
	}
}

func TestWhoMayReadOneNamespaceOnly(t *testing.T) {
	w := start(t)
	w.Server.Refuse = onlyNamespace("prod")
	if err := w.Run(t, New(w.Factory), "-n", "prod"); err != nil || len(lines(w.Stdout.String())) != 3 || !strings.Contains(w.Stderr.String(), "whole cluster cannot be read") {
		t.Errorf("%v\n%s%s", err, w.Stdout.String(), w.Stderr.String())
	}
	if err := w.Run(t, New(w.Factory)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("everywhere: %v", err)
	}
}

func TestJSON(t *testing.T) {
	w := start(t)
	if err := w.Run(t, New(w.Factory), "-o", "json", "--for", "alice@contoso.com"); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Kind  string
		Items []struct {
			Name, Kind, Namespace, Binding string
			Role                           struct{ Name string }
			Through                        []struct{ Name string }
		}
	}
	if err := json.Unmarshal(w.Stdout.Bytes(), &doc); err != nil || doc.Kind != "AccessList" || len(doc.Items) != 2 {
		t.Fatalf("%v\n%s", err, w.Stdout.String())
	}
	if i := doc.Items[1]; i.Name != "Platform Team" || i.Namespace != "prod" || i.Binding != "rolebinding/team" || i.Role.Name != "edit" || len(i.Through) != 2 || i.Through[0].Name != "Inner" {
		t.Errorf("%+v", i)
	}
}

// No cell of a spreadsheet is a formula, whatever a group is called.
func TestCSVIsNoProgram(t *testing.T) {
	w := start(t)
	if err := w.Run(t, New(w.Factory), "-o", "csv"); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(w.Stdout.String())).ReadAll()
	if err != nil || len(rows) != 6 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@|\t\r", rune(cell[0])) || strings.ContainsAny(cell, "\x1b\u202e") {
				t.Errorf("cell %q", cell)
			}
		}
	}
	if !strings.HasPrefix(rows[1][0], "'=cmd") {
		t.Errorf("%q", rows[1][0])
	}
	for cell, want := range map[string]string{"+1": "'+1", "@x": "'@x", "\t=1": "'=1", " -2": "'-2", "a=b": "a=b", "": ""} {
		if got := cellText(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}

// The page is whole, and a name in it is never markup.
func TestHTML(t *testing.T) {
	w := start(t)
	if err := w.Run(t, New(w.Factory), "-o", "html"); err != nil {
		t.Fatal(err)
	}
	page := w.Stdout.String()
	if strings.Count(page, "<script") != 2 || strings.Count(page, "</script>") != 2 || strings.Contains(page, "<img") || strings.Contains(page, "\x1b") {
		t.Errorf("markup of strangers in\n%s", page)
	}
	if regexp.MustCompile(`(src|href)=["']?(https?:)?//|@import|url\(|fetch\(|XMLHttpRequest|innerHTML`).MatchString(page) {
		t.Error("the page loads something, or takes text for markup")
	}
	if !strings.Contains(page, "default-src 'none'") || !strings.Contains(page, hash(pageJS)) || !strings.Contains(page, hash(pageCSS)) {
		t.Error("the policy does not name the page's own script and style")
	}
	_, data, _ := strings.Cut(page, `id="data">`)
	data, _, _ = strings.Cut(data, "</script>")
	var c content
	if err := json.Unmarshal([]byte(data), &c); err != nil {
		t.Fatal(err)
	}
	paths := map[string][]string{}
	for _, l := range c.Lines {
		for _, a := range l.Access {
			paths[l.Name] = append(paths[l.Name], strings.Join(a.Path[1:], " > "))
		}
	}
	want := `group Inner > group Platform Team > RoleBinding "team" in namespace "prod" > clusterrole/edit`
	if !slices.Contains(paths["alice@contoso.com"], want) || len(paths["alice@contoso.com"]) != 2 || len(paths["dave@contoso.com"]) != 1 {
		t.Errorf("paths %q", paths)
	}
	if err := w.Run(t, New(w.Factory), "-o", "html", "--max-members", "1"); err != nil || !strings.Contains(w.Stdout.String(), "Only the first 1 ways") {
		t.Errorf("%v", err)
	}
}

func TestUsage(t *testing.T) {
	w := start(t)
	for _, args := range [][]string{{"-o", "xml"}, {"-A", "-n", "x"}} {
		if err := w.Run(t, New(w.Factory), args...); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", args, err)
		}
	}
}
