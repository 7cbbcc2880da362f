package naming

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Identity is who somebody is to the API server.
type Identity struct {
	Username string
	Groups   []string
	Extra    map[string][]string
}

// room is how many groups Entra ID puts into a token; with more it puts in none.
const room = 200

// User returns the username of p and the choice that it is made by. A cluster
// that cannot know p is fault.Config.
func (n Naming) User(p entra.Principal) (string, Choice, error) {
	claims := n.Token.Claims(p)
	for _, c := range n.Username {
		if c.Has != "" {
			value, foretold := claims[c.Has]
			if !foretold {
				return "", c, unforeseen(c.Has)
			}
			if value == "" {
				continue
			}
		}
		value, foretold := claims[c.Claim]
		switch {
		case !foretold:
			return "", c, unforeseen(c.Claim)
		case value == "":
			return "", c, fault.Newf(fault.Config, "this cluster names users by the claim %s, which the token lacks: it is refused", c.Claim)
		}
		return c.Prefix + value, c, nil
	}
	return "", Choice{}, fault.New(fault.Config, "this cluster's rule makes no username of the token: it is refused")
}

func unforeseen(claim string) error {
	return fault.Hint(fault.Newf(fault.Config, "this cluster names users by the claim %s, which the directory does not foretell", claim),
		"--as-subject upn or objectId takes that form; kubectl auth whoami shows people how the API server knows them")
}

// Group returns the name of a group. A cluster that takes no object ids of
// groups from tokens is fault.Config.
func (n Naming) Group(id entra.ObjectID) (string, error) {
	switch n.Groups.Claim {
	case "groups":
		return n.Groups.Prefix + string(id), nil
	case "":
		return "", fault.New(fault.Config, "this cluster's authenticator takes no groups from tokens: only users can be bound")
	}
	return "", fault.Newf(fault.Config, "this cluster's authenticator takes groups from the claim %s, which holds no groups of the directory", n.Groups.Claim)
}

// Identity returns who p is to the API server, with the groups of the directory
// that p is in. What keeps p out is an error of kind fault.Config.
func (n Naming) Identity(p entra.Principal, groups []entra.ObjectID) (Identity, error) {
	name, _, err := n.User(p)
	if err != nil {
		return Identity{}, err
	}
	id := Identity{Username: name, Groups: []string{"system:authenticated"}}
	if n.Extra != "" && p.ID != "" {
		id.Extra = map[string][]string{n.Extra: {string(p.ID)}}
	}
	if n.Token.NoGroups {
		return id, nil
	}
	if len(groups) > room {
		if p.Kind == entra.ServicePrincipal && n.Kind == AKS {
			return id, fault.Newf(fault.Config, "it is in %d groups, more than a token has room for, and AKS refuses applications with more than %d", len(groups), room)
		}
		if !n.Resolves {
			return id, nil // the token leaves all of them out
		}
	}
	for _, g := range groups {
		if name, err := n.Group(g); err == nil {
			id.Groups = append(id.Groups, name)
		}
	}
	return id, nil
}

// Bare returns a subject's name without the prefix of the cluster, for looking
// up whom it means.
func (n Naming) Bare(group bool, name string) string {
	prefixes := n.Prefixes()
	if group {
		prefixes = []string{n.Groups.Prefix}
	}
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(name, p); ok {
			return rest
		}
	}
	return name
}
