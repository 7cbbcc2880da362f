// Package webhook decides TokenReviews: which tokens of one tenant a Kubernetes
// API server may believe, and under which name and groups. It makes no request
// of its own: keys and groups come through two ports (pkg/webhook/entraid).
package webhook

import (
	"context"
	"crypto/rsa"
	"fmt"
	"log/slog"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// How long answers are believed, and how long anybody waits for one.
const (
	KeepAllowed = 2 * time.Minute  // or until the token's end, whichever is first
	KeepDenied  = 10 * time.Second // long enough for a flood, short enough for a mend
	Limit       = 8 * time.Second  // for one review; the API server gives up after 10 s
)

const (
	maxBody     = 1 << 20  // bytes of a TokenReview
	clockLeeway = 60       // seconds by which nbf may lie ahead of our clock
	cacheBudget = 32 << 20 // bytes of each cache
)

// Key is a public key of the tenant with the issuers whose documents list it.
type Key struct {
	Public  *rsa.PublicKey
	Issuers []string
}

// Keys finds the tenant's signing keys. An unknown id is a *Denial when the
// tenant's documents were read and do not have it, and another error when they
// could not be read.
type Keys interface {
	Key(ctx context.Context, id string) (Key, error)
}

// Groups asks the directory for the groups of the bearer of a verified token,
// transitively. A *Denial is final; any other error is an upstream failure.
type Groups interface {
	Groups(ctx context.Context, who entra.Claims, token safetext.Secret) ([]entra.ObjectID, error)
}

// Options make a Handler. Now, Log and Observe may be nil.
type Options struct {
	Tenant    entra.TenantID
	Audiences []string // accepted values of aud
	Keys      Keys
	Groups    Groups
	Now       func() time.Time
	Log       *slog.Logger
	Observe   func(Review)
}

// Review says how one request ended.
type Review struct {
	Result Result
	Cached bool
	Took   time.Duration
}

// Result is a class of answers.
type Result string

// The results of a request.
const (
	Allowed   Result = "allowed"
	Denied    Result = "denied"
	Malformed Result = "malformed" // not a TokenReview
	Failed    Result = "failed"    // an upstream did not answer, or not sensibly
)

// Results lists every result.
func Results() []Result { return []Result{Allowed, Denied, Malformed, Failed} }

// Denial is a considered no: asking again will not change it. Its reason goes
// to the API server's log, so it holds no secret and no token.
type Denial struct{ Reason string }

func (d *Denial) Error() string { return d.Reason }

// Deny returns a *Denial. Text from a token belongs behind %.99q.
func Deny(format string, args ...any) error {
	return &Denial{Reason: fmt.Sprintf(format, args...)}
}

type correlationKey struct{}

// withCorrelation marks everything done for one review.
func withCorrelation(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, correlationKey{}, id)
}

// Correlation returns the id of the review that ctx belongs to, a GUID, or "".
// Upstreams get it as client-request-id.
func Correlation(ctx context.Context) string {
	id, _ := ctx.Value(correlationKey{}).(string)
	return id
}
