package plane

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Revoke deletes the role assignments that Grant made for the principals, in the
// namespaces that are named, in the whole cluster, or with everywhere in all of
// them. Others' are left and named (fault.Conflict).
func Revoke(ctx context.Context, f *factory.Factory, r Request, everywhere bool) error {
	if err := r.check(); err != nil {
		return err
	}
	if everywhere {
		r.All = true
	}
	g, err := open(ctx, f, r)
	if err != nil {
		return err
	}
	whom, err := identify(ctx, f, r.Rows)
	if err != nil {
		return err
	}
	ours, foreign, err := g.given(ctx, whom, everywhere)
	if err != nil {
		return err
	}
	var gone []result
	for _, a := range ours {
		if !r.DryRun {
			if err = g.azure.Unassign(ctx, a.ID); err != nil {
				break
			}
		}
		gone = append(gone, a)
	}
	return fault.Join(err, g.show(gone), left(foreign))
}

// identify finds who is meant; an object id is taken as it is, for who is gone
// from the directory has nothing else.
func identify(ctx context.Context, f *factory.Factory, rows []people.Row) ([]entra.Principal, error) {
	whom := make([]entra.Principal, len(rows))
	var refs []directory.Ref
	var at []int
	for i, row := range rows {
		if row.Ref.By == directory.ID {
			whom[i] = entra.Principal{ID: entra.ObjectID(strings.ToLower(row.Ref.Text)), Name: row.Ref.Text}
			continue
		}
		refs, at = append(refs, row.Ref), append(at, i)
	}
	if len(refs) == 0 {
		return whom, nil
	}
	found, err := people.Find(ctx, f, refs, "kubectl aad unbind OBJECT-ID --plane azure")
	for k, p := range found {
		whom[at[k]] = p
	}
	return whom, err
}

// given are the assignments of those who are meant, at the scopes that are meant,
// ours apart from others'. It says for whom there is nothing, and what counts
// there from a wider scope and stays.
func (g *grantor) given(ctx context.Context, whom []entra.Principal, everywhere bool) (ours, foreign []result, err error) {
	var here, wider []result
	for _, namespace := range g.reach {
		list, err := g.azure.Assignments(ctx, azurerbac.NamespaceScope(g.Cluster.ID, namespace), everywhere)
		if err != nil {
			return nil, nil, err
		}
		for _, b := range audit.Assigned(list, g.Cluster.ID) {
			a := result{Assignment: b.Azure.Assignment, namespace: b.Namespace, from: b.Place(), outcome: binding.Deleted}
			level := b.Azure.Level
			direct := level == azurerbac.Namespace || level == azurerbac.Cluster && (everywhere || namespace == "")
			switch {
			case !g.takes(a.Role):
			case direct:
				here = append(here, a)
			default:
				wider = append(wider, a)
			}
		}
	}
	for _, p := range whom {
		mine := of(here, p)
		if !slices.ContainsFunc(mine, func(a result) bool { return a.Owned() }) {
			fmt.Fprintf(g.Err, "%s: bind gave nothing of that here in the azure plane\n", binding.Title(p))
		}
		for _, a := range of(wider, p) {
			fmt.Fprintf(g.Err, "%s still has %s here by the %s\n", binding.Title(p), safetext.Clean(a.Role.Name), safetext.Clean(a.from))
		}
		for _, a := range mine {
			if a.Owned() {
				ours = append(ours, a)
			} else {
				foreign = append(foreign, a)
			}
		}
	}
	return ours, foreign, nil
}

// of returns the assignments of a principal.
func of(list []result, p entra.Principal) (mine []result) {
	for _, a := range list {
		if strings.EqualFold(string(a.Principal), string(p.ID)) {
			a.who = p
			mine = append(mine, a)
		}
	}
	return mine
}

// takes reports whether the flags mean the role.
func (g *grantor) takes(role azurerbac.Role) bool {
	return len(g.Roles) == 0 || slices.ContainsFunc(g.Roles, func(name string) bool {
		return strings.EqualFold(name, role.Name) || strings.EqualFold(name, role.Short()) || strings.EqualFold(name, role.GUID())
	})
}

// left is the error about assignments that others made.
func left(foreign []result) error {
	if len(foreign) == 0 {
		return nil
	}
	var lines, hints []string
	for _, a := range foreign {
		lines = append(lines, fmt.Sprintf("%s has %s %s", binding.Title(a.who), a.Role.Name, where(a.namespace)))
		hints = append(hints, safetext.Command("az", "role", "assignment", "delete", "--ids", a.ID))
	}
	return fault.New(fault.Conflict, "left, because others made it:\n"+strings.Join(lines, "\n"), hints...)
}
