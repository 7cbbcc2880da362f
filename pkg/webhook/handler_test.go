package webhook_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// bench is a handler with everything around it in the test's hands.
type bench struct {
	now     time.Time
	keys    map[string]webhook.Key
	keyErr  error
	groups  func(context.Context, entra.Claims) ([]entra.ObjectID, error)
	mu      sync.Mutex
	asked   int
	looked  int
	log     strings.Builder
	reviews []webhook.Review
	h       http.Handler
	key     issuertest.SigningKey
}

func (b *bench) Key(_ context.Context, id string) (webhook.Key, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.looked++
	if b.keyErr != nil {
		return webhook.Key{}, b.keyErr
	}
	if k, ok := b.keys[id]; ok {
		return k, nil
	}
	return webhook.Key{}, webhook.Deny("unknown key %q", id)
}

func (b *bench) Groups(ctx context.Context, c entra.Claims, _ safetext.Secret) ([]entra.ObjectID, error) {
	b.mu.Lock()
	b.asked++
	b.mu.Unlock()
	return b.groups(ctx, c)
}

var signing = sync.OnceValue(func() issuertest.SigningKey { return issuertest.NewKey(&testing.T{}, "key-1") })

func newBench(t testing.TB) *bench {
	b := &bench{now: start, key: signing()}
	b.keys = map[string]webhook.Key{b.key.ID: {Public: &b.key.Key.PublicKey, Issuers: []string{issuertest.V1}}}
	b.groups = func(context.Context, entra.Claims) ([]entra.ObjectID, error) {
		t.Error("the directory was asked")
		return nil, nil
	}
	b.h = webhook.NewHandler(webhook.Options{
		Tenant: issuertest.Tenant, Audiences: []string{string(issuertest.Client), "api://" + string(issuertest.Client)},
		Keys: b, Groups: b, Now: func() time.Time { return b.now }, Log: logTo(&b.log, &b.mu),
		Observe: func(r webhook.Review) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.reviews = append(b.reviews, r)
		},
	})
	return b
}

func (b *bench) sign(changes map[string]any) string {
	payload, _ := json.Marshal(issuertest.Claims(start, changes))
	return b.key.Sign(`{"alg":"RS256","kid":"key-1"}`, string(payload))
}

type answer struct {
	Kind, APIVersion string
	Status           struct {
		Authenticated *bool
		Error         string
		Audiences     []string
		User          struct {
			Username, UID string
			Groups        []string
			Extra         map[string][]string
		}
	}
}

func (b *bench) post(body string) *httptest.ResponseRecorder {
	return post(context.Background(), b.h, body)
}

func post(ctx context.Context, h http.Handler, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodPost, webhook.Path, strings.NewReader(body)))
	return w
}

func tokenReview(version, token string) string {
	return fmt.Sprintf(`{"kind":"TokenReview","apiVersion":"authentication.k8s.io/%s","metadata":{"creationTimestamp":null},"spec":{"token":%q,"audiences":["https://kubernetes"]},"status":{"user":{}}}`, version, token)
}

func (b *bench) ask(t testing.TB, token string) answer {
	t.Helper()
	w := b.post(tokenReview("v1", token))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	var a answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	if a.Status.Authenticated == nil {
		t.Fatal("authenticated is missing")
	}
	return a
}

func TestNames(t *testing.T) {
	v2 := map[string]any{"iss": issuertest.V2, "ver": "2.0"}
	for name, c := range map[string]struct {
		claims map[string]any
		user   string
		groups []string
	}{
		"member":            {nil, "alice@contoso.com", []string{issuertest.Group}},
		"identifier URI":    {map[string]any{"aud": "api://" + string(issuertest.Client)}, "alice@contoso.com", []string{issuertest.Group}},
		"guest":             {map[string]any{"upn": nil, "email": "evil@x", "unique_name": "evil@x", "preferred_username": "evil@x"}, issuertest.Alice, []string{issuertest.Group}},
		"service principal": {map[string]any{"upn": nil, "scp": nil, "groups": nil, "idtyp": "app"}, issuertest.Alice, nil},
		"other spelling":    {map[string]any{"UPN": "mallory@contoso.com", "Groups": []string{"system:masters"}}, "alice@contoso.com", []string{issuertest.Group}},
		"v2":                {v2, "alice@contoso.com", []string{issuertest.Group}},
		"our clock is late": {map[string]any{"nbf": start.Unix() + 59}, "alice@contoso.com", []string{issuertest.Group}},
		"no nbf":            {map[string]any{"nbf": nil}, "alice@contoso.com", []string{issuertest.Group}},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			key := b.keys["key-1"]
			key.Issuers = append(key.Issuers, issuertest.V2)
			b.keys["key-1"] = key
			a := b.ask(t, b.sign(c.claims))
			if !*a.Status.Authenticated || a.Status.User.Username != c.user || !slices.Equal(a.Status.User.Groups, c.groups) {
				t.Fatalf("got %+v", a.Status)
			}
			if oid := a.Status.User.Extra["oid"]; !slices.Equal(oid, []string{issuertest.Alice}) {
				t.Errorf("extra oid = %q", oid)
			}
			if a.Status.Audiences != nil || a.Status.User.UID != "" {
				t.Errorf("audiences %q, uid %q", a.Status.Audiences, a.Status.User.UID)
			}
		})
	}
}

func TestVersions(t *testing.T) {
	b := newBench(t)
	token := b.sign(nil)
	for _, version := range []string{"v1beta1", "v1", "v1beta1"} { // the later ones out of the cache
		var a answer
		if err := json.Unmarshal(b.post(tokenReview(version, token)).Body.Bytes(), &a); err != nil {
			t.Fatal(err)
		}
		if a.APIVersion != "authentication.k8s.io/"+version || a.Kind != "TokenReview" || !*a.Status.Authenticated {
			t.Errorf("asked %s, got %+v", version, a)
		}
	}
}

func with(changes ...map[string]any) map[string]any {
	all := map[string]any{}
	for _, c := range changes {
		maps.Copy(all, c)
	}
	return all
}
