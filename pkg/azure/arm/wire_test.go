package arm

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const (
	sub         = "55555555-5555-5555-5555-555555555555"
	clusterPath = "/subscriptions/" + sub + "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c"
)

// seen is one request as the server got it.
type seen struct{ method, path, auth, body string }

// server answers as ARM does at the places where only the wire matters.
type server struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seen
}

func newServer(t *testing.T, answer func(n int, r seen, w http.ResponseWriter)) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got := seen{r.Method, r.URL.Path, r.Header.Get("Authorization"), string(body)}
		s.mu.Lock()
		n := len(s.seen)
		s.seen = append(s.seen, got)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		answer(n, got, w)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) client(t *testing.T) *Client {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, ca, 0o600); err != nil {
		t.Fatal(err)
	}
	noWait := func(context.Context, time.Duration) error { return nil }
	rt, err := httpx.NewTransport(httpx.Options{CAFile: path, Retry: httpx.Default(), Wait: noWait})
	if err != nil {
		t.Fatal(err)
	}
	c, err := New(entra.Cloud{Name: "test", Login: s.URL, ARM: s.URL, ARMAudience: "https://arm.test"}, rt,
		func(_ context.Context, scope string) (token.Token, error) {
			if scope != "https://arm.test/.default" {
				t.Errorf("token asked for %q", scope)
			}
			return token.Token{Access: "t0ken", Expires: time.Now().Add(time.Hour)}, nil
		})
	if err != nil {
		t.Fatal(err)
	}
	c.wait = noWait
	return c
}

// document is a cluster as ARM answers it.
func document(state string) string {
	return fmt.Sprintf(`{"id":%q,"name":"c","location":"eastus","tags":{"a":"1"},"properties":{"provisioningState":%q,"fqdn":"c.example.com","powerState":{"code":"Running"},
		"aadProfile":{"managed":true,"adminGroupObjectIDs":["ABC"],"tenantID":"TID","enableAzureRBAC":true}}}`, clusterPath, state)
}

func answerError(w http.ResponseWriter, status int, code, message string) {
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]string{"code": code, "message": message}})
}

func TestRefusalsBecomeFaults(t *testing.T) {
	for name, tt := range map[string]struct {
		status        int
		code, message string
		kind          fault.Kind
		text, hint    string
	}{
		"no role":        {403, "AuthorizationFailed", "The client 'x' does not have authorization to perform action 'y'", fault.Forbidden, "AuthorizationFailed: The client 'x'", `"Reader"`},
		"other tenant":   {401, "InvalidAuthenticationTokenTenant", "wrong issuer", fault.Forbidden, "wrong issuer", "sign in again"},
		"not there":      {404, "ResourceNotFound", "gone", fault.NotFound, "gone", ""},
		"busy":           {409, "OperationNotAllowed", "in progress", fault.Conflict, "in progress", ""},
		"not registered": {409, "MissingSubscriptionRegistration", "register", fault.Config, "register", "az provider register"},
		"slow down":      {429, "TooManyRequests", "x", fault.Throttled, "429", "minutes"},
		"bad request":    {400, "BadRequest", "Getting\x1b[2J static\ncredential", fault.Failure, "BadRequest: Getting[2J static credential", ""},
		"broken":         {500, "InternalServerError", "oops", fault.Network, "oops", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(_ int, _ seen, w http.ResponseWriter) { answerError(w, tt.status, tt.code, tt.message) })
			_, err := s.client(t).Cluster(t.Context(), sub, "rg", "c")
			if fault.KindOf(err) != tt.kind || !strings.Contains(fmt.Sprint(err), tt.text) || !strings.HasPrefix(fmt.Sprint(err), `read the cluster "c": `) {
				t.Errorf("kind %d, %v; want %d, %q", fault.KindOf(err), err, tt.kind, tt.text)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("hints %q lack %q", hints, tt.hint)
			}
			if tt.status != 429 && len(s.seen) != 1 {
				t.Errorf("azcore tried %d times", len(s.seen))
			}
		})
	}
}

func TestNoAnswer(t *testing.T) {
	s := newServer(t, func(_ int, _ seen, w http.ResponseWriter) { io.WriteString(w, "not json") })
	c := s.client(t)
	if _, err := c.Clusters(t.Context(), sub); fault.KindOf(err) != fault.Failure {
		t.Errorf("an answer that is no JSON: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Clusters(ctx, sub); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
	s.Close()
	if _, err := c.Clusters(t.Context(), sub); fault.KindOf(err) != fault.Network || len(fault.Hints(err)) == 0 {
		t.Errorf("down: %v", err)
	}
	c.credential.source = func(context.Context, string) (token.Token, error) {
		return token.Token{}, fault.New(fault.SignIn, "nobody to ask")
	}
	if _, err := c.Clusters(t.Context(), sub); fault.KindOf(err) != fault.SignIn {
		t.Errorf("the token source's fault became %v", err)
	}
	if _, err := New(entra.Cloud{ARM: "http://arm.test", ARMAudience: "x"}, http.DefaultTransport, nil); fault.KindOf(err) != fault.Config {
		t.Errorf("without https: %v", err)
	}
}

func TestCluster(t *testing.T) {
	s := newServer(t, func(_ int, r seen, w http.ResponseWriter) { io.WriteString(w, document(succeeded)) })
	c, err := s.client(t).Cluster(t.Context(), sub, "rg", "c")
	if err != nil || c.Subscription != sub || c.ResourceGroup != "rg" || c.Name != "c" || !c.Running || c.Tags["a"] != "1" || c.FQDN != "c.example.com" {
		t.Errorf("%+v, %v", c, err)
	}
	if e := c.Entra; e == nil || !e.Managed || !e.AzureRBAC || e.Tenant != "tid" || len(e.AdminGroups) != 1 || e.AdminGroups[0] != "abc" {
		t.Errorf("%+v", c.Entra)
	}
	if s.seen[0].auth != "Bearer t0ken" || s.seen[0].path != clusterPath {
		t.Errorf("%+v", s.seen[0])
	}
}

func TestTagsAreMerged(t *testing.T) {
	s := newServer(t, func(_ int, r seen, w http.ResponseWriter) { io.WriteString(w, document(succeeded)) })
	c := s.client(t)
	if err := c.TagCluster(t.Context(), sub, "rg", "c", map[string]string{"b": "2"}); err != nil {
		t.Fatal(err)
	}
	if r := s.seen[1]; r.method != http.MethodPatch || r.body != `{"tags":{"a":"1","b":"2"}}` {
		t.Errorf("%+v", r)
	}
	before := len(s.seen)
	if err := c.TagCluster(t.Context(), sub, "rg", "c", map[string]string{"a": "1"}); err != nil || len(s.seen) != before+1 {
		t.Errorf("nothing to change: %v, %d requests", err, len(s.seen)-before)
	}
}
