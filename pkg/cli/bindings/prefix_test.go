package bindings

import (
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
)

// A cluster that puts something before names shows the same people, and those
// whom a name without it was meant for.
func TestPrefixedNames(t *testing.T) {
	w := worldtest.Start(t)
	w.Bind("dev", "direct", "ClusterRole/view", "User/entra:alice@contoso.com")
	w.Bind("prod", "team", "ClusterRole/edit", "Group/entra:"+string(worldtest.Platform.ID))
	w.Bind("prod", "bare", "ClusterRole/view", "Group/"+string(worldtest.Platform.ID))
	w.Bind("dev", "mail", "ClusterRole/view", "User/entra:carol@fabrikam.com")
	w.Bind("dev", "other", "ClusterRole/view", "User/dex:eve")
	flags := []string{"--username-prefix", "entra:", "--groups-prefix", "entra:"}
	if err := w.Run(t, New(w.Factory), flags...); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"NAME|KIND|NAMESPACE|ROLE|OWNER|EXPIRES|NOTE",
		"alice@contoso.com|user|dev|clusterrole/view|foreign|-|-",
		"carol@fabrikam.com|guest|dev|clusterrole/view|foreign|-|the mail address",
		"dex:eve|user|dev|clusterrole/view|foreign|-|-",
		"Platform Team|group|prod|clusterrole/edit|foreign|-|-",
		`Platform Team|group|prod|clusterrole/view|foreign|-|the right name without "entra:", which the cluster puts before it`,
	}
	if got := lines(w.Stdout.String()); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if err := w.Run(t, New(w.Factory), append(flags, "--for", "alice@contoso.com")...); err != nil || !strings.Contains(w.Stdout.String(), "Inner") {
		t.Errorf("%v\n%s", err, w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), append(flags, "-o", "html")...); err != nil || !strings.Contains(w.Stdout.String(), `"group Inner"`) {
		t.Errorf("the page lacks the members of a group: %v", err)
	}
}
