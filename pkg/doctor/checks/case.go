// Package checks knows the reasons for which somebody is refused by a cluster
// and how each of them shows. It changes nothing and asks nobody: what it may
// not read becomes a finding that says who can.
package checks

import (
	"context"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/naming"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// Case is what is examined, and the ways to look. A nil port is a way that
// does not exist; why is told by the error beside it.
type Case struct {
	Now    func() time.Time
	Getenv func(string) string
	Cloud  entra.Cloud
	Entry  Entry            // what kubectl would use
	For    *entra.Principal // somebody else than the caller
	// Contexts as given on the command line, to be repeated in commands.
	Context, AdminContext string

	Network   Network
	Tokens    Tokens
	Reviews   Reviews
	Naming    Naming // nil: as AKS and the article's two apps do
	Bindings  Bindings
	Directory Directory
	Azure     Azure
	Because   Reasons

	whole context.Context
	facts
}

// Reasons say why a port is nil.
type Reasons struct{ Tokens, Cluster, Directory, Azure error }

// Entry is a context of the kubeconfig, with the user and the cluster that it
// names. Missing says what the context names but the file lacks.
type Entry struct {
	Context, Cluster, User string
	Server, Namespace      string
	CA                     []byte // PEM; nil: the system's roots
	ServerName             string // tls-server-name
	Insecure               bool   // insecure-skip-tls-verify
	Missing                string

	Exec         *Exec
	AuthProvider string // name of a removed in-tree provider
	Certificate  bool   // client certificate
	Token        bool   // token, token file or basic auth in the file
	CommandFound error  // nil: Exec.Command can be started
}

// Exec is a credential plugin as the kubeconfig names it.
type Exec struct {
	Command    string
	Args       []string
	Env        map[string]string
	APIVersion string
}

// Identity is who somebody is to the API server.
type Identity struct {
	Username string
	Groups   []string
	Extra    map[string][]string
}

// Action is something that may be allowed. Namespace "" is the whole cluster.
type Action struct{ Verb, Group, Resource, Namespace string }

// Network reaches out without credentials.
type Network interface {
	Probe(ctx context.Context, e Endpoint) Reach
}

// Tokens returns the token that kubectl would send. It never prompts: an error
// of kind fault.SignIn says that somebody would have to sign in.
type Tokens interface {
	Token(ctx context.Context) (token.Token, error)
}

// Reviews are what the API server says of identities and permissions.
type Reviews interface {
	WhoAmI(ctx context.Context) (Identity, error)
	Allowed(ctx context.Context, a Action) (bool, string, error)
	AllowedFor(ctx context.Context, who Identity, a Action) (bool, string, error)
}

// Naming finds out how the cluster names principals.
type Naming interface {
	Naming(ctx context.Context) (naming.Naming, error)
}

// Bindings lists the cluster's bindings; namespace "" is all of them.
type Bindings interface {
	List(ctx context.Context, namespace string) ([]binding.Binding, error)
}

// Directory is Microsoft Graph, as whoever manages sees it.
type Directory interface {
	Find(ctx context.Context, ref directory.Ref) ([]entra.Principal, error)
	Principal(ctx context.Context, id entra.ObjectID) (entra.Principal, error)
	MemberGroups(ctx context.Context, p entra.Principal, securityOnly bool) ([]entra.ObjectID, error)
	Application(ctx context.Context, id entra.ClientID) (entra.Application, error)
}

// Azure is ARM, as whoever manages sees it.
type Azure interface {
	Subscriptions(ctx context.Context) ([]aks.Subscription, error)
	Clusters(ctx context.Context, subscription string) ([]aks.Cluster, error)
}
