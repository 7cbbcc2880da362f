// Package binding decides how a cluster names a principal and which bindings
// give it a role, and writes them without touching anybody else's. It knows
// neither Microsoft Graph nor client-go: who stores bindings is handed in.
package binding

import (
	"context"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// Subject is how the API server names a principal.
type Subject struct {
	Kind      string // User or Group; ServiceAccount in other people's bindings
	Name      string
	Namespace string // of a ServiceAccount
}

// The kinds of Subject that a Grant leads to.
const (
	KindUser  = "User"
	KindGroup = "Group"
)

// Role is what is given.
type Role struct {
	Kind string // Role or ClusterRole
	Name string
}

// The kinds of Role.
const (
	KindRole        = "Role"
	KindClusterRole = "ClusterRole"
)

// String returns the role as kubectl writes it: clusterrole/view.
func (r Role) String() string {
	if r.Kind == KindRole {
		return "role/" + r.Name
	}
	return "clusterrole/" + r.Name
}

// Reach is where a role is given: in namespaces, or with none of them in the
// whole cluster.
type Reach struct{ Namespaces []string }

// Grant is what somebody asks for: a principal gets a role somewhere.
type Grant struct {
	Principal entra.Principal
	Role      Role
	Reach     Reach
	Reason    string    // why, in the asker's words; may be empty
	Expires   time.Time // until when; zero is for good
	Set       string    // the file that declares it, by its name; may be empty
}

// Binding is a RoleBinding, or with no Namespace a ClusterRoleBinding.
type Binding struct {
	Namespace       string
	Name            string
	Role            Role
	Subjects        []Subject
	Labels          map[string]string
	Annotations     map[string]string
	ResourceVersion string // as last read; "" for one that was not read
	Owned           bool   // made by us and labelled so
}

// Kind returns the binding's kind in the API.
func (b Binding) Kind() string {
	if b.Namespace == "" {
		return "ClusterRoleBinding"
	}
	return "RoleBinding"
}

// Labels and annotations of owned bindings. Annotation values are cleaned: some
// of them are other people's text.
const (
	LabelManagedBy = "app.kubernetes.io/managed-by"
	ManagedBy      = "kubectl-aad"
	LabelPrincipal = "aad.kubectl.dev/principal-id" // object id; a label, so that bindings are found by it
	LabelSet       = "aad.kubectl.dev/set"          // name of the access file that declares it

	AnnotationName   = "aad.kubectl.dev/display-name"
	AnnotationSignIn = "aad.kubectl.dev/sign-in-name"
	AnnotationKind   = "aad.kubectl.dev/principal-kind"
	AnnotationBy     = "aad.kubectl.dev/granted-by" // who, as the API server knows them
	AnnotationAt     = "aad.kubectl.dev/granted-at" // when, RFC 3339 in UTC
	AnnotationReason = "aad.kubectl.dev/reason"

	// AnnotationExpires is until when, RFC 3339 in UTC. The API server knows
	// nothing of it: only our commands take an expired binding away.
	AnnotationExpires = "aad.kubectl.dev/expires-at"
)

// Outcome says what became of a binding.
type Outcome string

// The outcomes of applying and of removing a binding.
const (
	Created    Outcome = "created"
	Configured Outcome = "configured"
	Unchanged  Outcome = "unchanged"
	Deleted    Outcome = "deleted"
)

// Store keeps bindings. Errors are faults; one that is not there is
// fault.NotFound.
type Store interface {
	// List returns the bindings of a namespace, or with "" all of them:
	// ClusterRoleBindings too.
	List(ctx context.Context, namespace string) ([]Binding, error)
	Get(ctx context.Context, namespace, name string) (Binding, error)
	// Apply creates b, or changes it if its ResourceVersion is still the one in
	// the store. Somebody else's is fault.Conflict. A dry run asks the API
	// server whether it would work and changes nothing.
	Apply(ctx context.Context, b Binding, dryRun bool) (Outcome, error)
	// Delete removes b if its ResourceVersion is still the one in the store. A
	// dry run asks the API server whether it would work.
	Delete(ctx context.Context, b Binding, dryRun bool) error
}
