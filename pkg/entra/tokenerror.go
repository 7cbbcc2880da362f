package entra

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// TokenError is the body of a refused OAuth request. OAuth and Suberror are
// the contract to branch on; the rest explains. Description comes from the
// network: strip it before a terminal sees it.
type TokenError struct {
	OAuth       string // "invalid_grant", "interaction_required", ...
	Suberror    string // "basic_action", "token_expired", ...; often empty
	Description string // on one line, without trace id, correlation id and time
	Claims      string // what Conditional Access asks for, JSON; often empty
	Correlation string // what Microsoft's support asks for
	Codes       []int  // AADSTS codes, the most important first
}

// ParseTokenError reads the JSON body of a token or device-code endpoint's
// answer. False means that the body is no OAuth error: a proxy's page, or an
// answer that went well. Without error_codes the description is searched.
func ParseTokenError(body []byte) (TokenError, bool) {
	var in struct {
		OAuth       string          `json:"error"`
		Suberror    string          `json:"suberror"`
		Description string          `json:"error_description"`
		Claims      string          `json:"claims"`
		Correlation string          `json:"correlation_id"`
		Codes       json.RawMessage `json:"error_codes"`
	}
	if err := json.Unmarshal(body, &in); err != nil || in.OAuth == "" {
		return TokenError{}, false
	}
	e := TokenError{
		OAuth:       in.OAuth,
		Suberror:    in.Suberror,
		Description: withoutTrace(in.Description),
		Claims:      in.Claims,
		Correlation: in.Correlation,
		Codes:       numbers(in.Codes),
	}
	if e.Correlation == "" {
		e.Correlation = traceField(in.Description, "Correlation ID:")
	}
	if len(e.Codes) == 0 {
		e.Codes = AADSTSIn(in.Description)
	}
	return e, true
}

// Known returns the first of the error's codes that the table explains.
func (e TokenError) Known() (Code, bool) {
	for _, n := range e.Codes {
		if c, ok := AADSTS(n); ok {
			return c, true
		}
	}
	return Code{}, false
}

// withoutTrace cuts what Entra appends for its support ("Trace ID: …
// Correlation ID: … Timestamp: …", on lines of their own or after a space).
func withoutTrace(s string) string {
	if i := strings.Index(s, "Trace ID:"); i >= 0 {
		s = s[:i]
	}
	return strings.Join(strings.Fields(s), " ")
}

func traceField(s, name string) string {
	_, rest, ok := strings.Cut(s, name)
	if !ok {
		return ""
	}
	if fields := strings.Fields(rest); len(fields) > 0 && IsGUID(fields[0]) {
		return fields[0]
	}
	return ""
}

// numbers reads error_codes: numbers as documented, or numbers in quotes.
// Anything else counts as absent.
func numbers(raw json.RawMessage) []int {
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil
	}
	var codes []int
	for _, item := range items {
		n, err := strconv.Atoi(strings.Trim(string(item), `"`))
		if err == nil && n > 0 && !slices.Contains(codes, n) {
			codes = append(codes, n)
		}
	}
	return codes
}
