package plugins

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

func TestCertificate(t *testing.T) {
	r := newRig(t)
	file := certificate(t)
	r.setup.Request.Params["client-certificate"] = safetext.Secret(file)
	if _, err := r.silent("clientcertificate"); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "AADSTS700027") {
		t.Errorf("a certificate that is not registered: %v", err)
	}
	r.certify(file)
	g, err := r.silent("clientcertificate")
	r.mustBe(g, err, r.s.Info().Apps.CIBot)
}

func TestPassword(t *testing.T) {
	r := newRig(t)
	alice := r.s.Info().Users[1]
	r.setup.Request.Client = entra.AKSClient
	r.setup.Request.Params["username"], r.setup.Request.Params["password"] = safetext.Secret(alice.UPN), safetext.Secret(alice.Password)
	g, err := r.silent("password")
	if claims := r.mustBe(g, err, entra.AKSClient); claims.UPN != alice.UPN || g.Refresh != "" {
		t.Errorf("got %+v", claims)
	}
	r.setup.Request.Params["password"] = "wrong-hunter2"
	if _, err = r.silent("password"); fault.KindOf(err) != fault.SignIn || !strings.Contains(err.Error(), "AADSTS50126") || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %d %v", fault.KindOf(err), err)
	}
	delete(r.setup.Request.Params, "password")
	if _, err = r.silent("password"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
}

func TestWorkloadIdentity(t *testing.T) {
	r := newRig(t)
	file := filepath.Join(t.TempDir(), "token")
	put := func(content string) {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(r.job + "\n")
	r.setup.Request.Params["federated-token-file"] = safetext.Secret(file)
	g, err := r.silent("workloadidentity")
	r.mustBe(g, err, r.s.Info().Apps.CIBot)
	// Nothing else in a file ever leaves the machine.
	r.s.ResetRequests()
	put("root:$6$hunter2:19000:0:99999:7:::\n")
	if _, err = r.silent("workloadidentity"); fault.KindOf(err) != fault.Config || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("got %v", err)
	}
	if n := r.s.Requests(); len(n) != 0 {
		t.Errorf("requests: %v", n)
	}
}

// ci is a CI system's token service over TLS.
func ci(t *testing.T, serve http.HandlerFunc) *httptest.Server {
	s := httptest.NewTLSServer(serve)
	t.Cleanup(s.Close)
	return s
}

func TestGitHubActions(t *testing.T) {
	r := newRig(t)
	github := ci(t, func(w http.ResponseWriter, req *http.Request) {
		if req.Method != http.MethodGet || req.Header.Get("Authorization") != "Bearer runner" || req.URL.Query().Get("audience") != exchange || req.URL.Query().Get("api-version") != "2" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = w.Write([]byte(`{"count":1,"value":"` + r.job + `"}`))
	})
	r.setup.Machine = login.Machine{Web: github.Client().Transport,
		Getenv: getenv("ACTIONS_ID_TOKEN_REQUEST_URL", github.URL+"/token?api-version=2", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner")}
	g, err := r.silent("githubactions")
	r.mustBe(g, err, r.s.Info().Apps.CIBot)
	for _, env := range []func(string) string{
		getenv(), getenv("ACTIONS_ID_TOKEN_REQUEST_URL", "http://"+strings.TrimPrefix(github.URL, "https://"), "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "runner"),
		getenv("ACTIONS_ID_TOKEN_REQUEST_URL", github.URL, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", "wrong"),
	} {
		r.setup.Machine.Getenv = env
		if _, err := r.silent("githubactions"); fault.KindOf(err) != fault.Config || !strings.Contains(strings.Join(fault.Hints(err), " "), "id-token: write") {
			t.Errorf("got %v", err)
		}
	}
}

func TestAzurePipelines(t *testing.T) {
	r := newRig(t)
	devops := ci(t, func(w http.ResponseWriter, req *http.Request) {
		q := req.URL.Query()
		if req.Method != http.MethodPost || req.Header.Get("Authorization") != "Bearer access" || q.Get("serviceConnectionId") != "connection" || q.Get("api-version") == "" {
			http.Redirect(w, req, "https://evil.example/", http.StatusFound)
			return
		}
		_, _ = w.Write([]byte(`{"oidcToken":"` + r.job + `"}`))
	})
	r.setup.Machine = login.Machine{Web: devops.Client().Transport, Getenv: getenv("SYSTEM_OIDCREQUESTURI", devops.URL+"/oidc", "SYSTEM_ACCESSTOKEN", "access")}
	if _, err := r.silent("azurepipelines"); fault.KindOf(err) != fault.Usage {
		t.Errorf("got %v", err)
	}
	r.setup.Request.Params["azure-pipelines-service-connection-id"] = "connection"
	g, err := r.silent("azurepipelines")
	r.mustBe(g, err, r.s.Info().Apps.CIBot)
	r.setup.Request.Params["azure-pipelines-service-connection-id"] = "another"
	if _, err := r.silent("azurepipelines"); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "302") {
		t.Errorf("got %v", err)
	}
	r.setup.Machine.Getenv = getenv()
	if _, err := r.silent("azurepipelines"); !strings.Contains(strings.Join(fault.Hints(err), " "), "System.AccessToken") {
		t.Errorf("got %v", err)
	}
}
