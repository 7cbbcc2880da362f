package login_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

func base64url(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }

func base64URL(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func TestDeviceCode(t *testing.T) {
	r := newRig(t, 0)
	d := r.start(entra.AKSClient, aksScope+" openid offline_access profile")
	if len(d.UserCode) != 9 || strings.Contains(d.UserCode, "-") {
		t.Errorf("user code %q", d.UserCode)
	}
	if want := r.chassis.Endpoint(wire.Portal) + "/devicelogin"; d.Page != want {
		t.Errorf("verification_uri %q, want %q", d.Page, want)
	}
	if !strings.Contains(d.Message, "enter the code "+d.UserCode) || d.Interval != 1.0 {
		t.Errorf("message %q, interval %d", d.Message, d.Interval)
	}
	if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "authorization_pending" || a.code() != 70016 || a.status != 400 {
		t.Errorf("first poll: %+v", a)
	}
	r.clock.add(100 * time.Millisecond)
	if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "slow_down" {
		t.Errorf("early poll: %s", a.Error)
	}
	r.clock.add(time.Second)
	if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "authorization_pending" {
		t.Errorf("poll in time: %s", a.Error)
	}
	if err := r.service.SignIn("alice", strings.ToLower(d.UserCode[:4]+"-"+d.UserCode[4:])); err != nil {
		t.Fatal(err)
	}
	a := r.post(tokenPath, "grant_type", "device_code", "client_id", string(entra.AKSClient), "device_code", d.DeviceCode, "client_info", "1") // MSAL Go's spelling
	if a.status != http.StatusOK || a.Access == "" || a.Refresh == "" || a.ID == "" || a.Info == "" {
		t.Fatalf("answer: %+v", a)
	}
	if want := aksScope + " openid offline_access profile"; a.Scope != want {
		t.Errorf("scope %q, want %q", a.Scope, want)
	}
	if string(a.Expires) != "4500" {
		t.Errorf("expires_in %s", a.Expires)
	}
	if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "bad_verification_code" || a.code() != 70018 {
		t.Errorf("used code: %+v", a)
	}
}

func TestDeviceCodeEnds(t *testing.T) {
	r := newRig(t, 0)
	d := r.start(entra.AKSClient, aksScope)
	r.clock.add(16 * time.Minute)
	if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "expired_token" || a.code() != 70020 {
		t.Errorf("expired: %+v", a)
	}
	if err := r.service.SignIn("alice", d.UserCode); err == nil || !strings.Contains(err.Error(), "AADSTS70020") {
		t.Errorf("sign-in with an expired code: %v", err)
	}
	for who, want := range map[string]int{"dave": 50057, "erin": 53003} {
		a := r.signIn(who, entra.AKSClient, aksScope)
		if a.code() != want || a.status != 400 {
			t.Errorf("%s: %d %s, want %d", who, a.status, a.Description, want)
		}
		if want == 53003 && (a.Suberror == "" || !strings.Contains(a.Claims, "access_token")) {
			t.Errorf("%s: suberror %q, claims %q", who, a.Suberror, a.Claims)
		}
	}
	d = r.start(entra.AKSClient, aksScope)
	if err := r.service.SignIn("nobody", d.UserCode); err == nil || !strings.Contains(err.Error(), "AADSTS50034") {
		t.Errorf("unknown person: %v", err)
	}
	if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "authorization_pending" {
		t.Errorf("a typo ended the code: %s", a.Error)
	}
}

func TestRefresh(t *testing.T) {
	r := newRig(t, 0)
	first := r.signIn("alice", entra.AzureCLI, "https://graph.microsoft.com//.default offline_access openid profile")
	if c := r.claims(first.Access); c["aud"] != "https://graph.microsoft.com/" {
		t.Errorf("audience %v", c["aud"])
	}
	refresh := func(token, tenant, scope string) answer {
		return r.post("/"+tenant+"/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", token, "scope", scope)
	}
	second := refresh(first.Refresh, "organizations", "https://management.core.windows.net//.default")
	if c := r.claims(second.Access); c["aud"] != "https://management.core.windows.net/" || c["scp"] != "user_impersonation" {
		t.Errorf("other resource: aud %v, scp %v", c["aud"], c["scp"])
	}
	if second.Refresh == "" || second.Refresh == first.Refresh {
		t.Error("the refresh token was not replaced")
	}
	if a := refresh(first.Refresh, "contoso.com", aksScope); a.status != 200 {
		t.Errorf("the old refresh token ended at once: %s", a.Description)
	}
	if a := refresh(first.Refresh, "fabrikam.com", aksScope); a.code() != 50020 {
		t.Errorf("alice in fabrikam: %+v", a)
	}
	if a := r.post(tokenPath, "grant_type", "refresh_token", "client_id", string(entra.AKSClient), "refresh_token", first.Refresh, "scope", aksScope); a.code() != 70000 {
		t.Errorf("another client's refresh token: %+v", a)
	}
	alice, _ := r.contoso.Person("alice")
	r.clock.add(time.Minute)
	if err := r.contoso.Revoke(alice.ID); err != nil {
		t.Fatal(err)
	}
	if a := refresh(second.Refresh, "contoso.com", aksScope); a.code() != 50173 || a.Error != "invalid_grant" {
		t.Errorf("revoked: %+v", a)
	}
	r.clock.add(time.Minute)
	third := r.signIn("alice", entra.AzureCLI, aksScope+" offline_access")
	if a := refresh(third.Refresh, "contoso.com", aksScope); a.status != 200 {
		t.Errorf("a sign-in after the revocation: %s", a.Description)
	}
	r.clock.add(91 * 24 * time.Hour)
	if a := refresh(third.Refresh, "contoso.com", aksScope); a.code() != 700082 {
		t.Errorf("unused for 91 days: %+v", a)
	}
}

// carol's one refresh token serves the tenant where she is a guest and her own.
func TestRefreshAcrossTenants(t *testing.T) {
	r := newRig(t, 0)
	first := r.signIn("carol@fabrikam.com", entra.AzureCLI, aksScope+" offline_access")
	guest := r.claims(first.Access)
	a := r.post("/fabrikam.com/oauth2/v2.0/token", "grant_type", "refresh_token", "client_id", string(entra.AzureCLI), "refresh_token", first.Refresh, "scope", aksScope)
	home := r.claims(a.Access)
	if guest["tid"] == home["tid"] || guest["oid"] == home["oid"] || home["upn"] != "carol@fabrikam.com" {
		t.Errorf("guest %v, at home %v", guest, home)
	}
}

func TestDeviceFaults(t *testing.T) {
	r := newRig(t, 0)
	d := r.start(entra.AKSClient, aksScope)
	for name, want := range map[string]string{"slow-down": "slow_down", "declined": "authorization_declined", "code-expired": "expired_token"} {
		if err := r.chassis.Arm(wire.Login, name, 1, ""); err != nil {
			t.Fatal(err)
		}
		if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != want || a.status != 400 {
			t.Errorf("%s: %d %s, want %s", name, a.status, a.Error, want)
		}
		r.clock.add(2 * time.Second)
		if a := r.poll(entra.AKSClient, d.DeviceCode); a.Error != "authorization_pending" {
			t.Errorf("%s: still there: %s", name, a.Error)
		}
		r.clock.add(2 * time.Second)
	}
}
