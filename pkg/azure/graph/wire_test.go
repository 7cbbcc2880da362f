package graph

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

const tenantID = "11111111-1111-1111-1111-111111111111"

var deadline = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

// seen is one request as the server got it.
type seen struct {
	method, path, query, auth, prefer, body string
	length                                  int64
}

// server answers as Graph does at the places where only the wire matters.
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
		got := seen{r.Method, r.URL.EscapedPath(), r.URL.RawQuery, r.Header.Get("Authorization"), r.Header.Get("Prefer"), string(body), r.ContentLength}
		s.mu.Lock()
		n := len(s.seen)
		s.seen = append(s.seen, got)
		s.mu.Unlock()
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		answer(n, got, w)
	}))
	t.Cleanup(s.Close)
	return s
}

// jwt makes a token whose claims can be read; nobody verifies it here.
func jwt(claims map[string]any) safetext.Secret {
	payload, _ := json.Marshal(claims)
	return safetext.Secret("e30." + base64.RawURLEncoding.EncodeToString(payload) + ".c2ln")
}

func constant(tok safetext.Secret) token.Source {
	return func(_ context.Context, scope string) (token.Token, error) {
		return token.Token{Access: tok, Expires: time.Now().Add(time.Hour)}, nil
	}
}

func (s *server) client(t *testing.T, rt http.RoundTripper) *Client {
	t.Helper()
	if rt == nil {
		rt = s.Client().Transport
	}
	c, err := New(entra.Cloud{Name: "test", Graph: s.URL}, rt, constant(jwt(map[string]any{"tid": tenantID, "scp": "User.Read"})))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestRefusalsBecomeFaults(t *testing.T) {
	graphError := func(code, message string) string {
		body, _ := json.Marshal(map[string]any{"error": map[string]string{"code": code, "message": message}})
		return string(body)
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		kind   fault.Kind
		text   string // in the error
		hint   string // in a hint
	}{
		"no permission":  {403, graphError("Authorization_RequestDenied", "Insufficient privileges to complete the operation."), fault.Forbidden, "Authorization_RequestDenied: Insufficient", "Application.Read.All"},
		"bad token":      {401, graphError("InvalidAuthenticationToken", "Access token has expired."), fault.Forbidden, "expired", "sign in again"},
		"not there":      {404, graphError("Request_ResourceNotFound", "Resource 'x' does not exist"), fault.NotFound, "does not exist", ""},
		"in use":         {409, graphError("Request_MultipleObjectsWithSameKeyValue", "again"), fault.Conflict, "again", ""},
		"in use, as 400": {400, graphError("Request_BadRequest", "Permission being assigned already exists on the object"), fault.Conflict, "already exists", ""},
		"too new":        {400, graphError("Request_BadRequest", "The appId 'x' of the service principal does not reference a valid application object."), fault.NotFound, "valid application", ""},
		"too new, 403":   {403, graphError("Authorization_RequestDenied", "When using this permission, the backing application of the service principal being created must in the local tenant"), fault.NotFound, "backing", ""},
		"slow down":      {429, graphError("TooManyRequests", "x"), fault.Throttled, "429", "after 17 seconds"},
		"bad request":    {400, graphError("HostNameNotOnVerifiedDomain", "Values of identifierUris \x1b[31mred"), fault.Failure, "HostNameNotOnVerifiedDomain: Values of identifierUris [31mred", ""},
		"broken":         {500, graphError("generalException", "oops"), fault.Network, "oops", "support-id"},
		"proxy's page":   {502, "<html>\x1b[2Jgo away</html>", fault.Network, "502: Bad Gateway", ""},
		"nothing":        {403, "", fault.Forbidden, "403: Forbidden", "Application.Read.All"},
		"null message":   {403, `{"error":{"code":"X","message":null}}`, fault.Forbidden, "403: X", ""},
		"redirect":       {302, "", fault.Failure, "302: Found", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newServer(t, func(_ int, _ seen, w http.ResponseWriter) {
				if strings.HasPrefix(tt.body, "<") {
					w.Header().Set("Content-Type", "text/html")
				}
				w.Header().Set("Retry-After", "17")
				w.Header().Set("request-id", "support-id")
				w.Header().Set("Location", "https://example.com/")
				w.WriteHeader(tt.status)
				io.WriteString(w, tt.body)
			})
			_, err := s.client(t, nil).Application(t.Context(), "c")
			if fault.KindOf(err) != tt.kind || !strings.Contains(fmt.Sprint(err), tt.text) || !strings.Contains(fmt.Sprint(err), `read the application "c"`) {
				t.Errorf("kind %d, %v; want %d, %q", fault.KindOf(err), err, tt.kind, tt.text)
			}
			if hints := strings.Join(fault.Hints(err), "\n"); !strings.Contains(hints, tt.hint) {
				t.Errorf("hints %q lack %q", hints, tt.hint)
			}
			if strings.Contains(err.Error(), "\x1b") {
				t.Errorf("the terminal gets %q", err.Error())
			}
		})
	}
}

