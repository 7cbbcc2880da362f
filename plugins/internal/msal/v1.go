package msal

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// MSAL speaks Entra's v2 protocol only. A server app that wants the audience
// spn:<id>, as Azure AD's first library asked for it, gets that from the v1
// endpoints alone: --legacy has the transport say the same things in v1's words
// (Entra, "v1.0 protocols": resource for scope, code for device_code, numbers
// as text, verification_url).

// legacy reports whether a request wants v1 tokens.
func legacy(r token.Request) bool { return r.Params.Get("legacy") != "" }

const (
	v2Path = "/oauth2/v2.0/"
	v1Path = "/oauth2/"
)

// toV1 returns a token request in v1's words.
func toV1(req *http.Request, resource string) (*http.Request, error) {
	form, err := formOf(req)
	if err != nil {
		return nil, err
	}
	form.Del("scope")
	form.Set("resource", resource)
	if code := form.Get("device_code"); code != "" {
		form.Del("device_code")
		form.Set("code", code)
	}
	old := withForm(req, form)
	old.URL.Path = strings.Replace(old.URL.Path, v2Path, v1Path, 1)
	old.URL.RawQuery = "api-version=1.0"
	return old, nil
}

// fromV1 returns an answer of v1 in v2's words; what is none stays as it is.
func fromV1(data []byte, scope string) []byte {
	var in map[string]json.RawMessage
	if json.Unmarshal(data, &in) != nil || in["error"] != nil {
		return data
	}
	for _, name := range []string{"expires_in", "ext_expires_in", "interval", "refresh_in"} {
		var text string
		if json.Unmarshal(in[name], &text) == nil && json.Valid([]byte(text)) {
			in[name] = json.RawMessage(text)
		}
	}
	if page, ok := in["verification_url"]; ok {
		in["verification_uri"] = page
	}
	delete(in, "expires_on") // v1's is text, and MSAL reckons by expires_in
	if in["scope"] != nil {
		in["scope"], _ = json.Marshal(scope) // what is not echoed counts as declined
	}
	out, err := json.Marshal(in)
	if err != nil {
		return data
	}
	return out
}
