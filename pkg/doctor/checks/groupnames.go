package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// groupJudge knows which subjects mean a group of the person by something else
// than its object id.
type groupJudge struct {
	member map[string]bool // object ids of the person's groups
	mapper binding.Mapper
	byName map[string]entra.Principal // display names among the subjects that the directory has as groups
}

// maxGroupNames bounds the look-ups for one diagnosis; clusters bind few groups
// by names.
const maxGroupNames = 20

// groupJudge asks the directory for the groups that are bound by a name. What
// it cannot ask it does not accuse.
func (c *Case) groupJudge(ctx context.Context, all []binding.Binding) groupJudge {
	j := groupJudge{member: map[string]bool{}, byName: map[string]entra.Principal{}}
	j.mapper, _ = c.mapper(ctx)
	if ids, err := c.memberships(ctx); err == nil {
		for _, id := range ids {
			j.member[string(id)] = true
		}
	}
	if c.For == nil {
		if id, err := c.identity(ctx); err == nil {
			for _, g := range id.ownGroups() {
				j.member[j.bare(g)] = true
			}
		}
	}
	if c.Directory == nil || len(j.member) == 0 {
		return j
	}
	for _, name := range j.namedGroups(all) {
		found, err := c.Directory.Find(ctx, directory.Ref{Text: name, Kind: entra.Group, By: directory.Name})
		if err != nil {
			return j
		}
		if i := slices.IndexFunc(found, func(p entra.Principal) bool { return j.member[string(p.ID)] }); i >= 0 {
			j.byName[name] = found[i]
		}
	}
	return j
}

// namedGroups are the names of Group subjects that are no object ids.
func (j groupJudge) namedGroups(all []binding.Binding) []string {
	var list []string
	for _, b := range all {
		for _, s := range b.Subjects {
			if s.Kind == binding.KindGroup && !entra.IsGUID(j.bare(s.Name)) && !strings.HasPrefix(s.Name, "system:") &&
				!slices.Contains(list, s.Name) && len(list) < maxGroupNames {
				list = append(list, s.Name)
			}
		}
	}
	return list
}

// bare is a group's name without what the cluster puts before it.
func (j groupJudge) bare(name string) string {
	return j.mapper.Bare(binding.Subject{Kind: binding.KindGroup, Name: name})
}

func (j groupJudge) mistaken(s binding.Subject) (wrongSubject, bool) {
	switch g, byName := j.byName[s.Name]; {
	case s.Kind == binding.KindGroup && byName && !j.member[j.bare(s.Name)]:
		return wrongSubject{
			is:    "a group's display name",
			cause: fmt.Sprintf("Tokens name groups by object id: this one is %s.", g.ID),
			bind:  "group:" + string(g.ID),
		}, true
	case s.Kind == binding.KindUser && j.member[strings.ToLower(s.Name)]:
		return wrongSubject{
			is:    "a group's object id in a subject of kind User",
			cause: "A group's members are let in by a subject of kind Group only.",
			bind:  "group:" + s.Name,
		}, true
	}
	return wrongSubject{}, false
}
