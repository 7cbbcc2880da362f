package login

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// publicAliases are the hosts of the public cloud's login service.
var publicAliases = []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}

// instance answers whether a host is a login service, and under which names it
// is known.
func (s *Service) instance(w http.ResponseWriter, r *http.Request) {
	asked, err := url.Parse(r.FormValue("authorization_endpoint"))
	host := ""
	if err == nil {
		host = strings.ToLower(asked.Host)
	}
	if host != r.Host && !slices.Contains(publicAliases, host) {
		refuse(w, r, s.deps.Now(), &failure{oauth: "invalid_instance", code: 50049,
			text: "the authority " + host + " is not known as a login service"})
		return
	}
	tenant := strings.Split(strings.Trim(asked.Path, "/"), "/")[0]
	metadata := []map[string]any{{"preferred_network": "login.microsoftonline.com", "preferred_cache": "login.windows.net", "aliases": publicAliases}}
	if !slices.Contains(publicAliases, r.Host) {
		metadata = append(metadata, map[string]any{"preferred_network": r.Host, "preferred_cache": r.Host, "aliases": []string{r.Host}})
	}
	wire.JSON(w, http.StatusOK, map[string]any{
		"tenant_discovery_endpoint": "https://" + host + "/" + tenant + "/v2.0/.well-known/openid-configuration",
		"api-version":               "1.1",
		"metadata":                  metadata,
	})
}

func (s *Service) metadataV1(w http.ResponseWriter, r *http.Request) { s.metadata(w, r, false) }
func (s *Service) metadataV2(w http.ResponseWriter, r *http.Request) { s.metadata(w, r, true) }

// metadata is the openid-configuration. Addresses are those by which the client
// came; the issuer is the real one.
func (s *Service) metadata(w http.ResponseWriter, r *http.Request, v2 bool) {
	ref := r.PathValue("tenant")
	t, f := s.tenant(ref)
	if f != nil {
		f.oauth = "invalid_tenant" // the token endpoint calls it invalid_request
		refuse(w, r, s.deps.Now(), f)
		return
	}
	issued := issuer("{tenantid}", v2)
	if t != nil {
		ref, issued = string(t.ID), issuer(t.ID, v2)
	}
	version, keys := "", "/discovery/keys"
	if v2 {
		version, keys = "/v2.0", "/discovery/v2.0/keys"
	}
	base := wire.Base(r) + "/" + ref
	oauth := base + "/oauth2" + version
	graph := wire.URL(r, wire.Graph)
	wire.JSON(w, http.StatusOK, map[string]any{
		"issuer":                                issued,
		"authorization_endpoint":                oauth + "/authorize",
		"token_endpoint":                        oauth + "/token",
		"device_authorization_endpoint":         oauth + "/devicecode",
		"end_session_endpoint":                  oauth + "/logout",
		"jwks_uri":                              base + keys,
		"userinfo_endpoint":                     graph + "/oidc/userinfo",
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"response_types_supported":              []string{"code", "id_token", "code id_token", "id_token token"},
		"scopes_supported":                      []string{"openid", "profile", "email", "offline_access"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"claims_supported": []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username",
			"name", "tid", "ver", "at_hash", "c_hash", "email"},
		"request_uri_parameter_supported": false,
		"http_logout_supported":           true,
		"frontchannel_logout_supported":   true,
		"tenant_region_scope":             "EU",
		"cloud_instance_name":             "microsoftonline.com",
		"cloud_graph_host_name":           "graph.windows.net",
		"msgraph_host":                    strings.TrimPrefix(graph, "https://"),
		"rbac_url":                        "https://pas.windows.net",
	})
}

func (s *Service) keysV1(w http.ResponseWriter, r *http.Request) { s.keys(w, r, false) }
func (s *Service) keysV2(w http.ResponseWriter, r *http.Request) { s.keys(w, r, true) }

func (s *Service) keys(w http.ResponseWriter, r *http.Request, v2 bool) {
	t, f := s.tenant(r.PathValue("tenant"))
	if f != nil {
		refuse(w, r, s.deps.Now(), f)
		return
	}
	named := ""
	if v2 {
		named = issuer("{tenantid}", true)
		if t != nil {
			named = issuer(t.ID, true)
		}
	}
	wire.JSON(w, http.StatusOK, map[string]any{"keys": []any{s.key.jwk(named)}})
}

// realm says where the password of a user is checked: always here.
func (s *Service) realm(w http.ResponseWriter, r *http.Request) {
	_, domain, _ := strings.Cut(r.PathValue("user"), "@")
	wire.JSON(w, http.StatusOK, map[string]any{"ver": "1.0", "account_type": "Managed", "domain_name": domain,
		"cloud_instance_name": "microsoftonline.com", "cloud_audience_urn": "urn:federation:MicrosoftOnline"})
}

// logout has nothing to end: the page keeps nobody signed in.
func (s *Service) logout(w http.ResponseWriter, r *http.Request) {
	show(w, http.StatusOK, view{Title: "You are signed out", Text: "You may close this window."})
}
