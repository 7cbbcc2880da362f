package login_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// rig is an identity service over HTTPS with a clock that stands still.
type rig struct {
	*testing.T
	service   *login.Service
	chassis   *wire.Chassis
	directory *directory.Directory
	contoso   *directory.Tenant
	client    *http.Client
	clock     *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func newRig(t *testing.T, delay time.Duration) *rig {
	t.Helper()
	kept, err := keptKey()
	if err != nil {
		t.Fatal(err)
	}
	return newRigWith(t, delay, login.Options{State: kept})
}

// keptKey is a signing key for many rigs: to make one takes longer than most tests.
var keptKey = sync.OnceValues(func() (json.RawMessage, error) {
	d, err := directory.New(directory.Options{})
	if err != nil {
		return nil, err
	}
	s, err := login.New(wire.Deps{Directory: d, Now: time.Now, Log: io.Discard}, login.Options{})
	if err != nil {
		return nil, err
	}
	return s.Save()
})

func newRigWith(t *testing.T, delay time.Duration, o login.Options) *rig {
	t.Helper()
	r := &rig{T: t, clock: &clock{at: time.Now()}}
	var err error
	if r.directory, err = directory.New(directory.Options{Now: r.clock.now, Delay: delay}); err != nil {
		t.Fatal(err)
	}
	r.contoso = r.directory.Tenants()[0]
	if r.chassis, err = wire.New(wire.Options{Now: r.clock.now}); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(r.chassis.CA())
	o.Roots = pool
	if r.service, err = login.New(wire.Deps{Directory: r.directory, Now: r.clock.now, Log: io.Discard}, o); err != nil {
		t.Fatal(err)
	}
	for name, register := range map[string]func(*wire.Mux){wire.Login: r.service.Register, wire.Portal: r.service.RegisterPortal} {
		m, err := r.chassis.Listen(name, r.service.Refuse)
		if err != nil {
			t.Fatal(err)
		}
		register(m)
	}
	r.chassis.Serve()
	r.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	t.Cleanup(func() {
		r.client.CloseIdleConnections()
		if err := r.chassis.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// answer is what the token endpoint and its neighbours say.
type answer struct {
	status int

	Access  string          `json:"access_token"`
	Refresh string          `json:"refresh_token"`
	ID      string          `json:"id_token"`
	Info    string          `json:"client_info"`
	Scope   string          `json:"scope"`
	Expires json.RawMessage `json:"expires_in"`

	UserCode   string `json:"user_code"`
	DeviceCode string `json:"device_code"`
	Page       string `json:"verification_uri"`
	Message    string `json:"message"`
	Interval   any    `json:"interval"`

	Error       string `json:"error"`
	Description string `json:"error_description"`
	Codes       []int  `json:"error_codes"`
	Suberror    string `json:"suberror"`
	Claims      string `json:"claims"`
	Trace       string `json:"trace_id"`
	Correlation string `json:"correlation_id"`
	URI         string `json:"error_uri"`
}

func (a answer) code() int {
	if len(a.Codes) == 0 {
		return 0
	}
	return a.Codes[0]
}

// post sends a form to a path of the login service; pairs are names and values.
func (r *rig) post(path string, pairs ...string) answer {
	r.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := r.client.PostForm(r.chassis.Endpoint(wire.Login)+path, form)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode}
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		r.Fatalf("%s: %v", path, err)
	}
	return a
}

// postRaw is post for those who look at the answer's types.
func (r *rig) postRaw(path string, form url.Values) map[string]any {
	r.Helper()
	resp, err := r.client.PostForm(r.chassis.Endpoint(wire.Login)+path, form)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		r.Fatalf("%s: %v", path, err)
	}
	return doc
}

// get returns a document of the login service.
func (r *rig) get(path string) (int, map[string]any) {
	r.Helper()
	resp, err := r.client.Get(r.chassis.Endpoint(wire.Login) + path)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	doc := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil {
		r.Fatalf("%s: %v", path, err)
	}
	return resp.StatusCode, doc
}

const (
	tokenPath  = "/contoso.com/oauth2/v2.0/token"
	devicePath = "/contoso.com/oauth2/v2.0/devicecode"
	deviceKind = "urn:ietf:params:oauth:grant-type:device_code"
	aksScope   = string(entra.AKSServer) + "/.default"
)

// start asks for a device code.
func (r *rig) start(client entra.ClientID, scope string) answer {
	r.Helper()
	a := r.post(devicePath, "client_id", string(client), "scope", scope)
	if a.status != http.StatusOK {
		r.Fatalf("devicecode: %d %s", a.status, a.Description)
	}
	return a
}

func (r *rig) poll(client entra.ClientID, deviceCode string) answer {
	r.Helper()
	return r.post(tokenPath, "grant_type", deviceKind, "client_id", string(client), "device_code", deviceCode)
}

// signIn goes through the device code flow.
func (r *rig) signIn(who string, client entra.ClientID, scope string) answer {
	r.Helper()
	d := r.start(client, scope)
	if err := r.service.SignIn(who, d.UserCode); err != nil {
		r.Logf("sign-in of %s: %v", who, err)
	}
	return r.poll(client, d.DeviceCode)
}

// claims verifies a token and returns all its claims.
func (r *rig) claims(token string) map[string]any {
	r.Helper()
	if _, err := r.service.Verify(token); err != nil {
		r.Fatalf("verify: %v", err)
	}
	return decode(r.T, token)
}

func decode(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a JWT: %q", token)
	}
	raw, err := base64url(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	c := map[string]any{}
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	return c
}
