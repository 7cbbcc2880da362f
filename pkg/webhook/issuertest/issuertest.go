// Package issuertest is a tenant in a test: it signs tokens and serves what the
// webhook reads from Entra ID and Graph. It checks no rule of Entra ID's.
package issuertest

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// The tenant, its server app and people.
const (
	Tenant entra.TenantID = "11111111-2222-4333-8444-555555555555"
	Client entra.ClientID = "aaaaaaaa-0000-4000-8000-000000000001"
	Secret                = "s3cret-value"
	Alice                 = "bbbbbbbb-0000-4000-8000-000000000001"
	Group                 = "cccccccc-0000-4000-8000-000000000001"
	V1                    = "https://sts.windows.net/" + string(Tenant) + "/"
	V2                    = "https://login.microsoftonline.com/" + string(Tenant) + "/v2.0"
)

// Issuer is the tenant. Its answers can be replaced by route.
type Issuer struct {
	Server *httptest.Server

	mu      sync.Mutex
	keys    []SigningKey // the first one signs
	counts  map[string]int
	instead map[string]http.HandlerFunc
	last    map[string]*http.Request // with the form parsed or the body kept
	bodies  map[string]string
	groups  []string
}

// SigningKey is an RSA key with its id.
type SigningKey struct {
	ID  string
	Key *rsa.PrivateKey
}

// NewKey makes a key.
func NewKey(t testing.TB, id string) SigningKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return SigningKey{id, key}
}

// New starts a tenant whose people are in Group.
func New(t testing.TB) *Issuer {
	i := &Issuer{
		keys: []SigningKey{NewKey(t, "key-1")}, counts: map[string]int{}, groups: []string{Group},
		instead: map[string]http.HandlerFunc{}, last: map[string]*http.Request{}, bodies: map[string]string{},
	}
	mux := http.NewServeMux()
	base := "/" + string(Tenant)
	for pattern, h := range map[string]http.HandlerFunc{
		"GET " + base + "/.well-known/openid-configuration":      i.document(V1, base+"/discovery/keys"),
		"GET " + base + "/v2.0/.well-known/openid-configuration": i.document(V2, base+"/discovery/v2.0/keys"),
		"GET " + base + "/discovery/keys":                        i.serveKeys,
		"GET " + base + "/discovery/v2.0/keys":                   i.serveKeys,
		"POST " + base + "/oauth2/v2.0/token":                    i.serveToken,
		"POST /v1.0/{kind}/{id}/getMemberGroups":                 i.serveGroups,
	} {
		mux.HandleFunc(pattern, h)
	}
	i.Server = httptest.NewTLSServer(i.counting(mux))
	t.Cleanup(i.Server.Close)
	return i
}

// Routes by which requests are counted and answers replaced.
const (
	Document = "document"
	Keys     = "keys"
	Token    = "token"
	Graph    = "graph"
)

func routeOf(path string) string {
	for suffix, route := range map[string]string{
		"openid-configuration": Document, "keys": Keys, "token": Token, "getMemberGroups": Graph,
	} {
		if len(path) >= len(suffix) && path[len(path)-len(suffix):] == suffix {
			return route
		}
	}
	return path
}

func (i *Issuer) counting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := routeOf(r.URL.Path)
		var body []byte
		if route == Graph {
			body = make([]byte, max(r.ContentLength, 0))
			_, _ = r.Body.Read(body)
		} else {
			_ = r.ParseForm()
		}
		i.mu.Lock()
		i.counts[route]++
		i.last[route], i.bodies[route] = r, string(body)
		instead := i.instead[route]
		i.mu.Unlock()
		if instead != nil {
			instead(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Count returns how many requests a route had.
func (i *Issuer) Count(route string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.counts[route]
}

// Last returns the latest request of a route, and its body if that is Graph.
func (i *Issuer) Last(route string) (*http.Request, string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.last[route], i.bodies[route]
}

// Instead answers a route otherwise; nil brings the usual answer back.
func (i *Issuer) Instead(route string, h http.HandlerFunc) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.instead[route] = h
}

// Answer is a handler that always says the same.
func Answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

// Rotate replaces all signing keys.
func (i *Issuer) Rotate(keys ...SigningKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// SigningKey returns the key that signs now.
func (i *Issuer) SigningKey() SigningKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[0]
}

// Cloud is the way to this tenant.
func (i *Issuer) Cloud() entra.Cloud {
	return entra.Cloud{Name: "test", Login: i.Server.URL, Graph: i.Server.URL}
}

// CloudFile writes a cloud file with its CA.
func (i *Issuer) CloudFile(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.Server.Certificate().Raw})
	cloud := fmt.Sprintf(`{"name":"test","activeDirectoryEndpoint":%q,"microsoftGraphEndpoint":%q,"caFile":"ca.pem"}`,
		i.Server.URL, i.Server.URL)
	for name, data := range map[string][]byte{"ca.pem": ca, "cloud.json": []byte(cloud)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "cloud.json")
}

// Claims are those of a good v1 token of Alice's, with changes; a nil value
// takes a claim away.
func Claims(now time.Time, changes map[string]any) map[string]any {
	c := map[string]any{
		"iss": V1, "aud": string(Client), "tid": string(Tenant), "oid": Alice, "upn": "alice@contoso.com",
		"ver": "1.0", "scp": "user_impersonation", "appid": "client", "groups": []string{Group},
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(_ string, v any) bool { return v == nil })
	return c
}

// Sign makes a token of claims with the current key.
func (i *Issuer) Sign(claims map[string]any) string {
	payload, _ := json.Marshal(claims)
	k := i.SigningKey()
	return k.Sign(fmt.Sprintf(`{"typ":"JWT","alg":"RS256","kid":%q}`, k.ID), string(payload))
}

func (i *Issuer) document(issuer, keys string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer, "jwks_uri": i.Server.URL + keys})
	}
}

func (i *Issuer) serveKeys(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	list := []map[string]string{}
	for _, k := range i.keys {
		list = append(list, map[string]string{
			"kty": "RSA", "use": "sig", "kid": k.ID,
			"n": base64.RawURLEncoding.EncodeToString(k.Key.N.Bytes()),
			"e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(k.Key.E)).Bytes()),
		})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"keys": list})
}

func (i *Issuer) serveToken(w http.ResponseWriter, r *http.Request) {
	if r.PostFormValue("client_secret") != Secret {
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret.","error_codes":[7000215]}`))
		return
	}
	_, _ = w.Write([]byte(`{"token_type":"Bearer","expires_in":3600,"access_token":"graph-token"}`))
}

func (i *Issuer) serveGroups(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer graph-token" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"value": i.groups})
}
