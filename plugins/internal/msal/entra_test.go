package msal

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const (
	tenant = "11111111-1111-4111-8111-111111111111"
	alice  = "22222222-2222-4222-8222-222222222222"
)

// authority is a token endpoint that answers from a script and counts.
type authority struct {
	*httptest.Server
	mu       sync.Mutex
	requests []string // "METHOD path grant"
	forms    []url.Values
	// token answers the n-th token request (from 0).
	token func(n int, form url.Values, w http.ResponseWriter)
	asked int
	code  map[string]any
}

func startAuthority(t *testing.T) *authority {
	a := &authority{code: map[string]any{"user_code": "ABCD1234", "device_code": "dc", "verification_uri": "https://example.com/device",
		"expires_in": 900, "interval": 5, "message": "enter the code ABCD1234\x1b[31m"}}
	a.token = func(_ int, _ url.Values, w http.ResponseWriter) { grantAlice(w) }
	a.Server = httptest.NewTLSServer(http.HandlerFunc(a.serve))
	t.Cleanup(a.Close)
	return a
}

func (a *authority) serve(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	a.mu.Lock()
	a.requests = append(a.requests, r.Method+" "+r.URL.Path+" "+r.PostForm.Get("grant_type"))
	a.forms = append(a.forms, r.PostForm)
	n := a.asked
	if strings.HasSuffix(r.URL.Path, "/token") {
		a.asked++
	}
	a.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case "/" + tenant + "/oauth2/v2.0/devicecode":
		_ = json.NewEncoder(w).Encode(a.code)
	case "/" + tenant + "/oauth2/v2.0/token":
		a.token(n, r.PostForm, w)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func grantAlice(w http.ResponseWriter) {
	info := base64.RawURLEncoding.EncodeToString([]byte(`{"uid":"` + alice + `","utid":"` + tenant + `"}`))
	claims := map[string]any{"oid": alice, "tid": tenant, "aud": "server", "preferred_username": "alice@contoso.com", "exp": time.Now().Add(time.Hour).Unix()}
	_ = json.NewEncoder(w).Encode(map[string]any{
		"token_type": "Bearer", "expires_in": 3600, "scope": "server/.default openid profile offline_access",
		"access_token": jwt(claims), "id_token": jwt(claims), "refresh_token": "refresh-secret", "client_info": info,
	})
}

func jwt(claims map[string]any) string {
	data, _ := json.Marshal(claims)
	return "e30." + base64.RawURLEncoding.EncodeToString(data) + ".c2ln"
}

func refuse(w http.ResponseWriter, oauth string, code int) {
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": oauth, "error_codes": []int{code},
		"error_description": fmt.Sprintf("AADSTS%d: text\r\nTrace ID: x", code)})
}

// setup returns what a method gets, with a cloud file as a private cloud has.
func (a *authority) setup(t *testing.T) login.Setup {
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.Certificate().Raw})
	file := fmt.Sprintf(`{"name":"test","activeDirectoryEndpoint":%q,"caFile":"ca.pem"}`, a.URL)
	write(t, filepath.Join(dir, "ca.pem"), string(ca))
	write(t, filepath.Join(dir, "cloud.json"), file)
	cloud, err := entra.FindCloud(filepath.Join(dir, "cloud.json"))
	if err != nil {
		t.Fatal(err)
	}
	rt, err := httpx.NewTransport(httpx.Options{CAFile: cloud.CAFile, Timeout: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return login.Setup{
		Request:   token.Request{Cloud: cloud, Tenant: tenant, Client: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", Scope: "server/.default", Method: token.Auto},
		Transport: rt, Now: time.Now,
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// clock is a waiter that does not wait and remembers.
type clock struct {
	mu    sync.Mutex
	waits []time.Duration
}

func (c *clock) wait(ctx context.Context, d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waits = append(c.waits, d)
	return ctx.Err()
}
