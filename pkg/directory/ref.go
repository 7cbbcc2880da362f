// Package directory turns what a person types for a principal into the one
// principal that is meant. It speaks no protocol: whoever can search the
// directory is handed in as a Lookup.
package directory

import (
	"strings"
	"unicode"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// By says which attribute a Ref's text is compared with.
type By string

// The ways to refer to a principal.
const (
	// UPNOrMail: sign-in name, else mail, other mails, or the guest's #EXT#
	// spelling; for groups their mail.
	UPNOrMail By = "upn-or-mail"
	// Name: display name, whole and without regard to case.
	Name By = "name"
	// ID: object id; where that finds nothing and the kind allows a service
	// principal, client id.
	ID By = "id"
	// ClientID: application id of a service principal.
	ClientID By = "client-id"
	// Me: the user who is signed in.
	Me By = "me"
)

// maxText is the longest display name that Entra ID keeps (256 characters of
// at most 4 bytes each).
const maxText = 4 * 256

// Ref is what somebody typed, read but not looked up. GUIDs are in lower case.
type Ref struct {
	Text string
	Kind entra.Kind // "" is any
	By   By
}

// prefixes narrow a reference to one kind.
var prefixes = []struct {
	text string
	kind entra.Kind
	guid By // what a GUID after it is
}{
	{"user:", entra.User, ID},
	{"group:", entra.Group, ID},
	{"sp:", entra.ServicePrincipal, ID},
	{"app:", entra.ServicePrincipal, ClientID},
}

// ParseRef reads user@contoso.com, a display name, a GUID, me, or one of these
// but me after user:, group:, sp: or app: (app: takes a client id). Quotes around the
// name are dropped. The error is of kind fault.Usage.
func ParseRef(s string) (Ref, error) {
	ref := Ref{Text: strings.TrimSpace(s)}
	guid := ID
	for _, p := range prefixes {
		if len(ref.Text) >= len(p.text) && strings.EqualFold(ref.Text[:len(p.text)], p.text) {
			ref.Kind, guid = p.kind, p.guid
			ref.Text = strings.TrimSpace(ref.Text[len(p.text):])
			break
		}
	}
	ref.Text = unquote(ref.Text)
	switch {
	case ref.Text == "":
		return Ref{}, fault.New(fault.Usage, "no principal named",
			`name one, such as alice@contoso.com, group:"Platform Team", sp:ci-bot or an object id`)
	case len(ref.Text) > maxText:
		return Ref{}, fault.Newf(fault.Usage, "a name of %d bytes is longer than any in the directory", len(ref.Text))
	case strings.ContainsFunc(ref.Text, func(r rune) bool { return r == unicode.ReplacementChar || unicode.IsControl(r) }):
		return Ref{}, fault.Newf(fault.Usage, "the name %q holds characters that no name has", ref.Text)
	case entra.IsGUID(ref.Text):
		ref.By, ref.Text = guid, strings.ToLower(ref.Text)
	case ref.Kind == "" && strings.EqualFold(ref.Text, "me"):
		ref = Ref{Text: "me", Kind: entra.User, By: Me}
	case ref.Kind != entra.ServicePrincipal && looksLikeMail(ref.Text):
		ref.By = UPNOrMail
	default:
		ref.By = Name
	}
	return ref, nil
}

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return strings.TrimSpace(s[1 : len(s)-1])
	}
	return s
}

// looksLikeMail reports whether s can be a sign-in name: one @ with something
// on both sides, and no space.
func looksLikeMail(s string) bool {
	local, domain, ok := strings.Cut(s, "@")
	return ok && local != "" && domain != "" && !strings.Contains(domain, "@") &&
		!strings.ContainsFunc(s, unicode.IsSpace)
}

// Domain returns the part after the @ in lower case, or "".
func (r Ref) Domain() string {
	if r.By != UPNOrMail {
		return ""
	}
	_, domain, _ := strings.Cut(r.Text, "@")
	return strings.ToLower(domain)
}

// String returns the reference as ParseRef takes it.
func (r Ref) String() string {
	if r.By == Me {
		return r.Text
	}
	for _, p := range prefixes {
		if p.kind == r.Kind && (r.By != ClientID || p.guid == ClientID) {
			return p.text + `"` + r.Text + `"`
		}
	}
	return `"` + r.Text + `"`
}
