package login

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/caller"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache/vault"
)

const (
	tenant = "11111111-1111-4111-8111-111111111111"
	server = "6dae42f8-4368-4678-94ff-3960e28e3630"
	graph  = "https://graph.microsoft.com"
)

func jwt(t testing.TB, claims map[string]any) safetext.Secret {
	data, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return safetext.Secret("e30." + base64.RawURLEncoding.EncodeToString(data) + ".c2ln")
}

// method is a login method whose answers a test decides.
type method struct {
	t       *testing.T
	mu      sync.Mutex
	who     string
	claims  map[string]any // instead of the right ones
	silent  func() error
	hang    bool // until nobody waits any more
	prompts int
	silents int
}

func (m *method) record() Method {
	return Method{Name: "devicecode", Interactive: true, New: func(s Setup) (Credential, error) { return &credential{m, s}, nil }}
}

type credential struct {
	*method
	setup Setup
}

func (c *credential) Silent(ctx context.Context, _ Session) (Grant, error) {
	if c.hang {
		<-ctx.Done()
		return Grant{}, Unreachable(c.setup.Request.Cloud, ctx.Err())
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.silents++
	if c.silent != nil {
		if err := c.silent(); err != nil {
			return Grant{}, err
		}
	}
	return c.grant(), nil
}

func (c *credential) SignIn(_ context.Context, p Prompt) (Grant, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.prompts++
	p.Until(time.Now().Add(time.Minute))
	return c.grant(), nil
}

func (c *credential) grant() Grant {
	claims := map[string]any{"tid": c.setup.Request.Tenant, "oid": c.who, "aud": c.setup.Request.Audience(), "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range c.claims {
		claims[k] = v
	}
	return Grant{Token: token.Token{Access: jwt(c.t, claims)}, Refresh: "kept",
		Account: tokencache.Account{Home: c.who + ".t", Object: entra.ObjectID(c.who), Username: c.who + "@contoso.com"}}
}

func newBroker(t *testing.T, m *method) (*Broker, *strings.Builder) {
	m.t = t
	if m.who == "" {
		m.who = "alice"
	}
	dir := tokencache.Dir(filepath.Join(t.TempDir(), "aad"))
	said := &strings.Builder{}
	return &Broker{Dir: dir, Vault: vault.Vault{Dir: dir, Keys: vault.FileKey{Dir: dir}}, Methods: Registry{m.record()},
		Transport: func(entra.Cloud) (http.RoundTripper, error) { return http.DefaultTransport, nil },
		Now:       time.Now, Err: said, MayAsk: true, Caller: caller.Process{Name: "test", PID: 1}}, said
}

func request() token.Request {
	cloud, _ := entra.FindCloud("")
	return token.Request{Method: token.Auto, Cloud: cloud, Tenant: tenant, Client: entra.AKSClient, Scope: server + "/.default"}
}

func TestOneSignInServesManyAudiences(t *testing.T) {
	m := &method{}
	b, _ := newBroker(t, m)
	for _, scope := range []string{server, "api://22222222-2222-4222-8222-222222222222", server} {
		r := request()
		r.Scope = scope + "/.default"
		if _, err := b.Token(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	if m.prompts != 1 || m.silents != 1 {
		t.Errorf("%d prompts, %d refreshes", m.prompts, m.silents)
	}
}

func TestNamedAccountIsMeant(t *testing.T) {
	b, _ := newBroker(t, &method{who: "bob"})
	r := request()
	r.Account = "alice@contoso.com"
	if _, err := b.Token(context.Background(), r); fault.KindOf(err) != fault.SignIn {
		t.Errorf("got %v", err)
	}
	if list, _ := b.Dir.Accounts(mustKeys(t, r).Accounts()); len(list.Known) != 0 {
		t.Errorf("kept %+v", list)
	}
}

func mustKeys(t *testing.T, r token.Request) token.Keys {
	t.Helper()
	k, err := r.Keys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// expire leaves a token with d to live.
func expire(t *testing.T, b *Broker, d time.Duration) {
	t.Helper()
	p, err := b.Dir.Place(request())
	if err != nil {
		t.Fatal(err)
	}
	e, err := b.Dir.Get(p.TokenKey())
	if err != nil {
		t.Fatal(err)
	}
	e.Expires, e.Obtained = time.Now().Add(d), time.Now().Add(-time.Hour)
	if err := b.Dir.Put(p.TokenKey(), e); err != nil {
		t.Fatal(err)
	}
}

func TestWhenTheRefreshFails(t *testing.T) {
	down := fault.New(fault.Network, "down")
	cases := []struct {
		name    string
		err     error
		left    time.Duration
		mayAsk  bool
		kind    fault.Kind // 0: a token
		prompts int
	}{
		{"down, nothing left", down, -1, true, fault.Network, 0},
		{"down, a minute left", down, time.Minute, true, 0, 0},
		{"throttled, a minute left", fault.New(fault.Throttled, "later"), time.Minute, true, 0, 0},
		{"disabled, a minute left", fault.New(fault.Forbidden, "AADSTS50057"), time.Minute, true, fault.Forbidden, 0},
		{"policy", fault.New(fault.Policy, "AADSTS53003"), -1, true, fault.Policy, 0},
		{"revoked, may ask", &NeedPerson{Err: errors.New("AADSTS50173"), Revoked: true}, -1, true, 0, 1},
		{"revoked, nobody there", &NeedPerson{Err: errors.New("AADSTS50173"), Revoked: true}, -1, false, fault.SignIn, 0},
		{"nobody there, a minute left", &NeedPerson{Err: errors.New("AADSTS50076")}, time.Minute, false, 0, 0},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			m := &method{}
			b, _ := newBroker(t, m)
			if _, err := b.Token(context.Background(), request()); err != nil {
				t.Fatal(err)
			}
			expire(t, b, tc.left)
			m.silent, m.prompts, b.MayAsk = func() error { return tc.err }, 0, tc.mayAsk
			got, err := b.Token(context.Background(), request())
			if tc.kind != fault.Kind(fault.ExitCode(err)) || (err == nil) != (got.Access != "") || m.prompts != tc.prompts {
				t.Errorf("kind %d, %v, %d prompts", fault.ExitCode(err), err, m.prompts)
			}
		})
	}
}

func TestManyCallersOneSignIn(t *testing.T) {
	m := &method{}
	b, _ := newBroker(t, m)
	source := b.Source(request())
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			scope := graph + "/.default"
			if i%2 == 0 {
				scope = "https://management.core.windows.net//.default"
			}
			if _, err := source(context.Background(), scope); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if m.prompts != 1 || m.silents != 1 {
		t.Errorf("%d prompts, %d refreshes", m.prompts, m.silents)
	}
}

func TestUnknownMethod(t *testing.T) {
	b, _ := newBroker(t, &method{})
	r := request()
	r.Method = "browser"
	_, err := b.Token(context.Background(), r)
	if fault.KindOf(err) != fault.Usage || !strings.Contains(strings.Join(fault.Hints(err), " "), "devicecode") {
		t.Errorf("got %v, %q", err, fault.Hints(err))
	}
}

func TestQuote(t *testing.T) {
	if got, want := quote([]string{"a", "it's $HOME", ""}), `a 'it'\''s $HOME' ''`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
