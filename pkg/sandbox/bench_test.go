package sandbox_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
)

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRequests has the cheap kinds of requests (a document, one user of
// 10,000, a page of groups, the resource groups) and the dear ones, which sign.
func BenchmarkRequests(b *testing.B) {
	s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: b.TempDir(), Users: 10000, Groups: 500, Nesting: 4})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	info := s.Info()
	token := func(resource string) string {
		text, err := s.Token("admin", string(entra.AzureCLI), resource)
		if err != nil {
			b.Fatal(err)
		}
		return text
	}
	graph, arm := token("https://graph.microsoft.com"), token("https://management.core.windows.net/")
	form := url.Values{"grant_type": {"password"}, "client_id": {string(entra.AKSClient)}, "username": {"alice@contoso.com"},
		"password": {"sandbox-alice"}, "scope": {string(entra.AKSServer) + "/.default offline_access"}}.Encode()
	for _, tc := range []struct{ name, method, address, token, body string }{
		{"metadata", "GET", info.Endpoints.Login + "/contoso.com/v2.0/.well-known/openid-configuration", "", ""},
		{"user", "GET", info.Endpoints.Graph + "/v1.0/users/person-004711@contoso.com", graph, ""},
		{"groups", "GET", info.Endpoints.Graph + "/v1.0/groups?$top=20&$select=id", graph, ""},
		{"resourceGroups", "GET", info.Endpoints.ARM + "/subscriptions/" + info.Subscription + "/resourcegroups?api-version=2021-04-01", arm, ""},
		{"token", "POST", info.Endpoints.Login + "/contoso.com/oauth2/v2.0/token", "", form},
	} {
		b.Run(tc.name, func(b *testing.B) {
			c := benchClient(b, info.CA)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if status := fetch(c, tc.method, tc.address, tc.token, tc.body); status != http.StatusOK {
						b.Errorf("%s: %d", tc.address, status)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
		})
	}
}

func benchClient(b *testing.B, ca string) *http.Client {
	b.Helper()
	pem, err := os.ReadFile(ca)
	if err != nil {
		b.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, MaxIdleConnsPerHost: 64}}
	b.Cleanup(c.CloseIdleConnections)
	return c
}

// fetch returns the status of a request, 0 when there was no answer.
func fetch(c *http.Client, method, address, token, body string) int {
	req, err := http.NewRequest(method, address, strings.NewReader(body))
	if err != nil {
		return 0
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := c.Do(req)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	return resp.StatusCode
}
