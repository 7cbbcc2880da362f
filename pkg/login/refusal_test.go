package login

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

func TestRefusal(t *testing.T) {
	for _, tc := range []struct {
		status int
		oauth  string
		code   int
		kind   fault.Kind
		person bool
	}{
		{400, "invalid_grant", 50173, fault.SignIn, true}, {400, "invalid_grant", 70043, fault.SignIn, true}, {400, "invalid_grant", 0, fault.SignIn, true},
		{400, "interaction_required", 50076, fault.SignIn, true}, {400, "invalid_grant", 53003, fault.Policy, false},
		{400, "interaction_required", 530003, fault.Policy, false}, {400, "invalid_grant", 50057, fault.Forbidden, false},
		{400, "invalid_grant", 65001, fault.Config, false}, {401, "invalid_client", 7000218, fault.Config, false},
		{401, "invalid_client", 7000215, fault.Config, false}, {401, "invalid_client", 7000222, fault.Config, false},
		{400, "invalid_resource", 500011, fault.Config, false}, {400, "unauthorized_client", 700016, fault.Config, false},
		{400, "invalid_request", 90002, fault.Config, false}, {400, "invalid_request", 50034, fault.NotFound, false},
		{400, "authorization_declined", 0, fault.Cancelled, false}, {400, "expired_token", 70020, fault.Cancelled, false},
		{429, "temporarily_unavailable", 90055, fault.Throttled, false}, {503, "temporarily_unavailable", 90033, fault.Network, false},
		{500, "invalid_grant", 0, fault.Network, false}, {400, "never_seen", 0, fault.Config, false},
	} {
		body := fmt.Sprintf(`{"error":%q,"error_codes":[%d],"error_description":"AADSTS%d: <b>text</b>\x1b"}`, tc.oauth, tc.code, tc.code)
		body = strings.ReplaceAll(body, `\x1b`, `\u001b`)
		err := Refusal(tc.status, []byte(body))
		var need *NeedPerson
		if fault.KindOf(err) != tc.kind || errors.As(err, &need) != tc.person {
			t.Errorf("%+v: kind %d, %T", tc, fault.KindOf(err), err)
		}
		if strings.ContainsAny(err.Error(), "\n\x1b{") {
			t.Errorf("%+v: %q", tc, err)
		}
	}
}

func TestAnswersOfOthers(t *testing.T) {
	for status, want := range map[int]string{407: "proxy", 200: "proxy", 302: "proxy", 503: "503", 429: "429"} {
		err := Refusal(status, []byte("<html>secret page</html>"))
		if !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "html") {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestUnreachable(t *testing.T) {
	cloud := entra.Cloud{Login: "https://login.example"}
	for _, tc := range []struct {
		err  error
		kind fault.Kind
		want string
	}{
		{&url.Error{Op: "Post", URL: "https://login.example/?secret=1", Err: errors.New("connection refused")}, fault.Network, "login.example: connection refused"},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), fault.Network, "no answer in time"},
		{context.Canceled, fault.Cancelled, "cancelled"},
		{errors.New("tls: failed to verify certificate: x509: unknown authority"), fault.Network, "x509"},
	} {
		err := Unreachable(cloud, tc.err)
		if fault.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v: %v", tc.err, err)
		}
	}
}

// A domain is looked up once and remembered.
func TestDomains(t *testing.T) {
	asked := 0
	entraID := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		switch {
		case strings.HasPrefix(r.URL.Path, "/contoso.com/"):
			fmt.Fprintf(w, `{"issuer":"https://sts.windows.net/%s/"}`, tenant)
		case strings.HasPrefix(r.URL.Path, "/portal.example/"):
			fmt.Fprint(w, "<html>")
		default:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_tenant","error_codes":[90002]}`)
		}
	}))
	defer entraID.Close()
	m := &method{}
	b, _ := newBroker(t, m)
	r := request()
	r.Cloud.Login, r.Tenant = entraID.URL, "contoso.com"
	for range 2 {
		if _, err := b.Token(context.Background(), r); err != nil {
			t.Fatal(err)
		}
	}
	if asked != 1 || m.prompts != 1 {
		t.Errorf("%d look-ups, %d prompts", asked, m.prompts)
	}
	for domain, kind := range map[string]fault.Kind{"nosuch.example": fault.Config, "portal.example": fault.Network} {
		r.Tenant = domain
		if _, err := b.Token(context.Background(), r); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", domain, err)
		}
	}
}
