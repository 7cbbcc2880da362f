// Package login gets tokens: from the cache, by a silent refresh, or by asking
// a person, once for any number of processes. It speaks no OAuth (the methods
// under plugins/ do) and prints no token.
package login

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// Method is one way to sign in. Help and the registry are made from these
// records: a new method is a new folder under plugins/.
type Method struct {
	Name        string   // one of the names in pkg/token
	Title       string   // what help says
	Params      []string // flags of get-token that it reads
	Interactive bool     // asks a person: its Credential is an Asker
	Opaque      bool     // its tokens may be unreadable (proof of possession)
	// Probe reports, without a request, whether auto may use the method here; nil:
	// always.
	Probe func(Setup) bool
	New   func(Setup) (Credential, error)
}

// Setup is what a method needs to know before it starts.
type Setup struct {
	Request   token.Request     // Tenant is an id, or "organizations"
	Transport http.RoundTripper // to the cloud: its CA, the proxy, retries
	Now       func() time.Time
	Machine   Machine
}

// Credential obtains tokens without asking anybody.
type Credential interface {
	// Silent returns a token. NeedPerson in the error means that only a person
	// can go on; other errors are faults.
	Silent(ctx context.Context, s Session) (Grant, error)
}

// Asker is a Credential that can ask a person.
type Asker interface {
	Credential
	SignIn(ctx context.Context, p Prompt) (Grant, error)
}

// Session is what is known of an earlier sign-in. It is empty for methods
// without a person.
type Session struct {
	Account tokencache.Account
	Refresh safetext.Secret // the method's own, as it gave it
}

// Prompt is how a person is asked.
type Prompt struct {
	Err     io.Writer // where the person looks
	Account string    // who should sign in; empty: anybody
	// Until says how long the person has, for those who wait.
	Until func(time.Time)
}

// Grant is what a sign-in or refresh gave. Account and Refresh are empty for
// methods without a person.
type Grant struct {
	token.Token
	Account tokencache.Account
	Refresh safetext.Secret
}

// NeedPerson is the error of a silent attempt that only a person can continue.
type NeedPerson struct {
	Err error
	// Revoked: what was kept from the last sign-in will never work again.
	Revoked bool
}

func (e *NeedPerson) Error() string { return e.Err.Error() }

// Unwrap returns why.
func (e *NeedPerson) Unwrap() error { return e.Err }

// Registry is the list of methods that are built in, in the order in which
// "auto" tries those that ask a person.
type Registry []Method

// Find returns the method of a request; Auto is made of those that ask a person.
func (r Registry) Find(name string) (Method, error) {
	if name == token.Auto {
		if m, ok := r.auto(); ok {
			return m, nil
		}
	}
	var built []string
	for _, m := range r {
		if m.Name == name {
			return m, nil
		}
		built = append(built, m.Name)
	}
	return Method{}, &fault.Error{Kind: fault.Usage, Err: fmt.Errorf("login method %q is not in this build", name),
		Hints: []string{"methods that are: " + strings.Join(built, ", ")}}
}
