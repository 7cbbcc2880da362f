package access

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Export returns the file that declares what bindings give, as short as it
// gets: roles with the same reach stand together. Owned bindings are told
// exactly, so that applying the file changes nothing but their set; of others'
// the subjects that can be principals of Entra ID are told. Left counts the
// subjects that cannot.
func Export(name string, list []binding.Binding) (f File, left int) {
	f = File{APIVersion: APIVersion, Kind: Kind, Metadata: Metadata{Name: name}, Grants: []Grant{}}
	// All that a grant says but roles and reach.
	type head struct{ principal, name, expires, reason string }
	held := map[head]map[string][]string{} // role → namespaces, "" is the whole cluster
	for _, b := range list {
		principals := []entra.Principal{b.Principal()}
		if !b.Owned {
			principals, left = others(b, left)
		}
		for _, p := range principals {
			h := head{reason: safetext.Clean(b.Annotations[binding.AnnotationReason])}
			if !b.Owned {
				h.reason = ""
			}
			if at, ok := b.Expires(); ok && b.Owned {
				h.expires = at.UTC().Format(time.RFC3339)
			}
			if h.principal, h.name = named(p); h.principal == "" {
				left++
				continue
			}
			if held[h] == nil {
				held[h] = map[string][]string{}
			}
			role := strings.TrimPrefix(b.Role.String(), "clusterrole/")
			held[h][role] = append(held[h][role], b.Namespace)
		}
	}
	for h, roles := range held {
		for _, g := range together(roles) {
			g.Principal, g.Name, g.Expires, g.Reason = h.principal, h.name, h.expires, h.reason
			f.Grants = append(f.Grants, g)
		}
	}
	slices.SortFunc(f.Grants, func(a, b Grant) int {
		return cmp.Or(cmp.Compare(cmp.Or(a.Name, a.Principal), cmp.Or(b.Name, b.Principal)), cmp.Compare(a.Principal, b.Principal),
			slices.Compare(a.Namespaces, b.Namespaces), slices.Compare(a.Roles, b.Roles), cmp.Compare(a.Expires, b.Expires), cmp.Compare(a.Reason, b.Reason))
	})
	return f, left
}

// together makes one grant of the roles that are given in the same places.
func together(roles map[string][]string) []Grant {
	type places = string // namespaces with spaces between them
	same := map[places][]string{}
	for _, role := range slices.Sorted(maps.Keys(roles)) {
		namespaces := slices.Compact(slices.Sorted(slices.Values(roles[role])))
		if namespaces[0] == "" { // sorted first
			same[""] = append(same[""], role)
			namespaces = namespaces[1:]
		}
		if len(namespaces) > 0 {
			key := strings.Join(namespaces, " ")
			same[key] = append(same[key], role)
		}
	}
	var list []Grant
	for _, key := range slices.Sorted(maps.Keys(same)) {
		list = append(list, Grant{Roles: same[key], Namespaces: strings.Fields(key), WholeCluster: key == ""})
	}
	return list
}

// prefixes are the words before a reference by object id.
var prefixes = map[entra.Kind]string{entra.User: "user:", entra.Group: "group:", entra.ServicePrincipal: "sp:"}

// named returns how a file refers to p: by its sign-in name where that is
// unique in a tenant, a member's, else by object id with a name beside it.
func named(p entra.Principal) (principal, name string) {
	if p.Kind == entra.User && !p.External && strings.Contains(p.UPN, "@") && p.UPN == safetext.Clean(p.UPN) {
		return p.UPN, ""
	}
	if !entra.IsGUID(string(p.ID)) {
		return "", ""
	}
	name = safetext.Clean(cmp.Or(p.SignInName(), p.Name))
	return prefixes[p.Kind] + string(p.ID), name
}

// others are the subjects of somebody else's binding that can be principals. A
// user that is an object id may be a service principal too.
func others(b binding.Binding, left int) ([]entra.Principal, int) {
	var list []entra.Principal
	for _, s := range b.Subjects {
		guid := entra.IsGUID(s.Name)
		switch {
		case s.Kind == binding.KindGroup && guid:
			list = append(list, entra.Principal{ID: entra.ObjectID(strings.ToLower(s.Name)), Kind: entra.Group})
		case s.Kind == binding.KindUser && guid:
			list = append(list, entra.Principal{ID: entra.ObjectID(strings.ToLower(s.Name))})
		case s.Kind == binding.KindUser && strings.Contains(s.Name, "@") && !strings.HasPrefix(s.Name, "system:"):
			list = append(list, entra.Principal{UPN: s.Name, Kind: entra.User})
		default:
			left++
		}
	}
	return list, left
}
