package setup

import (
	"context"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// self is what outsider needs of the directory.
type self interface {
	Me(ctx context.Context) (entra.Principal, error)
	MemberGroups(ctx context.Context, p entra.Principal, securityOnly bool) ([]entra.ObjectID, error)
}

// outsider returns who made a cluster without being among its administrators:
// they can sign in, and their next command will be refused. nil is nobody, also
// where that cannot be told.
func outsider(ctx context.Context, dir self, facts *setup.Facts) *entra.Principal {
	group, admins := facts.AdminGroup.Value(), facts.Admins.Value()
	me, err := dir.Me(ctx)
	if err != nil || group.ID == "" && len(admins) == 0 {
		return nil
	}
	mine, err := dir.MemberGroups(ctx, me, true)
	if err != nil {
		return nil
	}
	mine = append(mine, me.ID)
	if slices.Contains(mine, group.ID) || slices.ContainsFunc(admins, func(p entra.Principal) bool { return slices.Contains(mine, p.ID) }) {
		return nil
	}
	return &me
}
