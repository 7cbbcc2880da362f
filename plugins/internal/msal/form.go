package msal

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// formOf reads what a request posts.
func formOf(req *http.Request) (url.Values, error) {
	text, err := body(req)
	if err != nil {
		return nil, err
	}
	return url.ParseQuery(string(text))
}

// withForm returns the request with another form.
func withForm(req *http.Request, form url.Values) *http.Request {
	data := []byte(form.Encode())
	other := req.Clone(req.Context())
	other.ContentLength = int64(len(data))
	other.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	return other
}

// bound has a token request ask for a token that is bound to a key, as MSAL's
// authentication schemes do; other requests stay as they are.
func bound(req *http.Request, thumbprint string) (*http.Request, error) {
	if !strings.HasSuffix(req.URL.Path, "/token") {
		return req, nil
	}
	form, err := formOf(req)
	if err != nil {
		return nil, err
	}
	form.Set("token_type", "pop")
	form.Set("req_cnf", base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"kid":%q,"xms_ksl":"sw"}`, thumbprint)))
	return withForm(req, form), nil
}
