package login_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Answers of the token endpoint that people quote in public issues.
const (
	secretCase  = "OfficeDev/microsoft-365-agents-toolkit#8621 (answer of 2023-05-06)"
	consentCase = "MicrosoftDocs/azure-docs#39189 (answer of 2019-09-19), stevenmaguire/oauth2-microsoft#31 (of 2025-01-23)"
	mfaCase     = "AzureAD/microsoft-authentication-library-for-js#5491 (answer of 2023-01-04)"
	verbCase    = "MicrosoftDocs/entra-docs reference-error-codes.md@04f65548: 900561; its status was not found"
)

// TestContractOfRefusals: what a refusal has depends on its number.
func TestContractOfRefusals(t *testing.T) {
	const always = "correlation_id error error_codes error_description timestamp trace_id "
	r := newRig(t, 0)
	person := []string{"grant_type", "password", "client_id", string(entra.AKSClient), "username", "alice@contoso.com", "password", "sandbox-alice", "scope", aksScope}
	bot := []string{"grant_type", "client_credentials", "client_id", directory.ID("client", "ci-bot"), "client_secret", "wrong", "scope", "https://graph.microsoft.com/.default"}
	for _, f := range []struct {
		name, source, fault, method string
		form                        []string
		status, code                int
		oauth, suberror, keys       string
	}{
		{"secret", secretCase, "", "POST", bot, 401, 7000215, "invalid_client", "", always + "error_uri"},
		{"consent", consentCase, "consent-missing", "POST", person, 400, 65001, "invalid_grant", "consent_required", always + "suberror"},
		{"MFA", mfaCase, "mfa-required", "POST", person, 400, 50076, "invalid_grant", "basic_action", always + "claims error_uri suberror"},
		{"method", verbCase, "", "GET", nil, 400, 900561, "invalid_request", "", always + "error_uri"},
	} {
		t.Run(f.name, func(t *testing.T) {
			if f.fault != "" {
				if err := r.chassis.Arm(wire.Login, f.fault, 1, ""); err != nil {
					t.Fatal(err)
				}
			}
			resp := r.send(f.method, tokenPath, f.form)
			defer func() { _ = resp.Body.Close() }()
			doc := map[string]any{}
			in := json.NewDecoder(resp.Body)
			in.UseNumber()
			if err := in.Decode(&doc); err != nil || resp.StatusCode != f.status {
				t.Fatalf("%s, %v, want %d (%s)", resp.Status, err, f.status, f.source)
			}
			want := strings.Fields(f.keys)
			slices.Sort(want)
			if got := slices.Sorted(maps.Keys(doc)); !slices.Equal(got, want) {
				t.Errorf("keys %v, want %v (%s)", got, want, f.source)
			}
			if codes := fmt.Sprint(doc["error_codes"]); codes != fmt.Sprintf("[%d]", f.code) || doc["error"] != f.oauth || f.suberror != "" && doc["suberror"] != f.suberror {
				t.Errorf("%s %v %v, want %d %s %s (%s)", codes, doc["error"], doc["suberror"], f.code, f.oauth, f.suberror, f.source)
			}
			if text := fmt.Sprint(doc["error_description"]); !strings.HasPrefix(text, fmt.Sprintf("AADSTS%d: ", f.code)) || strings.Count(text, "\r\n") != 3 {
				t.Errorf("description %q (%s)", text, f.source)
			}
		})
	}
}
