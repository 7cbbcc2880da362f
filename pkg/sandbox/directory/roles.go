package directory

import (
	"slices"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Templates of directory roles, the same in every tenant.
const (
	GlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10"
	OrdinaryUser        = "b79fbf4d-3ef9-4689-8143-76b194e85509" // in the wids of every member
)

// DirectoryRoles lists the administrative roles that are in use.
func (t *Tenant) DirectoryRoles() []DirectoryRole { return slices.Clone(t.dirRoles) }

// RoleTemplates lists the templates of the directory roles that a principal
// has, directly or by a group: what a token has as wids.
func (t *Tenant) RoleTemplates(id entra.ObjectID) []string {
	return read(t, func(at time.Time) []string {
		templates := []string{}
		in := walk(t.memberOf, id, at)
		for _, r := range t.dirRoles {
			if slices.Contains(in, r.ID) {
				templates = append(templates, r.RoleTemplateID)
			}
		}
		return templates
	})
}
