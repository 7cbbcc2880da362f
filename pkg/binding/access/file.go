// Package access reads files that declare who has which role where, plans what
// makes a cluster agree with them, and carries that out. It looks nobody up and
// asks nobody: principals arrive resolved, and what is planned is the caller's
// to show.
package access

import (
	"regexp"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
)

// The only version and kind of file that is read.
const (
	APIVersion = "aad.kubectl.dev/v1alpha1"
	Kind       = "Access"
)

// File is an access file as it is written. docs/access.schema.json is made from
// it: the tags say all that a schema can.
type File struct {
	APIVersion string   `json:"apiVersion" yaml:"apiVersion" doc:"Version of this format." const:"aad.kubectl.dev/v1alpha1"`
	Kind       string   `json:"kind" yaml:"kind" doc:"Kind of file." const:"Access"`
	Metadata   Metadata `json:"metadata" yaml:"metadata" doc:"What the file is."`
	Contexts   []string `json:"contexts,omitempty" yaml:"contexts" doc:"Contexts of the kubeconfig whose clusters this is about; without them the current one." items:"minLength=1"`
	Grants     []Grant  `json:"grants" yaml:"grants" doc:"Who has which roles where."`
}

// Metadata names the set of grants.
type Metadata struct {
	Name string `json:"name" yaml:"name" doc:"Name of this set of grants, kept with every binding: no other set on a cluster may have it." pattern:"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$"`
}

// Grant gives one principal roles. Exactly one of Namespaces, NamespaceSelector
// and WholeCluster says where.
type Grant struct {
	Principal         string   `json:"principal" yaml:"principal" doc:"alice@contoso.com, a display name or an object id, or one of these after user:, group:, sp: or app: (client id)." pattern:"\\S"`
	Name              string   `json:"name,omitempty" yaml:"name" doc:"What people call the principal: for readers; apply warns when the directory calls it otherwise."`
	Roles             []string `json:"roles" yaml:"roles" doc:"view or clusterrole/view is a cluster role, role/deployer a role of the namespaces." items:"pattern=^((cluster)?role/)?[^/%\\s]+$" minItems:"1"`
	Namespaces        []string `json:"namespaces,omitempty" yaml:"namespaces" doc:"Namespaces in which the roles are given." items:"pattern=^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" minItems:"1" oneOf:"reach"`
	NamespaceSelector string   `json:"namespaceSelector,omitempty" yaml:"namespaceSelector" doc:"Labels of the namespaces, as for kubectl -l: those that have them when apply runs." pattern:"\\S" oneOf:"reach"`
	WholeCluster      bool     `json:"wholeCluster,omitempty" yaml:"wholeCluster" doc:"Give the roles in the whole cluster." const:"true" oneOf:"reach"`
	Contexts          []string `json:"contexts,omitempty" yaml:"contexts" doc:"Only in the clusters of these of the file's contexts." items:"minLength=1" minItems:"1"`
	Expires           string   `json:"expires,omitempty" yaml:"expires" doc:"Until when, such as 2026-12-31T18:00:00Z: afterwards apply and sweep take it away; the API server does not know of it." pattern:"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})$"`
	Reason            string   `json:"reason,omitempty" yaml:"reason" doc:"Why, kept with the binding."`
}

// Entry is a grant as it was read.
type Entry struct {
	Where    string // file and line
	Ref      directory.Ref
	Name     string // what the file calls the principal; may be empty
	Roles    []binding.Role
	Reach    binding.Reach
	Selector string // labels of namespaces; "" is none
	Contexts []string
	Expires  time.Time // zero is for good
	Reason   string
}

// Set is an access file as it was read.
type Set struct {
	File     string // its path
	Name     string
	Contexts []string // none is the current one
	Entries  []Entry
}

// In returns the entries for a context of the set.
func (s Set) In(context string) []Entry {
	var list []Entry
	for _, e := range s.Entries {
		if len(e.Contexts) == 0 || contains(e.Contexts, context) {
			list = append(list, e)
		}
	}
	return list
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

// label is what names of sets and of namespaces look like (RFC 1123).
var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)
