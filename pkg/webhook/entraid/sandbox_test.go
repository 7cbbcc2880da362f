package entraid_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/entraid"
)

// inSandbox is the whole webhook, but for TLS, before the sandbox's contoso.com.
func inSandbox(t *testing.T, s *sandbox.Sandbox, secret string) http.Handler {
	t.Helper()
	cloud, err := entra.FindCloud(s.CloudFile())
	if err != nil {
		t.Fatal(err)
	}
	client, err := httpx.NewClient(httpx.Options{CAFile: cloud.CAFile})
	if err != nil {
		t.Fatal(err)
	}
	tenant := s.Info().Tenants[0].ID
	up := entraid.Upstream{Cloud: cloud, Tenant: tenant, Client: client, Now: time.Now, Log: slog.New(slog.DiscardHandler), Observe: func(string, bool) {}}
	return webhook.NewHandler(webhook.Options{
		Tenant: tenant, Audiences: []string{string(entra.AKSServer)}, Keys: entraid.NewKeys(up, false),
		Groups: entraid.NewGroups(up, entraid.GroupOptions{Client: entra.AKSServer, SecretFile: secretFile(t, secret), SecurityOnly: true}),
	})
}

type verdict struct {
	code   int
	Status struct {
		Authenticated bool
		Error         string
		User          struct {
			Username string
			Groups   []string
		}
	}
}

func ask(h http.Handler, token string) (v verdict) {
	body := fmt.Sprintf(`{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":%q}}`, token)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, webhook.Path, strings.NewReader(body)))
	_ = json.Unmarshal(w.Body.Bytes(), &v)
	v.code = w.Code
	return v
}

func graphCalls(s *sandbox.Sandbox) (n int) {
	for _, c := range s.Requests() {
		if strings.HasSuffix(c.Route, "getMemberGroups") {
			n += c.Count
		}
	}
	return n
}

func TestSandbox(t *testing.T) {
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	token := func(who string) string {
		t.Helper()
		access, err := s.Token(who, string(entra.AKSClient), string(entra.AKSServer))
		if err != nil {
			t.Fatal(err)
		}
		return access
	}
	h := inSandbox(t, s, s.Directory().ManagedServerSecret())
	users := s.Info().Users
	alice, bob, carol := users[1], users[2], users[3]
	for _, c := range []struct {
		who, name string
		groups    int // at least
	}{{"alice", alice.UPN, 1}, {"bob", bob.UPN, 201}, {"carol", string(carol.ObjectID), 0}} {
		v := ask(h, token(c.who))
		if !v.Status.Authenticated || v.Status.User.Username != c.name || len(v.Status.User.Groups) < c.groups {
			t.Errorf("%s: %d %q as %q with %d groups", c.who, v.code, v.Status.Error, v.Status.User.Username, len(v.Status.User.Groups))
		}
	}
	bot, err := s.Token("ci-bot", "", string(entra.AKSServer))
	if err != nil {
		t.Fatal(err)
	}
	if v := ask(h, bot); !v.Status.Authenticated || !entra.IsGUID(v.Status.User.Username) {
		t.Errorf("ci-bot: %+v", v)
	}

	// A hundred at once: one request.
	s.ResetRequests()
	h = inSandbox(t, s, s.Directory().ManagedServerSecret())
	var wg sync.WaitGroup
	for range 100 {
		access := token("bob")
		wg.Go(func() {
			if v := ask(h, access); !v.Status.Authenticated {
				t.Errorf("bob: %d %q", v.code, v.Status.Error)
			}
		})
	}
	wg.Wait()
	if n := graphCalls(s); n != 1 {
		t.Errorf("asked Graph %d times", n)
	}

	// A wrong secret refuses bob, who needs it, and not alice.
	h = inSandbox(t, s, "wr0ng")
	if v := ask(h, token("bob")); v.code != 200 || v.Status.Authenticated || !strings.Contains(v.Status.Error, "AADSTS7000215") {
		t.Errorf("bob, wrong secret: %d %+v", v.code, v.Status)
	}
	if v := ask(h, token("alice")); !v.Status.Authenticated {
		t.Errorf("alice, wrong secret: %+v", v.Status)
	}
	for _, fault := range []string{"429", "500", "503", "html", "reset"} {
		h = inSandbox(t, s, s.Directory().ManagedServerSecret())
		if err := s.Fault("graph", fault, 0, "getMemberGroups"); err != nil {
			t.Fatal(err)
		}
		if v := ask(h, token("bob")); v.code != 502 {
			t.Errorf("Graph %s: %d %q", fault, v.code, v.Status.Error)
		}
		s.ClearFaults()
		if v := ask(h, token("bob")); !v.Status.Authenticated {
			t.Errorf("after Graph %s: %d %q", fault, v.code, v.Status.Error)
		}
	}
}
