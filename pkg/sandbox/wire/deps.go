package wire

import (
	"io"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// Deps is what every service is made of: each service package has
// New(Deps, ...) and a method Register(*Mux) that adds its routes and faults,
// and a Refuse function in its own error format for Chassis.Listen.
type Deps struct {
	Directory *directory.Directory
	Verifier  Verifier
	Now       func() time.Time // never nil
	Log       io.Writer        // never nil
}

// Claims are the claims of a token that this sandbox has issued.
type Claims struct {
	entra.Claims
	Roles []string `json:"roles"`    // application permissions
	WIDs  []string `json:"wids"`     // templates of directory roles
	AMR   []string `json:"amr"`      // how the user has signed in: pwd, mfa
	ACR   string   `json:"appidacr"` // 0 public client, 1 secret, 2 certificate or federated
}

// Verifier checks signature, issuer, lifetime and audience of an access token.
type Verifier interface {
	// Verify returns the claims of a token of this sandbox for one of the
	// audiences (compared without case and slash at the end).
	Verify(token string, audiences ...string) (Claims, error)
}
