package checks

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func examineAll(t *testing.T, w *ward, others bool) doctor.Report {
	t.Helper()
	suite, err := Suite(others)
	if err != nil {
		t.Fatal(err)
	}
	return Examine(context.Background(), suite, w.Case)
}

func status(r doctor.Report, id string) doctor.Status {
	i := slices.IndexFunc(r.Findings, func(f doctor.Finding) bool { return f.ID == id })
	if i < 0 {
		return ""
	}
	return r.Findings[i].Status
}

func TestHealthyCase(t *testing.T) {
	r := examineAll(t, healthy(), false)
	if r.Err() != nil || r.Count(doctor.OK) != len(r.Findings) {
		t.Errorf("%v: %+v", r.Err(), r.Findings)
	}
	for _, f := range r.Findings {
		if f.Category == "" || f.Title == "" || f.Fixes == nil {
			t.Errorf("incomplete: %+v", f)
		}
	}
}

// TestGuestBoundByMail is the case of the demo, from both sides.
func TestGuestBoundByMail(t *testing.T) {
	w := healthy().asCarol()
	w.may = func(Identity, Action) bool { return false }
	w.bindErr, w.graphErr, w.appErr, w.armErr = forbidden(), forbidden(), forbidden(), forbidden()
	r := examineAll(t, w, false)
	if status(r, "whoami") != doctor.OK || status(r, "subject-form") != doctor.Unknown || status(r, "access") != doctor.Error {
		t.Errorf("carol herself: %+v", r.Findings)
	}

	w = healthy().forSomebody(carol)
	w.may = func(Identity, Action) bool { return false }
	w.bindings = []binding.Binding{bound("carol", "dev", binding.KindUser, "carol@fabrikam.com")}
	r = examineAll(t, w, true)
	if status(r, "subject-form") != doctor.Error || status(r, "access") != doctor.Error || status(r, "person") != doctor.OK || status(r, "token") != "" {
		t.Errorf("an administrator for carol: %+v", r.Findings)
	}
}

func TestRefusedStillEndsWithADiagnosis(t *testing.T) {
	w := healthy()
	overage(w)
	w.whoErr, w.bindErr, w.mayErr = refusal(), refusal(), refusal()
	w.app.Secrets = nil
	r := examineAll(t, w, false)
	for id, want := range map[string]doctor.Status{"whoami": doctor.Error, "groups": doctor.Error, "server-secret": doctor.Error,
		"subject-form": doctor.Unknown, "access": doctor.Skipped, "token": doctor.OK} {
		if got := status(r, id); got != want {
			t.Errorf("%s: %s, want %s", id, got, want)
		}
	}
}

func TestNothingConfigured(t *testing.T) {
	w := healthy()
	*w.Case = Case{Now: w.Now, Getenv: w.Getenv, Cloud: w.Cloud, Network: w, Entry: Entry{Missing: "the kubeconfig has no current context"}}
	r := examineAll(t, w, false)
	if status(r, "kubeconfig-entry") != doctor.Error || status(r, "token") != doctor.Skipped || fault.KindOf(r.Err()) != fault.Failure {
		t.Errorf("%+v", r.Findings)
	}
}

func TestDescribeTellsEveryCheck(t *testing.T) {
	for _, d := range Describe() {
		if d.ID == "" || !strings.HasSuffix(d.Why, ".") || d.Title == "" {
			t.Errorf("%+v", d)
		}
	}
}

func TestFactIsFoundOnceAndOutlivesTheFirstAsker(t *testing.T) {
	var f fact[int]
	var calls atomic.Int32
	release := make(chan struct{})
	find := func(ctx context.Context) (int, error) {
		calls.Add(1)
		<-release
		return 7, ctx.Err()
	}
	impatient, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := f.get(impatient, context.Background(), find); !errors.Is(err, context.Canceled) {
		t.Errorf("first: %v", err)
	}
	close(release)
	if v, err := f.get(context.Background(), context.Background(), find); v != 7 || err != nil || calls.Load() != 1 {
		t.Errorf("second: %d, %v, %d calls", v, err, calls.Load())
	}
}
