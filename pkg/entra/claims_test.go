package entra_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

func jwt(claims string) string {
	return "eyJhbGciOiJSUzI1NiJ9." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".c2ln"
}

func TestParseClaims(t *testing.T) {
	for _, tt := range []struct {
		name, claims, user string
		client             entra.ClientID
		app, overage       bool
	}{
		{"member, v1", `{"upn":"a@contoso.com","oid":"o1","appid":"c1","scp":"user_impersonation"}`, "a@contoso.com", "c1", false, false},
		{"guest, v1", `{"unique_name":"c@fabrikam.com","oid":"o2","appid":"c1","scp":"x"}`, "o2", "c1", false, false},
		{"service principal", `{"oid":"o3","appid":"c3"}`, "o3", "c3", true, false},
		{"idtyp decides", `{"oid":"o3","azp":"c3","idtyp":"user"}`, "o3", "c3", false, false},
		{"overage", `{"oid":"o4","scp":"x","_claim_names":{"groups":"src1"}}`, "o4", "", false, true},
		{"a proof of possession", `{"at":"` + jwt(`{"upn":"a@contoso.com","appid":"c1","scp":"x"}`) + `","u":"/cluster","ts":1}`, "a@contoso.com", "c1", false, false},
		{"implicit overage", `{"oid":"o4","scp":"x","hasgroups":true}`, "o4", "", false, true},
	} {
		c, err := entra.ParseClaims(jwt(tt.claims))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if c.Username() != tt.user || c.Client() != tt.client || c.IsApp() != tt.app || c.Overage() != tt.overage {
			t.Errorf("%s: user %q, client %q, app %v, overage %v", tt.name, c.Username(), c.Client(), c.IsApp(), c.Overage())
		}
	}
}

func TestParseClaimsRefusesWhatIsNoJWT(t *testing.T) {
	for _, in := range []string{"", "a.b", "a.b.c.d", "a.!!.c", jwt(`{"at":"x"}`), "a." + base64.RawURLEncoding.EncodeToString([]byte("[]")) + ".c"} {
		if _, err := entra.ParseClaims(in); !errors.Is(err, entra.ErrNotJWT) {
			t.Errorf("ParseClaims(%q): %v", in, err)
		}
	}
	secret := strings.Repeat("x", entra.MaxToken+1)
	if _, err := entra.ParseClaims(secret); err == nil || strings.Contains(err.Error(), "xxx") {
		t.Errorf("too large: %v", err)
	}
}

func FuzzParseClaims(f *testing.F) {
	f.Add(jwt(`{"upn":"a"}`))
	f.Add("..")
	f.Fuzz(func(t *testing.T, in string) {
		if _, err := entra.ParseClaims(in); err != nil && len(in) > 40 && strings.Contains(err.Error(), in) {
			t.Error("the error repeats the token")
		}
	})
}

func TestIsGUID(t *testing.T) {
	for in, want := range map[string]bool{
		string(entra.AKSServer): true, strings.ToUpper(string(entra.AKSServer)): true,
		"": false, "6dae42f8-4368-4678-94ff-3960e28e363": false, "6dae42f8x4368-4678-94ff-3960e28e3630": false,
		"gdae42f8-4368-4678-94ff-3960e28e3630": false, "{dae42f8-4368-4678-94ff-3960e28e363}": false,
	} {
		if entra.IsGUID(in) != want {
			t.Errorf("IsGUID(%q) = %v", in, !want)
		}
	}
}
