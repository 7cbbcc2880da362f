package login

import (
	"net/http"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// shortLived is the fault by which access tokens expire almost at once.
const shortLived = "short-lived"

// faults of the token endpoint: the next token that would be issued is refused.
var faults = []struct {
	name, explanation string
	code              int
}{
	{"revoked", "sign-ins were revoked (AADSTS50173)", 50173},
	{"sign-in-frequency", "the sign-in is too old for Conditional Access (AADSTS70043)", 70043},
	{"conditional-access", "Conditional Access blocks the token (AADSTS53003)", 53003},
	{"mfa-required", "multi-factor authentication is required (AADSTS50076)", 50076},
	{"consent-missing", "nobody has consented (AADSTS65001)", 65001},
	{"secret-wrong", "the client's secret is not valid (AADSTS7000215)", 7000215},
	{"secret-expired", "the client's secret has expired (AADSTS7000222)", 7000222},
	{"temporarily-unavailable", "a transient error (AADSTS90033)", 90033},
}

// deviceFaults are of the polls of a device that waits.
var deviceFaults = []struct {
	name, explanation string
	failure           failure
}{
	{"slow-down", "the device is told to poll less often", failure{oauth: "slow_down", text: "the device polls faster than it was told to"}},
	{"declined", "the person pressed Cancel", failure{oauth: "authorization_declined", text: "the sign-in was cancelled"}},
	{"code-expired", "the device code has expired (AADSTS70020)", failure{oauth: "expired_token", code: 70020, text: "the code has expired; start again"}},
}

func registerFaults(m *wire.Mux) {
	for _, f := range faults {
		m.Fault(f.name, f.explanation)
	}
	m.Fault(shortLived, "access tokens are valid for 10 seconds")
	for _, f := range deviceFaults {
		m.Fault(f.name, f.explanation)
	}
}

// spoiled returns the failure of an armed fault.
func spoiled(r *http.Request) *failure {
	for _, f := range faults {
		if wire.Faulty(r, f.name) {
			out := fail(f.code)
			out.text = f.explanation
			return out
		}
	}
	return nil
}

// lifetime of the access token that answers r.
func (s *Service) lifetime(r *http.Request) time.Duration {
	if wire.Faulty(r, shortLived) {
		return 10 * time.Second
	}
	return s.o.Lifetime
}
