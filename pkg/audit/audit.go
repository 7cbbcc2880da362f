// Package audit reads what a cluster's bindings come to: who has what, by which
// path, and which of them can never let anybody in. It asks neither the cluster
// nor the directory: what they say is handed in, and nothing is changed.
package audit

import (
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Plane is one of the two places in which a cluster looks for permissions;
// either may allow something alone.
type Plane string

// The planes: Kubernetes' own bindings, and Azure's role assignments.
const (
	PlaneKubernetes Plane = "kubernetes"
	PlaneAzure      Plane = "azure"
)

// Subject is whom a binding names.
type Subject struct {
	Kind      string `json:"kind"` // User, Group or ServiceAccount; in Azure ServicePrincipal
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"` // of a ServiceAccount
}

// The kinds of Subject.
const (
	KindUser           = "User"
	KindGroup          = "Group"
	KindServiceAccount = "ServiceAccount"
)

// Kubernetes reports whether s is one of Kubernetes' own identities, which no
// directory knows.
func (s Subject) Kubernetes() bool {
	return s.Kind == KindServiceAccount || strings.HasPrefix(s.Name, "system:")
}

// Role is what a binding gives.
type Role struct {
	Kind string `json:"kind"` // Role or ClusterRole; in Azure RoleDefinition
	Name string `json:"name"`
}

// The kinds of Role.
const (
	KindRole        = "Role"
	KindClusterRole = "ClusterRole"

	KindRoleDefinition = "RoleDefinition"
)

// String returns the role as kubectl writes it: clusterrole/view. Azure's have
// their names.
func (r Role) String() string {
	if r.Kind == KindRoleDefinition {
		return r.Name
	}
	return strings.ToLower(r.Kind) + "/" + r.Name
}

// Owner says whose a binding is.
type Owner string

// The owners of a binding.
const (
	Owned   Owner = "owned"   // made by us and labelled so
	Foreign Owner = "foreign" // somebody else's
	System  Owner = "system"  // Kubernetes' own
)

// Binding is a RoleBinding, or with no Namespace a ClusterRoleBinding; or an
// Azure role assignment, as Assigned makes it.
type Binding struct {
	Namespace string
	Name      string
	Role      Role
	Subjects  []Subject
	Owner     Owner
	Expires   time.Time // zero: never
	Reason    string
	Azure     *Assignment // nil: a binding of Kubernetes
}

// Kind returns the binding's kind in the API.
func (b Binding) Kind() string {
	switch {
	case b.Azure != nil:
		return "RoleAssignment"
	case b.Namespace == "":
		return "ClusterRoleBinding"
	}
	return "RoleBinding"
}

// Plane returns where the binding counts.
func (b Binding) Plane() Plane {
	if b.Azure != nil {
		return PlaneAzure
	}
	return PlaneKubernetes
}

// Resource names the binding as kubectl does: rolebinding/x.
func (b Binding) Resource() string { return strings.ToLower(b.Kind()) + "/" + b.Name }

// Reach names where the binding counts: a namespace, or * for all of them.
func (b Binding) Reach() string {
	if b.Namespace == "" {
		return "*"
	}
	return b.Namespace
}

// Expired reports whether the binding should have gone by now. Nothing in the
// cluster enforces it.
func (b Binding) Expired(now time.Time) bool { return !b.Expires.IsZero() && !now.Before(b.Expires) }

// Namer says how the cluster names a principal, and why so.
type Namer func(p entra.Principal) (Subject, string, error)
