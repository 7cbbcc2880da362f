package binding

import (
	"maps"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Adopt returns somebody else's binding as if it were ours, for Write to turn it
// into what is planned. It must give the same role and name nobody but the
// principal, in whichever spelling; else it is fault.Conflict. The API server
// still refuses the write when somebody changes it meanwhile.
func Adopt(have Binding, p Planned) (Binding, error) {
	if have.Role != p.Binding.Role {
		return have, fault.Newf(fault.Conflict, "%s gives %s, and not %s: it cannot be adopted for that", have, have.Role, p.Binding.Role)
	}
	for _, s := range have.Subjects {
		if one := (Binding{Subjects: []Subject{s}}); !one.Names(p.Grant.Principal) {
			return have, fault.Hint(fault.Newf(fault.Conflict, "%s also names %s: adopting it would take the role from them", have, one.Title()),
				"leave out --adopt and --name: the grant gets a binding of its own")
		}
	}
	have.Owned, have.Labels = true, maps.Clone(have.Labels)
	if have.Labels == nil {
		have.Labels = map[string]string{}
	}
	have.Labels[LabelPrincipal] = p.Binding.Labels[LabelPrincipal]
	return have, nil
}
