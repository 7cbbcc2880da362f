package cani

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings/worldtest"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubetest"
)

func start(t *testing.T) *worldtest.World {
	w := worldtest.Start(t)
	w.Discovery()
	w.Bind("dev", "direct", "ClusterRole/view", "User/alice@contoso.com")
	w.Bind("prod", "team", "ClusterRole/edit", "Group/"+string(worldtest.Platform.ID))
	w.Bind("dev", "dead", "ClusterRole/edit", "User/carol@fabrikam.com")
	w.Bind("", "everything", "ClusterRole/cluster-admin", "User/"+kubetest.Username)
	w.Server.Refuse = noReviews
	return w
}

// noReviews refuses to answer for others.
func noReviews(r *http.Request) (int, string) {
	if strings.HasSuffix(r.URL.Path, "/subjectaccessreviews") {
		return http.StatusForbidden, "no"
	}
	return 0, ""
}

func TestCanI(t *testing.T) {
	w := start(t)
	for _, tt := range []struct{ args, want string }{
		{"get pods -n dev --for alice@contoso.com", `yes (RoleBinding "direct"`},
		{"delete po -n prod --for alice@contoso.com", "yes (in group Inner (111e4000-"},
		{"list deploy -n prod --for alice@contoso.com", "yes (in group Inner"},
		{"get pods/log -n dev --for alice@contoso.com", "yes"},
		{"get pods/exec -n dev --for alice@contoso.com", "no (the roles held here (clusterrole/view)"},
		{"delete deployments.apps -n dev --for alice@contoso.com", "no (the roles held here"},
		{"delete pods -A --for alice@contoso.com", "no (the permission is held elsewhere only"},
		{"get nodes --for alice@contoso.com", "no"},
		{"delete pods -n prod --for Inner", "yes (in group Platform Team"},
		{"delete pods -n prod --for group:" + string(worldtest.Evil.ID), "no (no binding that counts there"},
		{"delete pods -n prod --for group:Platform", "error"},
		{"delete pods -n prod --for", "error"},
		{"get sprockets", "error"},
		{"delete pods -n dev", "yes"},
	} {
		err := w.Run(t, New(w.Factory), strings.Fields(tt.args)...)
		got := w.Stdout.String()
		if err != nil && fault.ExitCode(err) != 1 || err != nil && got == "" {
			got = "error"
		}
		if !strings.HasPrefix(got, tt.want) || strings.HasPrefix(got, "yes") != (err == nil) {
			t.Errorf("%s: %s(%v)", tt.args, got, err)
		}
	}
}

// The API server has the last word, and a difference is said.
func TestTheAPIServersWord(t *testing.T) {
	w := start(t)
	w.Server.Refuse = nil
	w.Server.Deny = func(who string, do kubetest.Attributes) string {
		if who == "alice@contoso.com" && do.Namespace == "prod" {
			return "Azure says no"
		}
		return ""
	}
	if err := w.Run(t, New(w.Factory), "get", "pods", "-n", "prod", "--for", "alice@contoso.com", "-o", "json"); fault.ExitCode(err) != 1 {
		t.Errorf("%v", err)
	}
	var a Answer
	if err := json.Unmarshal(w.Stdout.Bytes(), &a); err != nil || a.Allowed || len(a.Path) == 0 || a.Server == nil || a.Server.Reason != "Azure says no" || !strings.Contains(a.Note, "otherwise") {
		t.Errorf("%v, %+v", err, a)
	}
}

// Who may not read bindings still gets the API server's answer for themselves.
func TestWithoutRights(t *testing.T) {
	w := start(t)
	w.Server.Refuse = func(r *http.Request) (int, string) {
		if strings.HasPrefix(r.URL.Path, worldtest.RBAC) {
			return http.StatusForbidden, "no"
		}
		return 0, ""
	}
	if err := w.Run(t, New(w.Factory), "get", "pods"); err != nil || !strings.HasPrefix(w.Stdout.String(), "yes (your rights do not show") {
		t.Errorf("%v, %s", err, w.Stdout.String())
	}
	if err := w.Run(t, New(w.Factory), "get", "pods", "--for", "alice@contoso.com"); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("for others: %v", err)
	}
}

// The API server is asked about whom the cluster's rule makes of the person.
func TestAskedAboutByTheClustersRule(t *testing.T) {
	w := worldtest.Start(t)
	w.Discovery()
	w.Bind("prod", "team", "ClusterRole/edit", "Group/g:"+string(worldtest.Platform.ID))
	err := w.Run(t, New(w.Factory), strings.Fields("delete pods -n prod --for alice@contoso.com --username-prefix u: --groups-prefix g:")...)
	if err != nil || !strings.Contains(w.Stdout.String(), "yes (in group Inner (111e4000-") {
		t.Errorf("%v, %s", err, w.Stdout.String())
	}
	asked := w.Server.Reviews()
	if last := asked[len(asked)-1]; last.User != "u:alice@contoso.com" || !slices.Contains(last.Groups, "g:"+string(worldtest.Platform.ID)) || last.Extra["oid"][0] != string(worldtest.Alice.ID) {
		t.Errorf("asked %+v", last)
	}
}
