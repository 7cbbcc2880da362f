package login

import (
	"fmt"
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// failure is a refusal in OAuth's and Entra's terms.
type failure struct {
	oauth    string // "invalid_grant"
	code     int    // AADSTS number; 0: none
	text     string // for the developer
	suberror string
	claims   string // a challenge, JSON in text
	status   int    // 0: 400
}

// Error is the text with its number, as people search for it.
func (f *failure) Error() string {
	if f.code == 0 {
		return f.text
	}
	return fmt.Sprintf("AADSTS%d: %s", f.code, f.text)
}

// reasons has the OAuth error, sub-error and text of each AADSTS number that the
// sandbox gives (numbers: Entra's error code reference).
var reasons = map[int]struct{ oauth, suberror, text string }{
	65004:   {"access_denied", "", "the person declined to consent to the application"},
	50011:   {"invalid_request", "", "the redirect URI %q is not registered for the application %q"},
	50014:   {"invalid_grant", "", "the guest account %q has not redeemed its invitation to the tenant %q"},
	50027:   {"invalid_client", "", "the token is not valid: %s"},
	50048:   {"invalid_client", "", "the subject of the client assertion is not its issuer"},
	50056:   {"invalid_grant", "", "the account %q has no password here"},
	50126:   {"invalid_grant", "", "the name or password of %q is wrong"},
	50166:   {"invalid_client", "", "the request to the external issuer failed: %s"},
	50194:   {"invalid_request", "", "the application %q (%s) is not multi-tenant; it needs the endpoint of its own tenant"},
	501051:  {"invalid_grant", "", "the application %q is not assigned to a role of the application %q, which requires it"},
	65002:   {"invalid_grant", "", "consent between the first-party application %q and the first-party resource %q is by pre-authorization only"},
	650057:  {"invalid_resource", "", "the client %q (%s) asks for the resource %q (%s), which is not listed in the requested permissions of its registration"},
	70021:   {"invalid_client", "", "no federated identity record matches the assertion: the application has none"},
	700021:  {"invalid_client", "", "the application of the client assertion is not 'client_id'"},
	700023:  {"invalid_client", "", "the audience of the client assertion is not this tenant's token endpoint"},
	700024:  {"invalid_client", "", "the client assertion is outside its lifetime"},
	700211:  {"invalid_client", "", "no federated identity record matches the assertion's issuer %q"},
	700212:  {"invalid_client", "", "no federated identity record matches the assertion's audience %q"},
	700213:  {"invalid_client", "", "no federated identity record matches the assertion's subject %q"},
	7002138: {"invalid_client", "", "no federated identity record matches the assertion's subject %q: it would without regard to case, but case counts"},
	700222:  {"invalid_client", "", "tokens issued by Entra ID may not be used for federated identity flows"},
	9001023: {"invalid_request", "", "the grant type is not supported at /common; use /organizations or a tenant's endpoint"},
	50013:   {"invalid_grant", "", "the assertion is not valid: %s"},
	500131:  {"invalid_grant", "", "the assertion is for %q and not for the client %q that presents it"},
	500133:  {"invalid_grant", "", "the assertion is outside its lifetime; get a new token of the user"},
	500011:  {"invalid_resource", "", "no service principal of the resource %q was found in the tenant %q; it was not added there, or the tenant is the wrong one"},
	50020:   {"invalid_grant", "", "the account %q does not exist in the tenant %q; it has to be invited there first, or another account used"},
	50034:   {"invalid_grant", "", "the account %q does not exist in the tenant %q"},
	50057:   {"invalid_grant", "", "the account %q is disabled"},
	50059:   {"invalid_request", "", "the request does not say which tenant it is for"},
	50076:   {"invalid_grant", "basic_action", "multi-factor authentication is required to use %q"},
	50105:   {"invalid_grant", "", "the account %q is not assigned to the application %q, which requires it"},
	501481:  {"invalid_grant", "", "the code verifier does not match the code challenge"},
	50173:   {"invalid_grant", "bad_token", "the grant was revoked; sign in again"},
	53003:   {"invalid_grant", "message_only", "Conditional Access policies block the issuance of this token"},
	54005:   {"invalid_grant", "", "the authorization code was used already"},
	65001:   {"invalid_grant", "consent_required", "nobody has consented to the use of %q by the application with id %q named %q"},
	70000:   {"invalid_grant", "bad_token", "the %s is not valid"},
	70003:   {"unsupported_grant_type", "", "the grant type %q is not supported"},
	70008:   {"invalid_grant", "token_expired", "the authorization code or refresh token has expired; sign in again"},
	700082:  {"invalid_grant", "token_expired", "the refresh token was not used for 90 days; sign in again"},
	28000:   {"invalid_request", "", "the scope %q is not valid: it names more than one resource"},
	70011:   {"invalid_scope", "", "the scope %q is not valid"},
	70016:   {"authorization_pending", "", "nobody has signed in with the code yet"},
	70018:   {"bad_verification_code", "", "the code is unknown or was used already"},
	70020:   {"expired_token", "", "the code has expired; start again"},
	70043:   {"invalid_grant", "bad_token", "the sign-in is older than Conditional Access allows; sign in again"},
	90094:   {"invalid_grant", "", "only an administrator may consent for everybody, and %q is none"},
	700016:  {"unauthorized_client", "", "the application with id %q was not found in the tenant %q; it is not installed there, or the tenant is the wrong one"},
	700025:  {"invalid_client", "", "the client is public: it must send neither secret nor assertion"},
	700027:  {"invalid_client", "", "the client assertion failed signature validation: %s"},
	7000112: {"unauthorized_client", "", "the application %q (%s) is disabled"},
	7000114: {"invalid_grant", "", "the application %q may not act on behalf of an application"},
	7000215: {"invalid_client", "", "the client secret for the application %q is not valid; it must be the secret's value, not its id"},
	7000218: {"invalid_client", "", "the request must contain 'client_assertion' or 'client_secret': the application %q is not a public client"},
	7000222: {"invalid_client", "", "the client secrets of the application %q have expired; make a new one"},
	7000229: {"unauthorized_client", "", "the application %q has no service principal in the tenant %q"},
	90002:   {"invalid_request", "", "the tenant %q was not found; check the id or domain, and the cloud"},
	90009:   {"invalid_request", "", "the application %q asks for a token for itself"},
	90033:   {"temporarily_unavailable", "", "a transient error; try again"},
	900561:  {"invalid_request", "", "the endpoint does not take %s requests"},
	900144:  {"invalid_request", "", "the request must contain the parameter '%s'"},
	1002012: {"invalid_scope", "", "the scope %q is not valid for client credentials: it must be a resource with /.default"},
}

// fail makes the failure of an AADSTS number; args fill in its text.
func fail(code int, args ...any) *failure {
	r := reasons[code]
	f := &failure{oauth: r.oauth, code: code, text: fmt.Sprintf(r.text, args...), suberror: r.suberror}
	switch code {
	case 53003, 50076:
		f.claims = `{"access_token":{"capolids":{"essential":true,"values":["5f3b4fb7-9a2e-4a0e-8f43-6f0c5d1b7b53"]}}}`
	}
	if r.oauth == "invalid_client" {
		f.status = unauthorized
	}
	return f
}

// refuse answers with the error body of the token endpoint.
func refuse(w http.ResponseWriter, r *http.Request, now time.Time, f *failure) {
	trace, correlation := wire.RequestID(r), r.Header.Get("client-request-id")
	if correlation == "" {
		correlation = guid()
	}
	stamp := now.UTC().Format("2006-01-02 15:04:05Z")
	body := map[string]any{
		"error": f.oauth,
		"error_description": fmt.Sprintf("%s\r\nTrace ID: %s\r\nCorrelation ID: %s\r\nTimestamp: %s",
			f.Error(), trace, correlation, stamp),
		"error_codes": []int{}, "timestamp": stamp, "trace_id": trace, "correlation_id": correlation,
	}
	if f.code != 0 {
		body["error_codes"] = []int{f.code}
	}
	if f.code != 0 && f.code != 65001 { // which has no page of its own
		body["error_uri"] = fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", f.code)
	}
	if f.suberror != "" {
		body["suberror"] = f.suberror
	}
	if f.claims != "" {
		body["claims"] = f.claims
	}
	status := f.status
	if status == 0 {
		status = http.StatusBadRequest
	}
	keepNowhere(w)
	wire.JSON(w, status, body)
}

// keepNowhere tells proxies and browsers to forget an answer.
func keepNowhere(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "no-store, no-cache")
	w.Header().Set("Pragma", "no-cache")
	w.Header().Set("Expires", "-1")
}

// Refuse answers what the chassis itself refuses, in this service's form.
func (s *Service) Refuse(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	f := &failure{oauth: "server_error", text: message, status: status}
	switch {
	case status == http.StatusTooManyRequests:
		f.code, f.oauth = 90055, "temporarily_unavailable"
	case status >= http.StatusInternalServerError:
		f.code, f.oauth = 90033, "temporarily_unavailable"
	case status == http.StatusMethodNotAllowed:
		f = fail(900561, r.Method)
	case status == http.StatusNotFound:
		f.oauth = "invalid_request"
	}
	if code != "" && f.text == "" {
		f.text = code
	}
	refuse(w, r, s.deps.Now(), f)
}
