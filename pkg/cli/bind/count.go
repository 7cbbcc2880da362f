package bind

import (
	"context"
	"fmt"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// count shows who gains a role through the groups, and stops more of them than
// --max-members. Where the directory does not tell, only that flag minds.
func (b *binder) count(ctx context.Context) error {
	var groups []entra.Principal
	for _, a := range b.asks {
		if p := a.principal; p.Kind == entra.Group && !slices.ContainsFunc(groups, func(g entra.Principal) bool { return g.ID == p.ID }) {
			groups = append(groups, p)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	census, err := b.census(ctx, groups)
	switch {
	case err != nil && ctx.Err() != nil:
		return err
	case err != nil && b.maxMembers > 0:
		return fault.Wrap(fault.Failure, "--max-members: the members cannot be counted", err)
	case err != nil:
		fmt.Fprintf(b.Err, "members not counted: %v\n", err)
		return nil
	}
	if len(groups) > 1 {
		fmt.Fprintf(b.Err, "all groups together: +%s\n", census)
	}
	if b.maxMembers > 0 && census.Total() > b.maxMembers {
		return fault.Hint(fault.Newf(fault.Usage, "%d people and applications would gain the role, and --max-members allows %d: nothing is bound", census.Total(), b.maxMembers),
			fmt.Sprintf("if that is right: --max-members %d", census.Total()))
	}
	return nil
}

func (b *binder) census(ctx context.Context, groups []entra.Principal) (all directory.Census, err error) {
	lookup, err := b.Directory(ctx)
	if err != nil {
		return all, err
	}
	roster, ok := lookup.(directory.Roster)
	if !ok {
		return all, fault.New(fault.Incomplete, "this directory does not list members")
	}
	var ids []entra.ObjectID
	for i, g := range groups {
		ids = append(ids, g.ID)
		if i >= shown {
			continue
		}
		one, err := directory.Count(ctx, roster, g.ID)
		if err != nil {
			return all, err
		}
		fmt.Fprintf(b.Err, "group %q: +%s\n", binding.Title(g), one)
		all = one
	}
	if len(ids) > 1 {
		all, err = directory.Count(ctx, roster, ids...)
	}
	return all, err
}

// shown is how many groups are counted one by one; all are counted together.
const shown = 10
