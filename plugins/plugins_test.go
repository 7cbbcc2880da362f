package plugins

import (
	"slices"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// The front knows methods and flags from the tables of pkg/token alone: a
// method that is not in them would get another key there.
func TestMethodsAreInTheTables(t *testing.T) {
	var known []string
	for _, f := range token.Flags() {
		known = append(known, f.Name)
	}
	for _, m := range All() {
		if name, err := token.FindMethod(m.Name); err != nil || name != m.Name {
			t.Errorf("%s: %q, %v", m.Name, name, err)
		}
		for _, p := range m.Params {
			if !slices.Contains(known, p) {
				t.Errorf("%s reads --%s, which does not exist", m.Name, p)
			}
		}
		if m.Interactive != (token.Request{Method: m.Name}).ForPerson() {
			t.Errorf("%s: asks a person, and its tokens are not a person's, or the reverse", m.Name)
		}
	}
}

func TestInteractiveMethodsCanAsk(t *testing.T) {
	for _, m := range All() {
		c, err := m.New(login.Setup{Request: token.Request{Params: token.Params{"client-secret": "x"}, Tenant: "t",
			Client: "c", Cloud: cloud(t)}})
		if err != nil {
			t.Errorf("%s: %v", m.Name, err)
			continue
		}
		if _, can := c.(login.Asker); can != m.Interactive {
			t.Errorf("%s: Interactive is %v", m.Name, m.Interactive)
		}
	}
}

func cloud(t *testing.T) entra.Cloud {
	t.Helper()
	c, err := entra.FindCloud("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}
