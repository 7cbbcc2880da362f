package binding

import (
	"fmt"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// namer adds the words to what the cluster does.
type namer struct{ naming.Naming }

// reason says why p is named by a choice.
func (n namer) reason(p entra.Principal, by naming.Choice) string {
	title := Title(p)
	switch {
	case by.Claim == "upn" && naming.Elsewhere(p):
		return fmt.Sprintf("upn: %s is a guest here, and the server app lets guests' tokens carry one", title)
	case by.Claim == "upn":
		return fmt.Sprintf("upn: %s is a member here, and a member's tokens carry the upn", title)
	case by.Claim != "oid":
		return fmt.Sprintf("%s: this cluster names users by that claim", by.Claim)
	case p.Kind == entra.ServicePrincipal:
		return "objectId: an application's tokens carry no upn; the object id is its service principal's"
	case !n.asksForUPN():
		return "objectId: this cluster names everybody by the object id"
	case naming.Elsewhere(p):
		return fmt.Sprintf("objectId: %s is a guest here, and a guest's tokens carry no upn", title)
	case p.UPN == "":
		return fmt.Sprintf("objectId: no sign-in name is known of %s", title)
	default:
		return fmt.Sprintf("objectId: the server app's tokens are v2, and carry no upn for %s", title)
	}
}

func (n namer) asksForUPN() bool {
	return slices.ContainsFunc(n.Username, func(c naming.Choice) bool { return c.Has == "upn" })
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
	if p.Kind == entra.Group && m.Naming.Token.NoGroups {
		list = append(list, "the server app lets tokens name no groups (groupMembershipClaims): a group's binding lets nobody in")
	}
	if p.Kind == entra.User && p.UPN == "" && !naming.Elsewhere(p) && m.As != ByUPN && m.naming().membersByUPN() {
		list = append(list, "an object id lets guests in; members are known by their sign-in name")
	}
	if p.Kind != entra.User || m.As == "" {
		return list
	}
	forced, _, _ := m.Subject(p)
	right, _, err := Mapper{Naming: m.Naming}.Subject(p)
	switch {
	case err != nil || forced == right:
	case m.As == ByUPN:
		list = append(list, Title(p)+"'s tokens for this cluster carry no upn: it will not recognise the name unless its server app adds one")
	default:
		list = append(list, Title(p)+" is a member here: a cluster that takes the upn will not recognise the object id")
	}
	return list
}

// membersByUPN reports whether a member of the tenant is known by the upn.
func (n namer) membersByUPN() bool {
	_, by, err := n.User(entra.Principal{Kind: entra.User, ID: "-", UPN: "-"})
	return err == nil && by.Claim == "upn"
}
