package kubeconfig

import (
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// missing returns one usage error for all flags that have no value, or nil.
func missing(values map[string]string, hints ...string) error {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if values[name] == "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	return fault.New(fault.Usage, "missing: "+strings.Join(names, ", "), hints...)
}
