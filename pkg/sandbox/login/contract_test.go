package login_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Where the facts below were read.
const (
	kubeloginTape = "Azure/kubelogin pkg/internal/token/fixtures/device_code_credential.yaml@c9a0c3cd (recorded 2025-02-19)"
	v1Document    = "AzureAD/MSIdentityTools tests: openid-configuration of common, v1"
	v1Device      = "an answer of the v1 endpoint in a log of pam_aad (sshd, quoted in a public issue)"
	v1Application = "Microsoft docs, Partner Center authentication: REST answer of client credentials at v1"
	v1User        = "Microsoft docs, Resource Manager authentication API: answer of the code grant at v1"
	errorPage     = "MicrosoftDocs/entra-docs docs/identity-platform/reference-error-codes.md@04f65548"
	devicePage    = "MicrosoftDocs/entra-docs docs/identity-platform/v2-oauth2-device-code.md"
	discoveryPage = "MSAL for Go v1.10.1 apps/internal/oauth/ops/authority: TenantDiscoveryResponse, InstanceDiscoveryResponse, UserRealm"
)

// fact is a request, and what the real service answers to it: status, headers,
// and the keys with the kind of their values.
type fact struct {
	name, source string
	method, path string
	form         []string
	status       int
	headers      map[string]string
	keys         map[string]string
	whole        bool // there are no other keys
}

func facts(r *rig, pending, signedIn string) []fact {
	aks := string(entra.AKSClient)
	token := map[string]string{"Cache-Control": "no-store, no-cache", "Pragma": "no-cache", "Expires": "-1", "Content-Type": "application/json; charset=utf-8"}
	both := "issuer:text token_endpoint:text token_endpoint_auth_methods_supported:list jwks_uri:text response_modes_supported:list subject_types_supported:list " +
		"id_token_signing_alg_values_supported:list response_types_supported:list scopes_supported:list userinfo_endpoint:text authorization_endpoint:text " +
		"device_authorization_endpoint:text http_logout_supported:bool frontchannel_logout_supported:bool end_session_endpoint:text claims_supported:list " +
		"kerberos_endpoint:text cloud_instance_name:text cloud_graph_host_name:text msgraph_host:text rbac_url:text "
	failure := "error:text error_description:text error_codes:list timestamp:text trace_id:text correlation_id:text error_uri:text"
	return []fact{
		{"metadata", kubeloginTape, "GET", "/contoso.com/v2.0/.well-known/openid-configuration", nil, 200,
			map[string]string{"Cache-Control": "max-age=86400, private", "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, OPTIONS", "X-Content-Type-Options": "nosniff"}, kinds(both + "request_uri_parameter_supported:bool tenant_region_scope:text"), true},
		{"metadata v1", v1Document, "GET", "/common/.well-known/openid-configuration", nil, 200, nil,
			kinds(both + "microsoft_multi_refresh_token:bool check_session_iframe:text tenant_region_scope:null"), true},
		{"unknown tenant", errorPage, "GET", "/nowhere.example/v2.0/.well-known/openid-configuration", nil, 400, nil, kinds(failure), true},
		{"device code", kubeloginTape, "POST", devicePath, []string{"client_id", aks, "scope", aksScope + " openid offline_access profile"}, 200, token,
			kinds("device_code:text expires_in:number interval:number message:text user_code:text verification_uri:text"), true},
		{"device code v1", v1Device, "POST", "/contoso.com/oauth2/devicecode",
			[]string{"client_id", aks, "resource", string(entra.AKSServer)}, 200, token,
			kinds("device_code:text expires_in:text interval:text message:text user_code:text verification_url:text"), true},
		{"token of an application v1", v1Application, "POST", "/contoso.com/oauth2/token",
			[]string{"grant_type", "client_credentials", "client_id", directory.ID("client", "ci-bot"), "client_secret", r.directory.BotSecret(), "resource", "https://graph.microsoft.com"}, 200, token,
			kinds("token_type:text expires_in:text ext_expires_in:text expires_on:text not_before:text resource:text access_token:text"), true},
		{"token of a user v1", v1User, "POST", "/contoso.com/oauth2/token",
			[]string{"grant_type", "password", "client_id", string(entra.AzureCLI), "username", "alice@contoso.com", "password", "sandbox-alice", "resource", "https://management.core.windows.net/"}, 200, token,
			kinds("token_type:text expires_in:text ext_expires_in:text expires_on:text not_before:text resource:text access_token:text refresh_token:text scope:text id_token:text"), true},
		{"pending", kubeloginTape, "POST", tokenPath, []string{"client_id", aks, "grant_type", "device_code", "device_code", pending}, 400, token, kinds(failure), true},
		{"signed in", kubeloginTape, "POST", tokenPath, []string{"client_id", aks, "grant_type", "device_code", "device_code", signedIn, "client_info", "1"}, 200, token,
			kinds("access_token:text client_info:text expires_in:number ext_expires_in:number id_token:text refresh_token:text scope:text token_type:text"), true},
		{"bad code", devicePage, "POST", tokenPath, []string{"client_id", aks, "grant_type", "device_code", "device_code", "x"}, 400, token, kinds(failure), true},
		{"sample error", errorPage, "POST", tokenPath, []string{"client_id", aks, "grant_type", "password", "username", "a", "password", "b", "scope", "a/b c/d"}, 400, token,
			kinds(failure), true},
		{"instance discovery", discoveryPage, "GET", "/common/discovery/instance?api-version=1.1&authorization_endpoint=https%3A%2F%2Flogin.microsoftonline.com%2Fx%2Foauth2%2Fv2.0%2Fauthorize",
			nil, 200, nil, kinds("tenant_discovery_endpoint:text api-version:text metadata:list"), true},
		{"user realm", discoveryPage, "GET", "/common/UserRealm/alice@contoso.com?api-version=1.0", nil, 200, nil,
			kinds("ver:text account_type:text domain_name:text cloud_instance_name:text cloud_audience_urn:text"), true},
		{"keys", v1Document, "GET", "/common/discovery/keys", nil, 200, nil, kinds("keys:list"), true},
	}
}

