package azurerbac

import (
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Role is a role definition, as far as the inside of clusters is concerned.
type Role struct {
	ID          string // full ARM id, or the GUID
	Name        string
	Permissions []Permission
}

// Permission allows the data actions that one of its patterns covers, but those
// that one of the others covers; a * stands for any text.
type Permission struct{ DataActions, NotDataActions []string }

// GUID returns the last part of the role's id, by which it is known everywhere.
func (r Role) GUID() string { return strings.ToLower(r.ID[strings.LastIndexByte(r.ID, '/')+1:]) }

// builtin are Azure's roles for the inside of a cluster, from the least to the
// most, by the short names that we give them. The ids are the same in every
// cloud (MicrosoftDocs/azure-docs, role-based-access-control/built-in-roles/containers.md).
var builtin = []struct{ short, guid, name string }{
	{"reader", "7f6c6a51-bcf8-42ba-9220-52d62157d7db", "Azure Kubernetes Service RBAC Reader"},
	{"writer", "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb", "Azure Kubernetes Service RBAC Writer"},
	{"admin", "3498e952-d568-435e-9b2c-8d77e338d7f7", "Azure Kubernetes Service RBAC Admin"},
	{"cluster-admin", "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", "Azure Kubernetes Service RBAC Cluster Admin"},
}

// ShortNames are the short names of Azure's roles, from the least to the most.
func ShortNames() []string {
	var names []string
	for _, b := range builtin {
		names = append(names, b.short)
	}
	return names
}

// Builtin finds one of Azure's four roles by its short or full name or its GUID,
// without its permissions.
func Builtin(name string) (Role, bool) {
	for _, b := range builtin {
		if strings.EqualFold(name, b.short) || strings.EqualFold(name, b.name) || strings.EqualFold(name, b.guid) {
			return Role{ID: "/providers/Microsoft.Authorization/roleDefinitions/" + b.guid, Name: b.name}, true
		}
	}
	return Role{}, false
}

// Short returns the role's short name, or its full one where it has none.
func (r Role) Short() string {
	for _, b := range builtin {
		if r.GUID() == b.guid {
			return b.short
		}
	}
	if r.Name == "" || entra.IsGUID(r.Name) {
		return r.GUID()
	}
	return r.Name
}

// Inside reports whether the role gives anything inside a managed cluster.
func (r Role) Inside() bool {
	for _, p := range r.Permissions {
		for _, pattern := range p.DataActions {
			fixed, _, _ := strings.Cut(strings.ToLower(pattern), "*")
			n := min(len(fixed), len(inCluster))
			if strings.EqualFold(fixed[:n], inCluster[:n]) && (n == len(inCluster) || len(fixed) < len(pattern)) {
				return true
			}
		}
	}
	return false
}

// Allows returns the pattern by which the role allows a data action.
func (r Role) Allows(action string) (pattern string, ok bool) {
	for _, p := range r.Permissions {
		if p.excludes(action) {
			continue
		}
		for _, pattern := range p.DataActions {
			if wild(strings.ToLower(pattern), strings.ToLower(action)) {
				return pattern, true
			}
		}
	}
	return "", false
}

// excludes reports whether the permission leaves out an action, or part of one
// that has a * in itself: the group * is also the core group, which has no name.
func (p Permission) excludes(action string) bool {
	action = strings.ToLower(action)
	any := strings.ReplaceAll(action, "*/", "*")
	return slices.ContainsFunc(p.NotDataActions, func(not string) bool {
		not = strings.ToLower(not)
		return wild(not, action) || wild(any, not)
	})
}

// wild compares text with a pattern in which * stands for any text.
func wild(pattern, text string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == text
	}
	text, ok := strings.CutPrefix(text, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(text, part)
		if at < 0 {
			return false
		}
		text = text[at+len(part):]
	}
	return strings.HasSuffix(text, last)
}
