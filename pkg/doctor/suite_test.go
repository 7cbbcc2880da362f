package doctor

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func takes(id string, d time.Duration, s Status, needs ...string) Check[int] {
	return Check[int]{ID: id, Title: "the " + id, Category: "c", Needs: needs, Run: func(ctx context.Context, _ int) []Finding {
		time.Sleep(d)
		return Found(s, "seen").List()
	}}
}

func suite(t *testing.T, checks ...Check[int]) Suite[int] {
	t.Helper()
	s, err := NewSuite(checks...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func ids(r Report) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, f.ID+":"+string(f.Status))
	}
	return list
}

func TestRunTakesAsLongAsTheSlowestChain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := suite(t, takes("a", 3*time.Second, OK), takes("b", 2*time.Second, OK), takes("c", 2*time.Second, OK, "b"), takes("d", time.Second, OK))
		began := time.Now()
		r := s.Run(context.Background(), 0)
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("took %s, want 4s", took)
		}
		if got := ids(r); !slices.Equal(got, []string{"a:ok", "b:ok", "c:ok", "d:ok"}) {
			t.Errorf("order: %v", got)
		}
	})
}

func TestRunSkipsWhatNeedsAFailedCheck(t *testing.T) {
	for s, skipped := range map[Status]bool{OK: false, Warning: false, Error: true, Unknown: true, Skipped: true} {
		r := suite(t, takes("a", 0, s), takes("b", 0, OK, "a"), takes("c", 0, OK, "b")).Run(context.Background(), 0)
		b, c := r.Findings[1], r.Findings[2]
		if (b.Status == Skipped) != skipped || (c.Status == Skipped) != skipped {
			t.Errorf("after %s: %v", s, ids(r))
		}
		if skipped && (!strings.Contains(b.Evidence, "the a") || !strings.Contains(c.Evidence, "the b")) {
			t.Errorf("the parent is not named: %q, %q", b.Evidence, c.Evidence)
		}
	}
}

func TestRunWaitsForNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := takes("slow", time.Hour, OK) // ignores its context
		slow.Timeout = 5 * time.Second
		began := time.Now()
		r := suite(t, slow, takes("b", 0, OK)).Run(context.Background(), 0)
		if got := ids(r); !slices.Equal(got, []string{"slow:unknown", "b:ok"}) || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %s", got, time.Since(began))
		}
		if !strings.Contains(r.Findings[0].Evidence, "5s") {
			t.Errorf("evidence %q", r.Findings[0].Evidence)
		}
		time.Sleep(time.Hour)
	})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	wait := Check[int]{ID: "w", Run: func(ctx context.Context, _ int) []Finding { select {} }}
	if r := suite(t, wait).Run(ctx, 0); r.Findings[0].Status != Unknown {
		t.Errorf("cancelled: %v", ids(r))
	}
}

func TestFindingsAreCleanAndComplete(t *testing.T) {
	c := Check[int]{ID: "a", Title: "t", Category: "c", Run: func(context.Context, int) []Finding {
		return []Finding{Found(Error, "a\x1b[31m%s", "red").Because("x\u202ey").Fix("one").Fix("two").By("me"), Found(OK, "b")}
	}}
	r := suite(t, c).Run(context.Background(), 0)
	f := r.Findings[0]
	if f.Evidence != "a[31mred" || f.Cause != "xy" || !slices.Equal(f.Fixes, []string{"one", "two"}) || f.Who != "me" || f.Title != "t" || f.Category != "c" {
		t.Errorf("%+v", f)
	}
	if r.Findings[1].Fixes == nil {
		t.Error("JSON would show null")
	}
}

func TestNewSuiteRefuses(t *testing.T) {
	for name, checks := range map[string][]Check[int]{
		"twice":         {takes("a", 0, OK), takes("a", 0, OK)},
		"a later need":  {takes("a", 0, OK, "b"), takes("b", 0, OK)},
		"its own need":  {takes("a", 0, OK, "a")},
		"unknown needs": {takes("a", 0, OK, "x")},
	} {
		if _, err := NewSuite(checks...); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestOnly(t *testing.T) {
	s := suite(t, takes("a", 0, OK), takes("b", 0, OK, "a"), takes("c", 0, OK), takes("d", 0, OK, "b"))
	only, err := s.Only("d")
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(only.Run(context.Background(), 0)); !slices.Equal(got, []string{"a:ok", "b:ok", "d:ok"}) {
		t.Errorf("got %v", got)
	}
	if _, err := s.Only("x"); fault.KindOf(err) != fault.Usage || !strings.Contains(err.Error(), "a, b, c, d") {
		t.Errorf("unknown: %v", err)
	}
}

func TestReportErr(t *testing.T) {
	for _, tt := range []struct {
		list []Status
		code int
	}{
		{[]Status{OK, Warning, Skipped}, 0},
		{[]Status{OK, Unknown}, int(fault.Incomplete)},
		{[]Status{Unknown, Error}, int(fault.Failure)},
	} {
		var r Report
		for _, s := range tt.list {
			r.Findings = append(r.Findings, Finding{Status: s})
		}
		if got := fault.ExitCode(r.Err()); got != tt.code {
			t.Errorf("%v: exit code %d, want %d", tt.list, got, tt.code)
		}
	}
}
