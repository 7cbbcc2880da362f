package binding

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Form is the identifier by which a subject names a principal.
type Form string

// The forms of a subject. They are words of the command line.
const (
	ByUPN      Form = "upn"
	ByObjectID Form = "objectId"
)

// ParseForm reads upn or objectId in any case; "" is left open.
func ParseForm(s string) (Form, error) {
	for _, f := range []Form{"", ByUPN, ByObjectID} {
		if strings.EqualFold(s, string(f)) {
			return f, nil
		}
	}
	return "", fault.Newf(fault.Usage, "%q is no form of a subject: use upn or objectId", s)
}

// Mapper decides how one cluster names principals. The zero Mapper is right for
// AKS and for the article's two apps: their authenticators take the claim upn
// of a v1 token and, where a token has none, oid.
type Mapper struct {
	// As overrides the form for users; "" decides by the principal.
	As Form
}

// Subject returns the name of p for the cluster and the reason in one sentence
// that is harmless on a terminal. RBAC compares names letter by letter, so a
// UPN is in the directory's spelling.
func (m Mapper) Subject(p entra.Principal) (Subject, string, error) {
	form, reason := m.form(p)
	switch {
	case p.Kind == entra.Group:
		return named(KindGroup, string(p.ID), reason)
	case form == ByUPN && p.UPN == "":
		return Subject{}, "", fault.Newf(fault.Usage, "%s has no sign-in name to be bound by", Title(p))
	case form == ByUPN:
		return named(KindUser, p.UPN, reason)
	default:
		return named(KindUser, string(p.ID), reason)
	}
}

func (m Mapper) form(p entra.Principal) (Form, string) {
	switch {
	case p.Kind == entra.Group:
		return ByObjectID, "objectId: tokens name groups by their object id"
	case p.Kind == entra.ServicePrincipal:
		return ByObjectID, "objectId: an application's tokens carry no upn; the object id is its service principal's"
	case m.As != "":
		return m.As, fmt.Sprintf("%s: as asked for with --as-subject", m.As)
	case elsewhere(p):
		return ByObjectID, fmt.Sprintf("objectId: %s is a guest here, and a guest's tokens carry no upn", Title(p))
	case p.UPN == "":
		return ByObjectID, fmt.Sprintf("objectId: no sign-in name is known of %s", Title(p))
	default:
		return ByUPN, fmt.Sprintf("upn: %s is a member here, and a member's tokens carry the upn", Title(p))
	}
}

// elsewhere reports whether p signs in in another directory. A #EXT# name
// settles it: no token ever carries one.
func elsewhere(p entra.Principal) bool {
	return p.External || strings.Contains(p.UPN, "#EXT#")
}

// named refuses what no authenticator may say, so that no directory entry can
// be bound as one of Kubernetes' own identities.
func named(kind, name, reason string) (Subject, string, error) {
	switch {
	case strings.HasPrefix(name, "system:"), name != safetext.Clean(name):
		return Subject{}, "", fault.Newf(fault.Usage, "%q cannot be a subject", name)
	case !strings.Contains(name, "@") && !entra.IsGUID(name):
		return Subject{}, "", fault.Newf(fault.Usage, "%q is neither an object id nor a sign-in name", name)
	}
	return Subject{Kind: kind, Name: name}, reason, nil
}

// Title names p in a sentence: its sign-in name, else its display name, else
// its object id; cleaned.
func Title(p entra.Principal) string {
	for _, s := range []string{p.SignInName(), p.Name, string(p.ID)} {
		if s = safetext.Clean(s); s != "" {
			return s
		}
	}
	return "this principal"
}

// Warnings says why a binding for p may not let anybody in, each in one
// sentence.
func (m Mapper) Warnings(p entra.Principal) []string {
	var list []string
	if p.Disabled {
		list = append(list, Title(p)+" is disabled: nobody signs in with it until it is enabled again")
	}
	if p.Pending {
		list = append(list, Title(p)+" has not accepted the invitation yet")
	}
	if p.Kind == entra.Group && !p.SecurityEnabled {
		list = append(list, Title(p)+" is not a security group: it is in no token unless the server app asks for all groups")
	}
	if p.Kind == entra.User && p.UPN == "" && !elsewhere(p) && m.As != ByUPN {
		list = append(list, "an object id lets guests in; members are known by their sign-in name")
	}
	if p.Kind != entra.User || m.As == "" {
		return list
	}
	switch external := elsewhere(p); {
	case m.As == ByUPN && external:
		list = append(list, Title(p)+" is a guest here, and a guest's tokens carry no upn: this cluster will not recognise the name unless its server app adds one")
	case m.As == ByObjectID && !external && p.UPN != "":
		list = append(list, Title(p)+" is a member here: a cluster that takes the upn will not recognise the object id")
	}
	return list
}
