// Package token holds what is asked of Entra ID and what comes back: requests,
// their cache keys, and the one table of get-token's flags. The front links it:
// it makes no request and imports no net/http.
package token

import (
	"context"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Token is an access token and the moment of its end.
type Token struct {
	Access  safetext.Secret
	Expires time.Time
}

// Source returns a token for an OAuth scope ("https://graph.microsoft.com/.default").
// It may prompt; errors are faults.
type Source func(ctx context.Context, scope string) (Token, error)