func TestContract(t *testing.T) {
	r := newRig(t, 0)
	pending, done := r.start(entra.AKSClient, aksScope), r.start(entra.AKSClient, aksScope+" openid offline_access profile")
	if err := r.service.SignIn("alice", done.UserCode); err != nil {
		t.Fatal(err)
	}
	for _, f := range facts(r, pending.DeviceCode, done.DeviceCode) {
		t.Run(f.name, func(t *testing.T) {
			resp := r.send(f.method, f.path, f.form)
			defer func() { _ = resp.Body.Close() }()
			doc := map[string]any{}
			if err := json.NewDecoder(resp.Body).Decode(&doc); err != nil || resp.StatusCode != f.status {
				t.Fatalf("%s, %v, want %d (%s)", resp.Status, err, f.status, f.source)
			}
			for name, want := range f.headers {
				if got := resp.Header.Get(name); got != want {
					t.Errorf("%s: %q, want %q (%s)", name, got, want, f.source)
				}
			}
			for name, want := range f.keys {
				v, ok := doc[name]
				if got := kind(v); !ok || got != want {
					t.Errorf("%s is %s (there: %v), want %s (%s)", name, got, ok, want, f.source)
				}
			}
			for name := range doc {
				if _, ok := f.keys[name]; f.whole && !ok {
					t.Errorf("%s is not in the real answer (%s)", name, f.source)
				}
			}
		})
	}
}

func (r *rig) send(method, path string, pairs []string) *http.Response {
	r.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequest(method, r.chassis.Endpoint(wire.Login)+path, strings.NewReader(form.Encode()))
	if err != nil {
		r.Fatal(err)
	}
	if len(pairs) > 0 {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	resp, err := r.client.Do(req)
	if err != nil {
		r.Fatal(err)
	}
	return resp
}

// kinds reads "name:kind name:kind".
func kinds(text string) map[string]string {
	out := map[string]string{}
	for _, word := range strings.Fields(text) {
		name, kind, _ := strings.Cut(word, ":")
		out[name] = kind
	}
	return out
}

func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "text"
	case float64:
		return "number"
	case bool:
		return "bool"
	case []any:
		return "list"
	}
	return fmt.Sprintf("%T", v)
}
