package arm

import (
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// audiences are the names under which ARM takes tokens; a slash at the end does
// not count.
var audiences = []string{"https://management.core.windows.net", "https://management.azure.com"}

func unauthorized(code, format string, args ...any) *Error {
	return failure(http.StatusUnauthorized, code, format, args...)
}

func (s *Server) authenticate(r *http.Request) (caller, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if token == "" {
		return caller{}, unauthorized("AuthenticationFailed", "Authentication failed. The 'Authorization' header is missing.")
	}
	if !strings.EqualFold(scheme, "Bearer") {
		return caller{}, unauthorized("AuthenticationFailed", "Authentication failed. The 'Authorization' header is provided in an invalid format.")
	}
	c, err := s.verifier.Verify(token, audiences...)
	if err != nil {
		return caller{}, s.explain(token)
	}
	who := caller{tenant: string(c.Tenant), object: string(c.Object), name: c.UPN, principals: s.principalsOf(string(c.Tenant), string(c.Object)),
		aks: c.Client() == entra.AKSServer && c.UPN == ""}
	for _, name := range []string{c.UniqueName, c.PreferredName, string(c.Client())} {
		if who.name == "" {
			who.name = name
		}
	}
	return who, nil
}

// explain says what is wrong with a token that was refused, as far as its own
// claims tell.
func (s *Server) explain(token string) *Error {
	c, err := entra.ParseClaims(token)
	switch {
	case err != nil:
		return unauthorized("InvalidAuthenticationToken", "The access token is invalid.")
	case !slices.Contains(audiences, strings.TrimRight(strings.ToLower(c.Audience), "/")):
		return unauthorized("InvalidAuthenticationTokenAudience",
			"The access token has been obtained for wrong audience or resource '%s'. It should exactly match with one of the allowed audiences '%s/'.", c.Audience, strings.Join(audiences, "/','"))
	case !c.Expires().After(s.now()):
		return unauthorized("ExpiredAuthenticationToken",
			"The access token expiry UTC time '%s' is earlier than current UTC time '%s'.", c.Expires().UTC(), s.now().UTC())
	}
	return unauthorized("InvalidAuthenticationToken", "The access token is invalid: its signature or issuer is not known.")
}
