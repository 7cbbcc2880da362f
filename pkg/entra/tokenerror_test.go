package entra

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseTokenError(t *testing.T) {
	const trace = `\r\nTrace ID: 0f3e1f0a-0000-0000-0000-000000000001\r\nCorrelation ID: 0f3e1f0a-0000-0000-0000-000000000002\r\nTimestamp: 2026-01-01 00:00:00Z`
	const correlation = "0f3e1f0a-0000-0000-0000-000000000002"
	for _, tt := range []struct {
		name, body string
		want       TokenError
		ok         bool
	}{
		{"complete", `{"error":"invalid_grant","suberror":"basic_action","claims":"{\"access_token\":{}}","error_codes":[50076,50076,50079],"error_description":"AADSTS50076: Use MFA.` + trace + `","correlation_id":"c"}`,
			TokenError{OAuth: "invalid_grant", Suberror: "basic_action", Claims: `{"access_token":{}}`, Description: "AADSTS50076: Use MFA.", Correlation: "c", Codes: []int{50076, 50079}}, true},
		{"codes only in the description", `{"error":"invalid_client","error_description":"AADSTS7000222: expired, see AADSTS7000215.` + trace + `"}`,
			TokenError{OAuth: "invalid_client", Description: "AADSTS7000222: expired, see AADSTS7000215.", Correlation: correlation, Codes: []int{7000222, 7000215}}, true},
		{"trace on one line", `{"error":"x","error_description":"AADSTS70016: pending. Trace ID: a Correlation ID: b Timestamp: c","error_codes":["70016"]}`,
			TokenError{OAuth: "x", Description: "AADSTS70016: pending.", Codes: []int{70016}}, true},
		{"error_codes of another shape", `{"error":"x","error_description":"AADSTS50057: no.","error_codes":{"a":1}}`,
			TokenError{OAuth: "x", Description: "AADSTS50057: no.", Codes: []int{50057}}, true},
		{"no code at all", `{"error":"slow_down"}`, TokenError{OAuth: "slow_down"}, true},
		{"a proxy's page", `<html>AADSTS50057</html>`, TokenError{}, false},
		{"a good answer", `{"access_token":"x"}`, TokenError{}, false},
		{"an ARM error", `{"error":{"code":"AuthorizationFailed"}}`, TokenError{}, false},
		{"nothing", ``, TokenError{}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := ParseTokenError([]byte(tt.body))
			if ok != tt.ok || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v, %v\nwant %+v, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestTokenErrorKnown(t *testing.T) {
	if c, ok := (TokenError{Codes: []int{1, 50057}}).Known(); !ok || c.Code != 50057 {
		t.Errorf("Known() = %+v, %v: an unknown code must not hide a known one", c, ok)
	}
	if c, ok := (TokenError{Codes: []int{1}}).Known(); ok {
		t.Errorf("Known() = %+v", c)
	}
}

func FuzzParseTokenError(f *testing.F) {
	f.Add([]byte(`{"error":"invalid_grant","error_codes":[50076],"error_description":"AADSTS50076: x\r\nTrace ID: y"}`))
	f.Add([]byte(`{"error":"e","error_codes":["1",2,null],"error_description":"AADSTSAADSTS1 AADSTS99999999999"}`))
	f.Add([]byte(`{"error":"0","error_description":"AADSTS0"}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		e, ok := ParseTokenError(body)
		if ok == (e.OAuth == "") {
			t.Fatalf("ok %v with error %q", ok, e.OAuth)
		}
		if strings.ContainsAny(e.Description, "\r\n\t") || strings.Contains(e.Description, "Trace ID:") {
			t.Fatalf("description not cleaned: %q", e.Description)
		}
		for i, n := range e.Codes {
			if n <= 0 {
				t.Fatalf("code %d", n)
			}
			for _, m := range e.Codes[:i] {
				if m == n {
					t.Fatalf("code %d twice", n)
				}
			}
		}
	})
}
