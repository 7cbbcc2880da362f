// Package login is the sandbox's identity service: discovery, keys, the token
// endpoint's grants, and the pages on which a person signs in. It does not keep
// the directory, and it knows no password policy: whoever sits at the page says
// who they are.
package login

import (
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Options are the service's timing.
type Options struct {
	Interval int           // seconds between polls of a device code, 1 to 5; 0 is 1
	Lifetime time.Duration // of access tokens; 0 is 75 minutes
	// Aliases are further names of resources, such as the sandbox's own address
	// of Graph, each with the audience that a token for it gets.
	Aliases map[string]string
	// Roots verify the issuers that applications trust; nil: nobody is asked.
	Roots *x509.CertPool
	State json.RawMessage // of Save; nil: a new signing key, and nobody is signed in
}

// Service issues the tokens of every tenant. Deps.Verifier is not used: the
// service is the verifier.
type Service struct {
	deps     wire.Deps
	o        Options
	outside  *http.Client // to other issuers
	outsider outsider

	mu      sync.Mutex
	devices map[string]*device // by device code
	codes   map[string]*authCode
	refresh map[string]*session // by fingerprint of the token
	keys    []*signingKey       // published; the newest signs
}

// New makes the service and its signing key.
func New(deps wire.Deps, o Options) (*Service, error) {
	if o.Interval <= 0 {
		o.Interval = 1
	}
	if o.Interval > 5 {
		o.Interval = 5
	}
	if o.Lifetime <= 0 {
		o.Lifetime = 75 * time.Minute
	}
	if o.Roots == nil {
		o.Roots = x509.NewCertPool()
	}
	s := &Service{deps: deps, o: o, outside: outside(o.Roots), devices: map[string]*device{},
		codes: map[string]*authCode{}, refresh: map[string]*session{}}
	if len(o.State) > 0 {
		return s, s.load(o.State)
	}
	return s, s.Rotate()
}

// Register adds the routes of the identity service.
func (s *Service) Register(m *wire.Mux) {
	m.Handle("GET", "/common/discovery/instance", s.instance)
	m.Handle("GET", "/{tenant}/v2.0/.well-known/openid-configuration", s.metadataV2)
	m.Handle("GET", "/{tenant}/.well-known/openid-configuration", s.metadataV1)
	m.Handle("GET", "/{tenant}/discovery/v2.0/keys", s.keysV2)
	m.Handle("GET", "/{tenant}/discovery/keys", s.keysV1)
	m.Handle("GET", "/common/UserRealm/{user}", s.realm)
	m.Handle("GET", "/common/userrealm/{user}", s.realm) // MSAL for Python
	m.Handle("POST", "/{tenant}/oauth2/v2.0/devicecode", s.devicecode)
	m.Handle("POST", "/{tenant}/oauth2/devicecode", s.devicecode)
	m.Handle("POST", "/{tenant}/oauth2/v2.0/token", s.token)
	m.Handle("POST", "/{tenant}/oauth2/token", s.token)
	m.Handle("GET", "/{tenant}/oauth2/v2.0/authorize", s.authorize)
	m.Handle("POST", "/{tenant}/oauth2/v2.0/authorize", s.authorized)
	m.Handle("GET", "/{tenant}/oauth2/authorize", s.authorize)
	m.Handle("POST", "/{tenant}/oauth2/authorize", s.authorized)
	m.Handle("GET", "/{tenant}/oauth2/v2.0/logout", s.logout)
	m.Handle("GET", "/{tenant}/oauth2/logout", s.logout)
	m.Handle("GET", "/{tenant}/adminconsent", s.askConsent)
	m.Handle("POST", "/{tenant}/adminconsent", s.consented)
	m.Handle("GET", "/{tenant}/v2.0/adminconsent", s.askConsent)
	m.Handle("POST", "/{tenant}/v2.0/adminconsent", s.consented)
	m.Handle("GET", "/redeem", s.askRedeem)
	m.Handle("POST", "/redeem", s.redeemed)
	m.Handle("GET", "/assets/page.css", stylesheet)
	registerFaults(m)
}

// RegisterPortal adds the page of the verification address, and the portal's
// endpoint that Azure CLI uses.
func (s *Service) RegisterPortal(m *wire.Mux) {
	m.Handle("GET", "/{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/devicelogin", http.StatusFound)
	})
	m.Handle("GET", "/devicelogin", s.askCode)
	m.Handle("POST", "/devicelogin", s.askWho)
	m.Handle("POST", "/devicelogin/continue", s.decide)
	m.Handle("POST", "/api/RegisteredApplications/{app}/Consent", s.adminConsent)
	m.Handle("GET", issuerPath+"/.well-known/openid-configuration", s.issuerMetadata)
	m.Handle("GET", issuerPath+"/keys", s.issuerJWKS)
	m.Handle("GET", "/assets/page.css", stylesheet)
}

// tenant finds the tenant of a path segment; nil for common and organizations,
// where the person decides.
func (s *Service) tenant(ref string) (*directory.Tenant, *failure) {
	switch ref {
	case "common", "organizations":
		return nil, nil
	}
	if t, ok := s.deps.Directory.Tenant(ref); ok {
		return t, nil
	}
	return nil, fail(90002, ref)
}

// client finds an application as a tenant knows it: at home there, or by its
// service principal. t is nil where the tenant is not known yet.
func (s *Service) client(t *directory.Tenant, id string) (*directory.Application, *failure) {
	if id == "" {
		return nil, fail(900144, "client_id")
	}
	app, home, ok := s.deps.Directory.AnyApplication(entra.ClientID(id))
	if t == nil {
		if !ok {
			return nil, fail(700016, id, "organizations")
		}
		if app.SignInAudience == "AzureADMyOrg" {
			return nil, fail(50194, id, app.DisplayName)
		}
		return app, nil
	}
	sp, present := t.ServicePrincipalByAppID(entra.ClientID(id))
	switch {
	case !ok || !present && home != t.ID:
		return nil, fail(700016, id, t.Name)
	case present && !sp.AccountEnabled:
		return nil, fail(7000112, id, app.DisplayName)
	}
	return app, nil
}

// opaque returns unguessable text that no client can read anything from.
func opaque(prefix string) string {
	var b [48]byte
	_, _ = rand.Read(b[:]) // never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b[:])
}

func guid() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}
