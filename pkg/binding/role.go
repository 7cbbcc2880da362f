package binding

import (
	"cmp"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// ParseRole reads clusterrole/view, role/deployer, or a bare name, which is a
// cluster role's. The error is of kind fault.Usage.
func ParseRole(s string) (Role, error) {
	kind, name, prefixed := strings.Cut(s, "/")
	role := Role{Kind: KindClusterRole, Name: s}
	if prefixed {
		switch strings.ToLower(kind) {
		case "clusterrole":
		case "role":
			role.Kind = KindRole
		default:
			return Role{}, fault.Newf(fault.Usage, "%q is no role: write clusterrole/NAME or role/NAME", s)
		}
		role.Name = name
	}
	if role.Name == "" || strings.ContainsAny(role.Name, "/% \t") {
		return Role{}, fault.Newf(fault.Usage, "%q is no role: write clusterrole/NAME or role/NAME", s)
	}
	return role, nil
}

// Compare orders roles by kind and name.
func (r Role) Compare(o Role) int {
	return cmp.Or(strings.Compare(r.Kind, o.Kind), strings.Compare(r.Name, o.Name))
}
