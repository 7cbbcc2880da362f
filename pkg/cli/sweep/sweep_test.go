package sweep

import (
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/clitest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// later is a stage a day after three grants for hours and one for good, beside
// one of somebody else that carries our annotation.
func later(t *testing.T) *clitest.Stage {
	t.Helper()
	s := clitest.Start(t)
	s.MustDo(t, bind.New, "alice@contoso.com", "-n", "prod", "-n", "team", "--for", "8h")
	s.MustDo(t, bind.New, "group:Platform Team", "-A", "--for", "24h")
	s.MustDo(t, bind.New, "bob@contoso.com", "-n", "prod")
	s.MustDo(t, bind.New, "carol@fabrikam.com", "-n", "prod", "--for", "2d")
	s.Cluster.Put(clitest.RBAC+"/clusterrolebindings/theirs", map[string]any{
		"metadata": map[string]any{"annotations": map[string]any{"aad.kubectl.dev/expires-at": "2020-01-01T00:00:00Z"}},
		"roleRef":  map[string]any{"kind": "ClusterRole", "name": "view"}})
	now := s.Now().Add(24 * time.Hour)
	s.Now = func() time.Time { return now }
	return s
}

func gone(s *clitest.Stage) int {
	return strings.Count(strings.Join(s.Cluster.Writes(), "\n"), "DELETE ")
}

func TestSweep(t *testing.T) {
	tests := []struct {
		args []string
		gone int
	}{
		{[]string{"--yes"}, 3}, {[]string{"--yes", "-n", "prod"}, 1}, {[]string{"--dry-run"}, 0}, {[]string{"--dry-run=server"}, 0},
	}
	for _, tt := range tests {
		s := later(t)
		s.MustDo(t, New, tt.args...)
		if gone(s) != tt.gone || !strings.Contains(s.Err.String(), "clusterrole/view for Alice@contoso.com in namespace prod: its time was over at 2026-01-02 11:04 UTC") ||
			!strings.Contains(s.Out.String(), "Alice@contoso.com no longer has") {
			t.Errorf("%q: %d gone\n%s%s", tt.args, gone(s), s.Out.String(), s.Err.String())
		}
		for _, other := range []string{"bob@", "carol@", "theirs"} {
			if strings.Contains(s.Out.String()+s.Err.String(), other) {
				t.Errorf("%q: %s is in:\n%s", tt.args, other, s.Out.String())
			}
		}
	}
	s := later(t)
	s.MustDo(t, New, "--yes")
	s.MustDo(t, New)
	if gone(s) != 3 || !strings.Contains(s.Err.String(), "no grant's time is over") {
		t.Errorf("once more: %d gone, %s", gone(s), s.Err.String())
	}
}

func TestItAsks(t *testing.T) {
	s := later(t)
	if err := s.Do(t, New); fault.KindOf(err) != fault.Usage || gone(s) != 0 {
		t.Errorf("nobody there: %v, %d gone", err, gone(s))
	}
	for answer, want := range map[string]int{"\n": 0, "y\n": 3} {
		s := later(t)
		s.InTTY, s.ErrTTY, s.In = true, true, strings.NewReader(answer)
		if err := s.Do(t, New); (err == nil) != (want > 0) || gone(s) != want {
			t.Errorf("%q: %v, %d gone", answer, err, gone(s))
		}
	}
}

func TestTheJobsManifests(t *testing.T) {
	s := clitest.Start(t)
	s.MustDo(t, New, "--cronjob", "--image", "registry.example/aad:v1")
	for _, want := range []string{"kind: List", "kind: CronJob", `image: "registry.example/aad:v1"`, `schedule: "*/15 * * * *"`, "kind: ServiceAccount"} {
		if !strings.Contains(s.Out.String(), want) {
			t.Errorf("no %q in:\n%s", want, s.Out.String())
		}
	}
	if strings.Contains(s.Out.String(), "managed-by") {
		t.Errorf("the job's own binding poses as a grant:\n%s", s.Out.String())
	}
	for _, args := range [][]string{{"--cronjob"}, {"--cronjob", "--image", "x", "--schedule", "hourly"}} {
		if err := s.Do(t, New, args...); fault.KindOf(err) != fault.Usage {
			t.Errorf("%q: %v", args, err)
		}
	}
}
