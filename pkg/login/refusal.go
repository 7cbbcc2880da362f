package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Refusal turns the body of an answer that was not 200 into a fault of a few
// readable lines: code, cause, way on. The error is a NeedPerson where OAuth
// says that a person can mend it.
func Refusal(status int, body []byte) error {
	e, ok := entra.ParseTokenError(body)
	if !ok {
		return unreadableAnswer(status)
	}
	f := &fault.Error{Kind: kindOf(e, status), Err: errors.New(describe(e)), Hints: remedies(e)}
	if status >= http.StatusInternalServerError {
		return f
	}
	switch e.OAuth {
	case "invalid_grant", "interaction_required", "login_required":
		if f.Kind == fault.SignIn {
			return &NeedPerson{Err: f, Revoked: e.OAuth == "invalid_grant"}
		}
	}
	return f
}

func describe(e entra.TokenError) string {
	if c, ok := e.Known(); ok {
		name := ""
		if c.Name != "" {
			name = " (" + c.Name + ")"
		}
		return fmt.Sprintf("AADSTS%d%s: %s", c.Code, name, strings.TrimRight(c.Meaning, "."))
	}
	text := safetext.Clean(e.Description)
	const longest = 300
	if r := []rune(text); len(r) > longest {
		text = string(r[:longest]) + "…"
	}
	return safetext.Clean(e.OAuth) + ": " + text
}

func remedies(e entra.TokenError) []string {
	var hints []string
	if c, ok := e.Known(); ok {
		hints = append(hints, fmt.Sprintf("%s (%s)", strings.TrimRight(c.Remedy, "."), c.Who))
	}
	if len(e.Codes) > 0 {
		hints = append(hints, "kubectl aad explain AADSTS"+strconv.Itoa(e.Codes[0]))
	}
	if id := safetext.Clean(e.Correlation); id != "" {
		hints = append(hints, "an administrator finds this sign-in in the logs by its correlation id "+id)
	}
	return hints
}

// Codes only choose the exit code and the text; what to do next is decided by
// OAuth's own error (Entra may change what a code means).
var (
	policyCodes = []int{50002, 50005, 50097, 50131, 500021, 500022, 500212, 500213, 53000, 53001, 53002, 53003, 53004, 53011,
		530003, 530032, 530033, 530034, 530035}
	forbiddenCodes = []int{16003, 50014, 50020, 50053, 50057, 50105, 90072}
	configCodes    = []int{50001, 50011, 50059, 50128, 50194, 500011, 500113, 65001, 65002, 65005, 650052, 650056, 650057, 70001,
		700016, 700022, 700023, 700025, 700027, 7000112, 7000215, 7000218, 7000222, 90002, 90009, 90014, 90038, 900144, 90094, 90095, 28002}
)

func kindOf(e entra.TokenError, status int) fault.Kind {
	has := func(list []int) bool {
		return slices.ContainsFunc(e.Codes, func(c int) bool { return slices.Contains(list, c) })
	}
	switch {
	case status == http.StatusTooManyRequests:
		return fault.Throttled
	case status >= http.StatusInternalServerError, e.OAuth == "temporarily_unavailable":
		return fault.Network
	case has(policyCodes):
		return fault.Policy
	case has(forbiddenCodes):
		return fault.Forbidden
	case slices.Contains(e.Codes, 50034):
		return fault.NotFound
	case has(configCodes):
		return fault.Config
	}
	switch e.OAuth {
	case "invalid_grant", "interaction_required", "login_required":
		return fault.SignIn
	case "authorization_declined", "access_denied", "expired_token", "code_expired", "bad_verification_code":
		return fault.Cancelled
	}
	return fault.Config
}

// unreadableAnswer is for answers that Entra did not write: a proxy's page, a
// gateway's error.
func unreadableAnswer(status int) error {
	text, later := fmt.Sprintf("Entra ID answered %d %s", status, http.StatusText(status)), "wait some minutes, then run the command again"
	switch {
	case status == http.StatusTooManyRequests:
		return fault.New(fault.Throttled, text, later)
	case status >= http.StatusInternalServerError:
		return fault.New(fault.Network, text, later)
	}
	return fault.New(fault.Network, fmt.Sprintf("the answer (%d %s) is not Entra ID's: a proxy or a portal is in between", status, http.StatusText(status)),
		"check HTTPS_PROXY, and with a browser whether this network asks you to sign in, then run the command again")
}

// Unreachable turns an error of the network into a fault: the host and the
// innermost reason.
func Unreachable(cloud entra.Cloud, err error) error {
	if errors.Is(err, context.Canceled) {
		return fault.New(fault.Cancelled, "cancelled")
	}
	reason := err.Error()
	var u *url.Error
	if errors.As(err, &u) {
		reason = u.Err.Error()
	}
	if errors.Is(err, context.DeadlineExceeded) {
		reason = "no answer in time"
	}
	f := fault.New(fault.Network, fmt.Sprintf("cannot reach %s: %s", safetext.Clean(cloud.Login), safetext.Clean(reason)))
	if strings.Contains(reason, "x509:") || strings.Contains(reason, "tls:") {
		f.Hints = []string{"the certificate is not trusted here: name the CA in the cloud file (caFile) or in SSL_CERT_FILE"}
	} else {
		f.Hints = []string{"check the network and HTTPS_PROXY, then run the command again"}
	}
	return f
}
