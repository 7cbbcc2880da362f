package journey_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

// graphCall is "graph METHOD PATH [BODY]": what the portal does behind an
// administrator's clicks. The answer is in stdout.
func graphCall(ts *testscript.TestScript, neg bool, args []string) {
	info := infoOf(ts)
	portal(ts, neg, args, info, "https://graph.microsoft.com", info.Endpoints.Graph+"/v1.0")
}

// armCall is "arm METHOD PATH [BODY]": likewise, in the subscription.
func armCall(ts *testscript.TestScript, neg bool, args []string) {
	info := infoOf(ts)
	portal(ts, neg, args, info, "https://management.core.windows.net/", info.Endpoints.ARM+"/subscriptions/"+info.Subscription)
}

func infoOf(ts *testscript.TestScript) (info sandbox.Info) {
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(filepath.Join(ts.Getenv("SANDBOX"), "sandbox.json"))), &info))
	return info
}

func portal(ts *testscript.TestScript, neg bool, args []string, info sandbox.Info, resource, base string) {
	if len(args) < 2 {
		ts.Fatalf("usage: graph|arm METHOD PATH [BODY]")
	}
	ctx := ts.Value(ctxKey{}).(context.Context)
	client, err := clientFor(info)
	ts.Check(err)
	token, err := adminToken(ctx, client, info, sandbox.Control{Dir: ts.Getenv("SANDBOX")}, resource)
	ts.Check(err)
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	req, err := http.NewRequestWithContext(ctx, args[0], base+args[1], strings.NewReader(body))
	ts.Check(err)
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	ts.Check(err)
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	ts.Check(err)
	_, _ = ts.Stdout().Write(answer)
	if (resp.StatusCode >= 400) != neg {
		ts.Fatalf("%s %s: %s: %s", args[0], args[1], resp.Status, answer)
	}
}

func clientFor(info sandbox.Info) (*http.Client, error) {
	pem, err := os.ReadFile(info.CA)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	return &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}, nil
}

// adminToken signs admin in to a service with Azure CLI's client.
func adminToken(ctx context.Context, client *http.Client, info sandbox.Info, control sandbox.Control, resource string) (string, error) {
	base := info.Endpoints.Login + "/" + string(info.Tenants[0].ID) + "/oauth2/v2.0/"
	var device struct {
		UserCode   string `json:"user_code"`
		DeviceCode string `json:"device_code"`
	}
	if err := post(ctx, client, base+"devicecode", url.Values{
		"client_id": {string(info.Apps.AzureCLI)}, "scope": {resource + "/.default openid"},
	}, &device); err != nil {
		return "", err
	}
	if err := control.SignIn(ctx, "admin", device.UserCode); err != nil {
		return "", err
	}
	var token struct {
		AccessToken string `json:"access_token"`
	}
	err := post(ctx, client, base+"token", url.Values{
		"grant_type": {"urn:ietf:params:oauth:grant-type:device_code"},
		"client_id":  {string(info.Apps.AzureCLI)}, "device_code": {device.DeviceCode},
	}, &token)
	return token.AccessToken, err
}

func post(ctx context.Context, client *http.Client, to string, form url.Values, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		answer, _ := io.ReadAll(resp.Body)
		return fmt.Errorf("%s: %s: %s", to, resp.Status, answer)
	}
	return json.NewDecoder(resp.Body).Decode(into)
}
