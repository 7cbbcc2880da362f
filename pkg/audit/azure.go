package audit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Assignment is an Azure role assignment and where its scope lies.
type Assignment struct {
	azurerbac.Assignment
	Level azurerbac.Level
	At    string // what the level is called
}

// Assigned returns role assignments as bindings of the cluster with that ARM id,
// in their order. Those of other resources, and of roles that give nothing
// inside a cluster, are left out.
func Assigned(list []azurerbac.Assignment, cluster string) []Binding {
	var bindings []Binding
	for _, a := range list {
		level, at, namespace, here := azurerbac.Place(a.Scope, cluster)
		if !here || !a.Role.Inside() {
			continue
		}
		a.Principal = entra.ObjectID(strings.ToLower(string(a.Principal)))
		b := Binding{Namespace: namespace, Name: a.Called(), Owner: Foreign, Reason: a.Reason(),
			Role: Role{KindRoleDefinition, a.Role.Name}, Subjects: []Subject{{Kind: a.PrincipalType, Name: string(a.Principal)}},
			Azure: &Assignment{a, level, at}}
		if a.Owned() {
			b.Owner = Owned
		}
		bindings = append(bindings, b)
	}
	return bindings
}

// place names the assignment and its scope.
func (a *Assignment) place() string {
	return fmt.Sprintf("RoleAssignment %q at the %s %q", a.Called(), a.Level, a.At)
}

// dataAction is the pattern of a role that allows something.
type dataAction struct{ pattern, action string }

// String returns the pattern and what it was asked for.
func (d dataAction) String() string {
	if d.pattern == d.action {
		return "the data action " + d.action
	}
	return "the data action " + d.action + " by " + d.pattern
}

// allows decides without the assignment's condition: one that has any is no way
// as far as can be told here.
func (a *Assignment) allows(do Action) (fmt.Stringer, bool) {
	action := azurerbac.DataAction(azurerbac.Attributes{Verb: do.Verb, Group: do.Group, Resource: do.Resource, Subresource: do.Subresource})
	pattern, ok := a.Role.Allows(action)
	if !ok || a.Condition != "" {
		return nil, false
	}
	return dataAction{pattern, action}, true
}

// judge says why an assignment reaches nobody, or less than it seems. Its object
// id is always the right name.
func (a *Assignment) judge(s Subject, people People) (Mistake, bool) {
	found, asked := people.Meant(s)
	switch {
	case !slices.Contains([]string{azurerbac.TypeUser, azurerbac.TypeGroup, azurerbac.TypeServicePrincipal}, s.Kind):
		return Mistake{}, false // a group of another tenant: this directory does not know it
	case asked && len(found) == 0:
		return Mistake{UnknownPrincipal, "the directory knows nobody of that object id"}, true
	case len(found) == 1 && (found[0].Disabled || found[0].Pending):
		return standing(found[0])
	}
	return Mistake{}, false
}

// words are the words after kubectl that give or take away what the assignment
// gives.
func (a *Assignment) words(verb, ref, namespace string) []string {
	words := []string{"aad", verb, ref, "--plane=azure", "--role=" + a.Role.Short()}
	if namespace == "" {
		return append(words, "-A")
	}
	return append(words, "-n", namespace)
}
