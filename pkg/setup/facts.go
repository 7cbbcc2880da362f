package setup

import (
	"sync"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Fact is something that one step finds out and others build on. It lives in
// memory only.
type Fact[T any] struct {
	mu    sync.Mutex
	value T
	known bool
}

// Set makes the fact known.
func (f *Fact[T]) Set(v T) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.value, f.known = v, true
}

// Get returns the fact and whether it is known.
func (f *Fact[T]) Get() (T, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.value, f.known
}

// Value returns the fact, or the zero value.
func (f *Fact[T]) Value() T {
	v, _ := f.Get()
	return v
}

// Facts are what the steps of one plan tell each other: the registrations' side
// and the cluster's side meet here and nowhere else.
type Facts struct {
	ServerApp       Fact[entra.Application]
	ClientApp       Fact[entra.Application]
	ServerPrincipal Fact[entra.ObjectID]
	ClientPrincipal Fact[entra.ObjectID]
	GraphPrincipal  Fact[entra.ObjectID]

	// Secret is a secret that this run made.
	Secret Fact[NewSecret]
	// Recorded is the keyId of the secret that the cluster says is its own;
	// unknown without a cluster that works.
	Recorded Fact[string]
	// SecretStands: the recorded secret is there, unexpired, and the cluster's
	// applications are these. Without it the cluster gets a new secret.
	SecretStands Fact[bool]

	Cluster    Fact[aks.Cluster]
	AdminGroup Fact[entra.Principal]
	Admins     Fact[[]entra.Principal]
}

// NewSecret is a secret of the server app, with its value.
type NewSecret struct {
	KeyID string
	Value safetext.Secret
}
