package checks

import (
	"errors"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestKubeconfigEntry(t *testing.T) {
	without := func(change func(*Entry)) func(*ward) {
		return func(w *ward) { w.Entry.Exec = nil; change(&w.Entry) }
	}
	examine(t, "kubeconfig-entry", []state{
		{"no context", func(w *ward) { w.Entry.Missing = `the kubeconfig has no context "x"` }, doctor.Error, "no context", nil},
		{"fixed token beside the plugin", func(w *ward) { w.Entry.Token = true }, doctor.Error, "wins", []string{"kubectl config unset users.clusterUser_rg_prod.token"}},
		{"auth-provider", without(func(e *Entry) { e.AuthProvider = "azure" }), doctor.Error, "1.26", []string{fetch}},
		{"certificate", without(func(e *Entry) { e.Certificate = true }), doctor.Warning, "local account", nil},
		{"fixed token", without(func(e *Entry) { e.Token = true }), doctor.Warning, "fixed token", nil},
		{"nothing", without(func(*Entry) {}), doctor.Error, "system:anonymous", nil},
		{"a stranger", func(w *ward) { w.Entry.Exec.Command = "/opt/x/getcreds" }, doctor.Warning, "not known here", nil},
		{"kubelogin", func(w *ward) { w.Entry.Exec.Command = `C:\bin\kubelogin.exe` }, doctor.OK, "kubelogin", nil},
	})
}

func TestKubeconfigCommand(t *testing.T) {
	gone := errors.New("not found on PATH")
	examine(t, "kubeconfig-command", []state{
		{"gone", func(w *ward) { w.Entry.CommandFound = gone }, doctor.Error, "not found", []string{"kubectl krew install aad", `export PATH="$HOME/.krew/bin:$PATH"`}},
		{"kubelogin gone", func(w *ward) { w.Entry.CommandFound = gone; w.Entry.Exec.Command = "kubelogin" }, doctor.Error, "not found", []string{fetch}},
		{"old apiVersion", func(w *ward) { w.Entry.Exec.APIVersion = "client.authentication.k8s.io/v1alpha1" }, doctor.Error, "1.24", nil},
		{"no plugin", func(w *ward) { w.Entry.Exec = nil }, doctor.Skipped, "", nil},
	})
}

func TestKubeconfigArguments(t *testing.T) {
	args := func(a ...string) func(*ward) { return func(w *ward) { w.Entry.Exec.Args = a } }
	examine(t, "kubeconfig-arguments", []state{
		{"none", args(), doctor.Error, "get-token", []string{fetch}},
		{"no tenant", args("get-token", "--server-id", serverApp, "--client-id", clientApp), doctor.Error, "--tenant-id is required", nil},
		{"unknown flag", args("get-token", "--sever-id", serverApp), doctor.Error, "unknown flag", nil},
		{"AKS's server with another client", args("get-token", "--server-id", string(entra.AKSServer), "--client-id", clientApp, "--tenant-id", tenant), doctor.Warning, "65002", nil},
		{"a stranger", func(w *ward) { w.Entry.Exec.Command = "getcreds" }, doctor.Skipped, "", nil},
		{"from the entry's environment", func(w *ward) {
			w.Entry.Exec.Args = []string{"get-token", "--server-id", serverApp, "--client-id", clientApp}
			w.Entry.Exec.Env = map[string]string{"AZURE_TENANT_ID": tenant}
		}, doctor.OK, tenant, nil},
	})
}

func TestToken(t *testing.T) {
	failing := func(err error) func(*ward) { return func(w *ward) { w.tokenErr = err } }
	examine(t, "token", []state{
		{"not signed in", failing(fault.New(fault.SignIn, "sign-in needed")), doctor.Error, "nobody is signed in", []string{"kubectl auth whoami"}},
		{"disabled", failing(fault.New(fault.Config, "AADSTS50057: The user account is disabled.")), doctor.Error, "enable it again", nil},
		{"no network", failing(fault.New(fault.Network, "no route")), doctor.Unknown, "no route", nil},
		{"store broken", failing(fault.New(fault.Store, "cannot read", "chmod 700 x")), doctor.Error, "cannot read", []string{"chmod 700 x"}},
		{"foreign plugin", func(w *ward) {
			w.Tokens, w.Because.Tokens = nil, fault.New(fault.Incomplete, "kept by kubelogin")
		}, doctor.Unknown, "kept by kubelogin", nil},
		{"certificate", func(w *ward) { w.Entry.Exec = nil }, doctor.Skipped, "", nil},
		{"guest", func(w *ward) { w.asCarol() }, doctor.OK, "by the object id " + carolID, nil},
	})
}

func TestTokenClaims(t *testing.T) {
	t.Run("time", func(t *testing.T) {
		examine(t, "token-time", []state{
			{"ended", func(w *ward) { w.claims.ExpiresAt = noon.Add(-time.Minute).Unix() }, doctor.Error, "1m0s ago", nil},
			{"not yet", func(w *ward) { w.claims.NotBefore = noon.Add(10 * time.Minute).Unix() }, doctor.Error, "in 10m0s", nil},
		})
	})
	t.Run("tenant", func(t *testing.T) {
		examine(t, "token-tenant", []state{
			{"not the kubeconfig's", func(w *ward) { w.claims.Tenant = aliceID }, doctor.Error, "the kubeconfig says", nil},
			{"not the cluster's", func(w *ward) { w.clusters[0].Entra.Tenant = aliceID }, doctor.Error, "the cluster trusts", []string{"kubectl aad kubeconfig -g rg -n prod"}},
			{"Azure unreadable", func(w *ward) { w.armErr = forbidden() }, doctor.OK, tenant, nil},
		})
	})
	t.Run("audience", func(t *testing.T) {
		examine(t, "token-audience", []state{
			{"spn", func(w *ward) { w.claims.Audience = "spn:" + serverApp }, doctor.Error, "--legacy", nil},
			{"Graph's", func(w *ward) { w.claims.Audience = string(entra.MicrosoftGraph) }, doctor.Error, serverApp, nil},
			{"the cluster moved to managed", func(w *ward) { w.clusters[0].Entra.Managed = true }, doctor.Error, string(entra.AKSServer), nil},
			{"as a URI", func(w *ward) { w.claims.Audience = "api://" + serverApp }, doctor.OK, "", nil},
		})
	})
	t.Run("version", func(t *testing.T) {
		examine(t, "token-version", []state{
			{"2 and refused", func(w *ward) { w.claims.Version = "2.0"; w.whoErr = refusal() }, doctor.Error, "requestedAccessTokenVersion", []string{setupApps}},
			{"2 and unknown", func(w *ward) { w.claims.Version = "2.0"; w.whoErr = fault.New(fault.Network, "down") }, doctor.Warning, "requestedAccessTokenVersion", nil},
			{"2 and accepted", func(w *ward) { w.claims.Version = "2.0" }, doctor.OK, "accepts it", nil},
		})
	})
}

func TestClock(t *testing.T) {
	at := func(server time.Duration) func(*ward) {
		return func(w *ward) { w.reach["/version"] = Reach{Stage: Answered, Date: noon.Add(server), At: noon} }
	}
	examine(t, "clock", []state{
		{"ahead", at(-10 * time.Minute), doctor.Error, "10m0s ahead of the API server", nil},
		{"behind", at(2 * time.Minute), doctor.Warning, "2m0s behind the API server", nil},
		{"no server tells", func(w *ward) { w.reach[""] = Reach{Stage: AtTCP, Err: errors.New("refused")} }, doctor.Unknown, "no server", nil},
	})
}

func TestHosts(t *testing.T) {
	down := errors.New("down")
	t.Run("login", func(t *testing.T) {
		examine(t, "login-host", []state{
			{"no name", func(w *ward) { w.reach["login"] = Reach{Stage: AtName, Err: down} }, doctor.Error, "cannot be resolved", nil},
			{"proxy opens TLS", func(w *ward) {
				w.reach["login"] = Reach{Stage: AtTLS, Err: down, Proxy: "proxy:3128", Issuer: "CN=Corp"}
			}, doctor.Error, `signed by "CN=Corp"`, []string{"env | grep -i _proxy"}},
			{"unknown tenant", func(w *ward) { w.reach["login"] = Reach{Stage: Answered, Status: 400} }, doctor.Error, "does not know the tenant", nil},
			{"CA file gone", func(w *ward) { w.Cloud.CAFile = "/does/not/exist" }, doctor.Unknown, "CA file", nil},
		})
	})
	t.Run("graph", func(t *testing.T) {
		examine(t, "graph-host", []state{
			{"down", func(w *ward) { w.reach["graph"] = Reach{Stage: AtTCP, Err: down} }, doctor.Warning, "kubectl works without it", nil},
			{"a 401 is an answer", func(w *ward) { w.reach["graph"] = Reach{Stage: Answered, Status: 401} }, doctor.OK, "", nil},
			{"none in this cloud", func(w *ward) { w.Cloud.Graph = "" }, doctor.Skipped, "", nil},
		})
	})
	t.Run("API server", func(t *testing.T) {
		examine(t, "api-server", []state{
			{"wrong CA", func(w *ward) { w.reach["/version"] = Reach{Stage: AtTLS, Err: down} }, doctor.Error, "another CA", []string{fetch}},
			{"no connection", func(w *ward) { w.reach["/version"] = Reach{Stage: AtTCP, Err: down} }, doctor.Error, "authorized IP ranges", []string{fetch}},
			{"no name", func(w *ward) { w.reach["/version"] = Reach{Stage: AtName, Err: down} }, doctor.Error, "private cluster", nil},
			{"not verified", func(w *ward) { w.Entry.Insecure = true }, doctor.Warning, "gets your token", nil},
			{"no address", func(w *ward) { w.Entry.Server = "" }, doctor.Error, "names no server", nil},
		})
	})
}
