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
// came; the issuer is the real one. The keys of both documents are those of the
// real ones (recorded by Azure/kubelogin in 2025, and by MSIdentityTools for v1).
func (s *Service) metadata(w http.ResponseWriter, r *http.Request, v2 bool) {
	ref := r.PathValue("tenant")
	t, f := s.tenant(ref)
	if f != nil {
		f.oauth = "invalid_tenant" // the token endpoint calls it invalid_request
		refuse(w, r, s.deps.Now(), f)
		return
	}
	issued := issuer("{tenantid}", v2)
	var region any
	if t != nil {
		ref, issued, region = string(t.ID), issuer(t.ID, v2), "EU"
	}
	base, graph := wire.Base(r)+"/"+ref, wire.URL(r, wire.Graph)
	doc := map[string]any{
		"issuer":                                issued,
		"token_endpoint_auth_methods_supported": []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		"response_modes_supported":              []string{"query", "fragment", "form_post"},
		"subject_types_supported":               []string{"pairwise"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
		"http_logout_supported":                 true,
		"frontchannel_logout_supported":         true,
		"tenant_region_scope":                   region,
		"cloud_instance_name":                   "microsoftonline.com",
		"cloud_graph_host_name":                 "graph.windows.net",
		"msgraph_host":                          strings.TrimPrefix(graph, "https://"),
		"rbac_url":                              "https://pas.windows.net",
	}
	if v2 {
		describeV2(doc, base, graph)
	} else {
		describeV1(doc, base, wire.Base(r))
	}
	forAll(w)
	wire.JSON(w, http.StatusOK, doc)
}

// forAll lets pages of any origin read a document, and keep it for a day.
func forAll(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "max-age=86400, private")
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Allow-Methods", "GET, OPTIONS")
	w.Header().Set("X-Content-Type-Options", "nosniff")
}

// endpoints are those that both documents have.
func endpoints(doc map[string]any, base, version string) {
	prefix := base + "/oauth2" + version
	doc["authorization_endpoint"], doc["token_endpoint"] = prefix+"/authorize", prefix+"/token"
	doc["kerberos_endpoint"] = base + "/kerberos"
	doc["device_authorization_endpoint"], doc["end_session_endpoint"] = prefix+"/devicecode", prefix+"/logout"
}

func describeV2(doc map[string]any, base, graph string) {
	endpoints(doc, base, "/v2.0")
	doc["jwks_uri"], doc["userinfo_endpoint"] = base+"/discovery/v2.0/keys", graph+"/oidc/userinfo"
	doc["response_types_supported"] = []string{"code", "id_token", "code id_token", "id_token token"}
	doc["scopes_supported"], doc["request_uri_parameter_supported"] = identityScopes, false
	doc["claims_supported"] = []string{"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
		"aud", "exp", "iat", "auth_time", "acr", "nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"}
}

func describeV1(doc map[string]any, base, host string) {
	endpoints(doc, base, "")
	doc["jwks_uri"], doc["userinfo_endpoint"] = host+"/common/discovery/keys", base+"/openid/userinfo"
	doc["check_session_iframe"], doc["microsoft_multi_refresh_token"] = base+"/oauth2/checksession", true
	doc["response_types_supported"], doc["scopes_supported"] = []string{"code", "id_token", "code id_token", "token id_token", "token"}, []string{"openid"}
	doc["claims_supported"] = []string{"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
		"aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "email", "given_name", "family_name", "nickname"}
}

func (s *Service) keysV1(w http.ResponseWriter, r *http.Request) { s.writeKeys(w, r, false) }
func (s *Service) keysV2(w http.ResponseWriter, r *http.Request) { s.writeKeys(w, r, true) }

func (s *Service) writeKeys(w http.ResponseWriter, r *http.Request, v2 bool) {
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
	forAll(w)
	wire.JSON(w, http.StatusOK, map[string]any{"keys": s.jwks(named)})
}

// realm says where the password of a user is checked: here, if anywhere.
func (s *Service) realm(w http.ResponseWriter, r *http.Request) {
	_, domain, _ := strings.Cut(r.PathValue("user"), "@")
	kind := "Managed"
	if _, ok := s.deps.Directory.Tenant(domain); !ok {
		kind = "Unknown"
	}
	wire.JSON(w, http.StatusOK, map[string]any{"ver": "1.0", "account_type": kind, "domain_name": domain,
		"cloud_instance_name": "microsoftonline.com", "cloud_audience_urn": "urn:federation:MicrosoftOnline"})
}

// logout has nothing to end: the page keeps nobody signed in.
func (s *Service) logout(w http.ResponseWriter, r *http.Request) {
	show(w, http.StatusOK, view{Title: "You are signed out", Text: "You may close this window."})
}
