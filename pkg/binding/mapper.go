package binding

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
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

// Mapper decides how one cluster names principals.
type Mapper struct {
	// As overrides the form for users; "" decides by the principal.
	As Form
	// Naming is what is known of the cluster; the zero one is naming.Default.
	Naming naming.Naming
}

// Subject returns the name of p for the cluster and the reason in one sentence
// that is harmless on a terminal. RBAC compares names letter by letter, so a
// UPN is in the directory's spelling.
func (m Mapper) Subject(p entra.Principal) (Subject, string, error) {
	n := m.naming()
	switch {
	case p.ID == "" && p.UPN == "":
		return Subject{}, "", fault.Newf(fault.Usage, "%s has neither an object id nor a sign-in name", Title(p))
	case p.Kind == entra.Group:
		name, err := n.Group(p.ID)
		if err != nil {
			return Subject{}, "", fault.Wrap(fault.Config, "name "+Title(p), err)
		}
		return named(KindGroup, n.Groups.Prefix, name, "objectId: tokens name groups by their object id")
	case m.As != "" && p.Kind == entra.User:
		return m.forced(p)
	}
	name, choice, err := n.User(p)
	if err != nil {
		return Subject{}, "", fault.Wrap(fault.Config, "name "+Title(p), err)
	}
	return named(KindUser, choice.Prefix, name, n.reason(p, choice))
}

func (m Mapper) naming() namer {
	if len(m.Naming.Username) == 0 {
		return namer{naming.Default()}
	}
	return namer{m.Naming}
}

// Identity is who p is to the API server by the directory's word, with the
// groups that p is in. Whatever form was asked for does not count.
func (m Mapper) Identity(p entra.Principal, groups []entra.ObjectID) (naming.Identity, error) {
	id, err := m.naming().Identity(p, groups)
	return id, fault.Wrap(fault.Config, "name "+Title(p), err)
}

// Group returns the name of a group for the cluster.
func (m Mapper) Group(id entra.ObjectID) (string, error) { return m.naming().Group(id) }

// Bare returns the name of a subject without what the cluster puts before it.
func (m Mapper) Bare(s Subject) string { return m.naming().Bare(s.Kind == KindGroup, s.Name) }

// forced names p in the form of m.As, with the prefix of that claim if it has
// one of its own.
func (m Mapper) forced(p entra.Principal) (Subject, string, error) {
	claim, name := "oid", string(p.ID)
	if m.As == ByUPN {
		claim, name = "upn", p.UPN
	}
	if name == "" && m.As == ByUPN {
		return Subject{}, "", fault.Newf(fault.Usage, "%s has no sign-in name to be bound by", Title(p))
	}
	rule := m.naming().Username
	prefix := rule[0].Prefix
	for _, c := range rule {
		if c.Claim == claim {
			prefix = c.Prefix
			break
		}
	}
	return named(KindUser, prefix, prefix+name, fmt.Sprintf("%s: as asked for with --as-subject", m.As))
}

// named refuses what no authenticator may say, so that no directory entry can
// be bound as one of Kubernetes' own identities.
func named(kind, prefix, name, reason string) (Subject, string, error) {
	bare := strings.TrimPrefix(name, prefix)
	switch {
	case strings.HasPrefix(name, "system:"), name != safetext.Clean(name):
		return Subject{}, "", fault.Newf(fault.Usage, "%q cannot be a subject", name)
	case !strings.Contains(bare, "@") && !entra.IsGUID(bare):
		return Subject{}, "", fault.Newf(fault.Usage, "%q is neither an object id nor a sign-in name", bare)
	}
	if prefix != "" {
		reason += fmt.Sprintf("; this cluster puts %q before it", prefix)
	}
	return Subject{Kind: kind, Name: name}, reason, nil
}
