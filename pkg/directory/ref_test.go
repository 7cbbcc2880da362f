package directory

import (
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

const guid = "3FA85F64-5717-4562-B3FC-2C963F66AFA6"

func TestParseRef(t *testing.T) {
	small := strings.ToLower(guid)
	tests := []struct {
		in   string
		want Ref
	}{
		{"alice@contoso.com", Ref{"alice@contoso.com", "", UPNOrMail}},
		{" Alice@Contoso.com ", Ref{"Alice@Contoso.com", "", UPNOrMail}},
		{"carol_fabrikam.com#EXT#@contoso.com", Ref{"carol_fabrikam.com#EXT#@contoso.com", "", UPNOrMail}},
		{"user:alice@contoso.com", Ref{"alice@contoso.com", entra.User, UPNOrMail}},
		{"USER:Alice Example", Ref{"Alice Example", entra.User, Name}},
		{`group:"Platform Team"`, Ref{"Platform Team", entra.Group, Name}},
		{"group:team@contoso.com", Ref{"team@contoso.com", entra.Group, UPNOrMail}},
		{"sp:ci-bot", Ref{"ci-bot", entra.ServicePrincipal, Name}},
		{"sp:ci@contoso", Ref{"ci@contoso", entra.ServicePrincipal, Name}}, // applications have no mail
		{"sp:" + guid, Ref{small, entra.ServicePrincipal, ID}},
		{"app:" + guid, Ref{small, entra.ServicePrincipal, ClientID}},
		{"app:ci-bot", Ref{"ci-bot", entra.ServicePrincipal, Name}},
		{guid, Ref{small, "", ID}},
		{"me", Ref{"me", entra.User, Me}},
		{"user:me", Ref{"me", entra.User, Name}},
		{"Platform Team", Ref{"Platform Team", "", Name}},
		{"'Platform Team'", Ref{"Platform Team", "", Name}},
		{"Ops: night shift", Ref{"Ops: night shift", "", Name}},
		{"On call @ night", Ref{"On call @ night", "", Name}},
		{"a@b@c", Ref{"a@b@c", "", Name}},
		{"@contoso.com", Ref{"@contoso.com", "", Name}},
	}
	for _, tt := range tests {
		if got, err := ParseRef(tt.in); err != nil || got != tt.want {
			t.Errorf("ParseRef(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
	}
	for _, bad := range []string{"", "  ", "user:", `group:""`, "a\x1b[2J", "a\nb", strings.Repeat("x", maxText+1), "\xff"} {
		if got, err := ParseRef(bad); fault.KindOf(err) != fault.Usage {
			t.Errorf("ParseRef(%q) = %+v, %v; want a usage error", bad, got, err)
		}
	}
}

// What a Ref says of itself is the Ref when read again, so that hints can be
// pasted.
func FuzzParseRef(f *testing.F) {
	for _, s := range []string{"alice@contoso.com", "group:group:x", `sp:"'a'"`, "app:" + guid, "me", "'me'", "user:'user:x'", `" a "`, "ſp:x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ref, err := ParseRef(s)
		if err != nil {
			return
		}
		if ref.Text == "" || ref.By == "" {
			t.Errorf("ParseRef(%q) = %+v", s, ref)
		}
		again, err := ParseRef(ref.String())
		if err != nil || again != ref {
			t.Errorf("%q is %+v, and its %q is %+v (%v)", s, ref, ref.String(), again, err)
		}
	})
}
