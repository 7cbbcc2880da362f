package access

import (
	"fmt"
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// check turns a file into a set, or says all that is wrong with it.
func check(path string, f File, l lines) (Set, error) {
	c := &complaints{path: path, lines: l}
	if f.APIVersion != APIVersion {
		c.at([]any{"apiVersion"}, "apiVersion is %q: this version reads %s", f.APIVersion, APIVersion)
	}
	if f.Kind != Kind {
		c.at([]any{"kind"}, "kind is %q and must be %s", f.Kind, Kind)
	}
	if !label.MatchString(f.Metadata.Name) {
		c.at([]any{"metadata", "name"}, "metadata.name %q: a set needs a name of small letters, digits and dashes, at most 63", f.Metadata.Name)
	}
	if twice, ok := repeated(f.Contexts); ok {
		c.at([]any{"contexts"}, "context %q is named twice", twice)
	}
	set := Set{File: path, Name: f.Metadata.Name, Contexts: f.Contexts}
	for i, g := range f.Grants {
		set.Entries = append(set.Entries, c.entry(i, g, f.Contexts))
	}
	return set, fault.Join(c.errs...)
}

func (c *complaints) entry(i int, g Grant, contexts []string) Entry {
	at := func(field string) []any { return []any{"grants", i, field} }
	e := Entry{
		Where: fmt.Sprintf("%s, line %d", c.path, c.lines.of("grants", i)),
		Name:  g.Name, Selector: g.NamespaceSelector, Contexts: g.Contexts, Reason: g.Reason,
	}
	var err error
	if e.Ref, err = directory.ParseRef(g.Principal); err != nil {
		c.at(at("principal"), "principal: %v", err)
	} else if e.Ref.By == directory.Me {
		c.at(at("principal"), "principal: who \"me\" is depends on who runs apply: write a name")
	}
	if len(g.Roles) == 0 {
		c.at(at("roles"), "roles: name at least one, such as view or role/deployer")
	}
	for _, text := range g.Roles {
		role, err := binding.ParseRole(text)
		if err != nil {
			c.at(at("roles"), "roles: %v", err)
		} else if role.Kind == binding.KindRole && g.WholeCluster {
			c.at(at("roles"), "roles: %s is a role of one namespace and cannot be given in the whole cluster", role)
		}
		e.Roles = append(e.Roles, role)
	}
	c.reach(i, g)
	e.Reach.Namespaces = g.Namespaces
	for _, name := range g.Contexts {
		if !contains(contexts, name) {
			c.at(at("contexts"), "contexts: %q is not among the contexts of the file", name)
		}
	}
	if g.Expires != "" {
		if e.Expires, err = time.Parse(time.RFC3339, g.Expires); err != nil {
			c.at(at("expires"), "expires: %q is no time such as 2026-12-31T18:00:00Z", g.Expires)
		}
	}
	if g.Reason != safetext.Clean(g.Reason) {
		c.at(at("reason"), "reason: it must be one line of plain text")
	}
	return e
}

// reach complains about where a grant is given.
func (c *complaints) reach(i int, g Grant) {
	ways := 0
	for _, said := range []bool{len(g.Namespaces) > 0, g.NamespaceSelector != "", g.WholeCluster} {
		if said {
			ways++
		}
	}
	if ways != 1 {
		c.at([]any{"grants", i}, "say where by one of namespaces, namespaceSelector and wholeCluster: true")
	}
	for _, name := range g.Namespaces {
		if !label.MatchString(name) {
			c.at([]any{"grants", i, "namespaces"}, "namespaces: %q is no name of a namespace", name)
		}
	}
}

func repeated(list []string) (string, bool) {
	for i, s := range list {
		if slices.Contains(list[:i], s) {
			return s, true
		}
	}
	return "", false
}
