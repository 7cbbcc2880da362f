package bind

import (
	"context"
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
)

// replaceOthers takes away the other roles that bind gave the principals of
// plan in its places. It runs after the new ones are there, so that nobody is
// without both. What a file declares is the file's.
func (b *binder) replaceOthers(ctx context.Context, plan []binding.Planned) error {
	type holder struct{ principal, namespace string }
	holders, wanted, namespaces := map[holder]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range plan {
		holders[holder{p.Binding.Labels[binding.LabelPrincipal], p.Binding.Namespace}] = true
		wanted[p.Binding.String()] = true
		namespaces[p.Binding.Namespace] = true
	}
	store := rbac.New(b.cluster)
	for namespace := range namespaces {
		list, err := store.List(ctx, namespace)
		if err != nil {
			return err
		}
		for _, have := range list {
			principal := have.Labels[binding.LabelPrincipal]
			if !have.Owned || principal == "" || have.Namespace != namespace || wanted[have.String()] || !holders[holder{principal, namespace}] {
				continue
			}
			if set := have.Set(); set != "" {
				fmt.Fprintf(b.Err, "%s gives %s and is left: the access file %q declares it\n", have, have.Role, set)
				continue
			}
			if err := binding.Remove(ctx, store, have, b.dryRun == dryRunServer); err != nil {
				return err
			}
			fmt.Fprintf(b.Err, "%s %s: %s no longer has %s %s\n", kindAndName(have), b.status(binding.Deleted), have.Title(), have.Role, where(have.Namespace))
		}
	}
	return nil
}
