package graph

import (
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func caFile(t *testing.T, s *httptest.Server) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ca.pem")
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestExternal(t *testing.T) {
	for name, tt := range map[string]struct {
		user string
		want bool
	}{
		"member":                  {`{"userPrincipalName":"a@contoso.com","identities":[{"signInType":"userPrincipalName","issuer":"contoso.onmicrosoft.com"}]}`, false},
		"member without identity": {`{"userPrincipalName":"a@contoso.com"}`, false},
		"internal guest":          {`{"userPrincipalName":"a@contoso.com","userType":"Guest"}`, false},
		"external member":         {`{"userPrincipalName":"a@contoso.com","userType":"Member","identities":[{"issuer":"ExternalAzureAD"}]}`, true},
		"EXT":                     {`{"userPrincipalName":"c_fabrikam.com#ext#@contoso.onmicrosoft.com"}`, true},
		"invited":                 {`{"userPrincipalName":"c@contoso.com","creationType":"Invitation"}`, true},
		"local account":           {`{"userPrincipalName":"c@contoso.com","creationType":"LocalAccount"}`, false},
		"Microsoft account":       {`{"identities":[{"issuer":"contoso.com"},{"issuer":"MicrosoftAccount"}]}`, true},
		"one-time passcode":       {`{"identities":[{"issuer":"mail"}]}`, true},
		"SAML partner":            {`{"identities":[{"issuer":"https://idp.example.com/saml"}]}`, true},
		"another tenant":          {`{"identities":[{"issuer":"https://sts.windows.net/22222222-2222-2222-2222-222222222222/"}]}`, true},
		"this tenant":             {`{"identities":[{"issuer":"https://sts.windows.net/` + strings.ToUpper(tenantID) + `/"}]}`, false},
		"issuer null":             {`{"userPrincipalName":null,"identities":[{"issuer":null}]}`, false},
	} {
		u, err := decode[models.Userable](call{}, []byte(tt.user), models.CreateUserFromDiscriminatorValue)
		if err != nil {
			t.Fatal(err)
		}
		if got := external(u, tenantID); got != tt.want {
			t.Errorf("%s: external %v", name, got)
		}
	}
}

// What is written of an application is read back the same.
func TestApplicationRoundTrip(t *testing.T) {
	app := entra.Application{
		Name: "server", Audience: "AzureADMyOrg", IdentifierURIs: []string{"api://x"}, Tags: []string{"t"}, Notes: "n",
		TokenVersion: 1, GroupClaims: "SecurityGroup", OptionalClaims: []string{"idtyp"}, PublicClient: true, RedirectURIs: []string{"http://localhost"},
		Scopes: []entra.Scope{{ID: tenantID, Value: "user_impersonation", Description: "d", Enabled: true}},
		Permissions: []entra.ResourcePermissions{{Resource: entra.MicrosoftGraph,
			Delegated: []string{entra.UserRead}, AppRoles: []string{entra.DirectoryReadAllApp}}},
	}
	body, err := json.Marshal(applicationBody(app))
	if err != nil {
		t.Fatal(err)
	}
	m, err := decode[models.Applicationable](call{}, body, models.CreateApplicationFromDiscriminatorValue)
	if err != nil {
		t.Fatal(err)
	}
	if got := application(m); !reflect.DeepEqual(got, app) {
		t.Errorf("\n got %+v\nwant %+v", got, app)
	}
}

// A list that setup emptied is emptied in the directory too, and what it does
// not know is left alone.
func TestApplicationBodyOfNothing(t *testing.T) {
	body, err := json.Marshal(applicationBody(entra.Application{}))
	const want = `{"api":{"oauth2PermissionScopes":[]},"groupMembershipClaims":"None","identifierUris":[],"isFallbackPublicClient":false,` +
		`"optionalClaims":{"accessToken":[]},"publicClient":{"redirectUris":[]},"requiredResourceAccess":[],"tags":[]}`
	if err != nil || string(body) != want {
		t.Errorf("%s, %v", body, err)
	}
}

func TestSecretIsShownOnceAndNeverPrinted(t *testing.T) {
	s := newServer(t, func(n int, _ seen, w http.ResponseWriter) {
		if n == 0 {
			io.WriteString(w, `{"keyId":"33333333-3333-3333-3333-333333333333","displayName":"kubectl-aad","hint":"abc","secretText":"abc~s3cret","endDateTime":"2030-01-02T03:04:05Z"}`)
			return
		}
		io.WriteString(w, `{"keyId":null,"secretText":null}`)
	})
	c := s.client(t, nil)
	info, secret, err := c.AddSecret(t.Context(), "app", "kubectl-aad", deadline)
	if err != nil || secret.Reveal() != "abc~s3cret" || info.KeyID != "33333333-3333-3333-3333-333333333333" || !info.Expires.Equal(deadline) {
		t.Errorf("%+v, %v, %v", info, secret, err)
	}
	if want := `{"passwordCredential":{"displayName":"kubectl-aad","endDateTime":"2030-01-02T03:04:05Z"}}`; s.seen[0].body != want {
		t.Errorf("sent %s", s.seen[0].body)
	}
	if _, _, err := c.AddSecret(t.Context(), "app", "x", deadline); fault.KindOf(err) != fault.Failure {
		t.Errorf("no secret in the answer: %v", err)
	}
}

func TestUpsertNeedsAUniqueName(t *testing.T) {
	s := newServer(t, func(n int, r seen, w http.ResponseWriter) {
		if r.method == http.MethodPatch {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		io.WriteString(w, `{"id":"O","appId":"C","uniqueName":"it's #1"}`)
	})
	c := s.client(t, nil)
	if _, err := c.UpsertApplication(t.Context(), entra.Application{Name: "x"}); fault.KindOf(err) != fault.Usage || len(s.seen) != 0 {
		t.Errorf("without one: %v, %d requests", err, len(s.seen))
	}
	app, err := c.UpsertApplication(t.Context(), entra.Application{UniqueName: "it's #1"})
	if err != nil || app.ID != "o" || app.ClientID != "c" {
		t.Errorf("%+v, %v", app, err)
	}
	if r := s.seen[0]; r.path != "/v1.0/applications(uniqueName=%27it%27%27s%20%231%27)" || r.prefer != "create-if-missing, return=representation" {
		t.Errorf("%+v", r)
	}
}

// Whatever an answer holds, reading it does not panic.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"id":null,"identities":[null,{"issuer":1}],"passwordCredentials":[null],"requiredResourceAccess":[{"resourceAccess":[null]}]}`))
	f.Add([]byte(`{"api":{"oauth2PermissionScopes":[null,{}]},"optionalClaims":{"accessToken":[null]},"publicClient":null,"tags":[null]}`))
	f.Add([]byte(`{"error":{"code":null,"message":{}}}`))
	f.Add([]byte(`[]`))
	c := &Client{}
	f.Fuzz(func(t *testing.T, body []byte) {
		if m, err := decode[models.Applicationable](call{}, body, models.CreateApplicationFromDiscriminatorValue); err == nil {
			application(m)
		}
		if m, err := decode[models.DirectoryObjectable](call{}, body, models.CreateDirectoryObjectFromDiscriminatorValue); err == nil {
			c.principal(m)
		}
		if m, err := decode[models.Userable](call{}, body, models.CreateUserFromDiscriminatorValue); err == nil {
			c.principal(m)
		}
		if err := refused(call{}, &http.Response{StatusCode: 400}, body); err == nil {
			t.Error("a refusal is no error")
		}
	})
}

// How the server app lets guests' tokens carry a upn counts for their names.
func TestGuestUPN(t *testing.T) {
	for property, want := range map[string]string{
		"include_externally_authenticated_upn":              "include_externally_authenticated_upn",
		"include_externally_authenticated_upn_without_hash": "include_externally_authenticated_upn_without_hash",
		"other": "",
	} {
		m := models.NewApplication()
		claims, upn, idtyp := models.NewOptionalClaims(), models.NewOptionalClaim(), models.NewOptionalClaim()
		for claim, name := range map[models.OptionalClaimable]string{upn: "upn", idtyp: "idtyp"} {
			claim.SetName(&name)
			claim.SetAdditionalProperties([]string{property})
		}
		claims.SetAccessToken([]models.OptionalClaimable{idtyp, upn})
		m.SetOptionalClaims(claims)
		if got := application(m); got.GuestUPN != want {
			t.Errorf("%s: %q", property, got.GuestUPN)
		}
		body, err := json.Marshal(applicationBody(application(m)))
		if kept := strings.Contains(string(body), `"additionalProperties":["`+property); err != nil || kept != (want != "") {
			t.Errorf("%s is written as %s, %v", property, body, err)
		}
	}
}