func TestNoAnswer(t *testing.T) {
	s := newServer(t, func(_ int, _ seen, w http.ResponseWriter) { io.WriteString(w, "not json") })
	c := s.client(t, nil)
	if _, err := c.Application(t.Context(), "c"); fault.KindOf(err) != fault.Failure {
		t.Errorf("an answer that is no JSON: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Application(ctx, "c"); fault.KindOf(err) != fault.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
	s.Close()
	_, err := c.Application(t.Context(), "c")
	if fault.KindOf(err) != fault.Network || !strings.Contains(strings.Join(fault.Hints(err), ""), "HTTPS_PROXY") {
		t.Errorf("down: %v %q", err, fault.Hints(err))
	}
	c, err = New(entra.Cloud{Graph: s.URL}, http.DefaultTransport, func(context.Context, string) (token.Token, error) {
		return token.Token{}, fault.New(fault.SignIn, "nobody to ask", "kubectl aad login")
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Me(t.Context()); fault.KindOf(err) != fault.SignIn || len(fault.Hints(err)) != 1 {
		t.Errorf("the token source's fault became %v", err)
	}
}

func TestNewWantsHTTPS(t *testing.T) {
	for _, endpoint := range []string{"", "http://graph.example.com", "https://"} {
		if _, err := New(entra.Cloud{Graph: endpoint}, http.DefaultTransport, nil); fault.KindOf(err) != fault.Config {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
}

// A write that Graph turns away is sent again, whole: kiota's own requests
// could not be.
func TestThrottledWriteIsSentAgain(t *testing.T) {
	s := newServer(t, func(n int, _ seen, w http.ResponseWriter) {
		if n == 0 {
			w.Header().Set("Retry-After", "3")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		io.WriteString(w, `{"id":"g","clientId":"A","resourceId":"B","scope":" user_impersonation "}`)
	})
	var waited time.Duration
	rt, err := httpx.NewTransport(httpx.Options{CAFile: caFile(t, s.Server), Retry: httpx.Default(),
		Wait: func(_ context.Context, d time.Duration) error { waited += d; return nil }})
	if err != nil {
		t.Fatal(err)
	}
	g, err := s.client(t, rt).GrantScope(t.Context(), entra.ScopeGrant{Client: "a", Resource: "b", Scope: "user_impersonation"})
	if want := (entra.ScopeGrant{ID: "g", Client: "a", Resource: "b", Scope: "user_impersonation"}); err != nil || g != want {
		t.Fatalf("%+v, %v", g, err)
	}
	if len(s.seen) != 2 || s.seen[0] != s.seen[1] || waited != 3*time.Second {
		t.Errorf("%d requests, waited %s: %+v", len(s.seen), waited, s.seen)
	}
	var sent map[string]any
	if err := json.Unmarshal([]byte(s.seen[1].body), &sent); err != nil || sent["consentType"] != "AllPrincipals" || s.seen[1].length != int64(len(s.seen[1].body)) {
		t.Errorf("sent %q (%v)", s.seen[1].body, err)
	}
	if principal, there := sent["principalId"]; !there || principal != nil {
		t.Errorf("principalId must be null: %q", s.seen[1].body)
	}
	if !strings.HasPrefix(s.seen[0].auth, "Bearer e30.") {
		t.Errorf("authorization %q", s.seen[0].auth)
	}
}

func TestMeOfAnApplication(t *testing.T) {
	s := newServer(t, func(_ int, _ seen, w http.ResponseWriter) {
		w.WriteHeader(http.StatusBadRequest)
		io.WriteString(w, `{"error":{"code":"BadRequest","message":"/me request is only valid with delegated authentication flow."}}`)
	})
	c, err := New(entra.Cloud{Graph: s.URL}, s.Client().Transport, constant(jwt(map[string]any{"tid": tenantID, "idtyp": "app"})))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Me(t.Context()); fault.KindOf(err) != fault.Config || !strings.Contains(err.Error(), "application") {
		t.Errorf("%v", err)
	}
}
