package setup

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestGraphMistakes(t *testing.T) {
	s := &state{}
	for name, steps := range map[string][]Step{
		"step \"a\" occurs twice":        {s.step("a"), s.step("a")},
		"needs \"x\", which is no step":  {s.step("a", "x")},
		"step \"b\" waits for itself":    {s.step("a"), s.step("b", "a", "c"), s.step("c", "b")},
		"step \"self\" waits for itself": {s.step("self", "self")},
	} {
		if _, err := Look(t.Context(), steps); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestLookTellsAllThatIsWrong(t *testing.T) {
	s := &state{}
	group, admin := s.step("group"), s.step("admin")
	group.Make.Check = func(context.Context) (Finding, error) {
		return Finding{}, fault.New(fault.NotFound, "no group", "see groups")
	}
	admin.Make.Check = func(context.Context) (Finding, error) {
		return Finding{}, fault.New(fault.Ambiguous, "two alices", "see users")
	}
	_, err := Look(t.Context(), []Step{group, admin, s.step("cluster", "group")})
	if fault.KindOf(err) != fault.NotFound || err.Error() != "no group\ntwo alices" {
		t.Errorf("error %q", err)
	}
	if !slices.Equal(fault.Hints(err), []string{"see groups", "see users"}) {
		t.Errorf("hints %q", fault.Hints(err))
	}
}

func TestQuietStepsAreShownOnlyWithWork(t *testing.T) {
	s := &state{}
	quiet := s.step("old")
	quiet.Make.Quiet = true
	steps := []Step{quiet, s.step("app")}
	if shown := mustLook(t, steps).Shown(); len(shown) != 2 {
		t.Errorf("with work: %d shown", len(shown))
	}
	s.put("old")
	if shown := mustLook(t, steps).Shown(); len(shown) != 1 || shown[0].ID != "app" {
		t.Errorf("without: %d shown", len(shown))
	}
}

func TestUndoRunsBackwards(t *testing.T) {
	s := &state{}
	var gone []string
	with := func(step Step) Step {
		step.Undo = &Action{Title: "remove " + step.ID,
			Check: func(context.Context) (Finding, error) { return ToDo("") },
			Do:    func(context.Context) error { gone = append(gone, step.ID); return nil }}
		return step
	}
	// app <- secret (nothing to undo) <- cluster <- kubeconfig
	steps := []Step{with(s.step("app")), s.step("secret", "app"), with(s.step("cluster", "secret")), with(s.step("kubeconfig", "cluster"))}
	if err := runner(nil).Run(t.Context(), mustLook(t, Undo(steps))); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(gone, []string{"kubeconfig", "cluster", "app"}) {
		t.Errorf("removed %v", gone)
	}
}

func TestExecEntry(t *testing.T) {
	public, err := entra.FindCloud("")
	if err != nil {
		t.Fatal(err)
	}
	private := entra.Cloud{Name: "sandbox", File: "/tmp/s/cloud.json"}
	for _, c := range []struct {
		signIn SignIn
		want   string
	}{
		{SignIn{Cloud: public, Tenant: "t", Server: "s", Client: "c"},
			"get-token --server-id s --client-id c --tenant-id t"},
		{SignIn{Cloud: private, Tenant: "t", Server: "s", Client: "c", Login: "devicecode"},
			"get-token --server-id s --client-id c --tenant-id t --cloud /tmp/s/cloud.json --login devicecode"},
	} {
		if got := strings.Join(c.signIn.ExecEntry().Args, " "); got != c.want {
			t.Errorf("args %q, want %q", got, c.want)
		}
	}
}
