package webhook

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// review judges a token that was not seen lately and keeps the answer. An error
// is an upstream's failure: no answer at all, and nothing kept.
func (h *handler) review(ctx context.Context, token string, key [32]byte) ([]byte, Result, error) {
	id := newCorrelation()
	ctx, cancel := context.WithTimeout(withCorrelation(ctx, id), Limit)
	defer cancel()
	claims, u, until, err := h.judge(ctx, token)
	log := h.log.With("correlation", id)
	if claims.Object != "" {
		log = log.With("oid_sha256", hashed(claims.Object))
	}
	var denial *Denial
	switch {
	case err == nil:
		answer := status{Authenticated: true, User: &u}.json()
		h.allowed.put(key, answer, len(answer), until)
		log.Debug("let in", "groups", len(u.Groups))
		return answer, Allowed, nil
	case errors.As(err, &denial):
		log.Warn("refused", "reason", safetext.Clean(denial.Reason))
		reason := fmt.Sprintf("%s (correlation %s)", safetext.Clean(denial.Reason), id)
		answer := status{Error: reason}.json()
		h.denied.put(key, answer, len(answer), h.now().Add(KeepDenied))
		return answer, Denied, nil
	default:
		log.Error("no answer", "reason", safetext.Clean(err.Error()), "status", upstreamStatus(err))
		return nil, Failed, fmt.Errorf("%s (correlation %s): %w", "no answer", id, err)
	}
}

// judge returns the verified bearer and until when that may be believed. The
// claims are set, for the log, as soon as they are proven to be the tenant's.
func (h *handler) judge(ctx context.Context, token string) (c entra.Claims, u user, until time.Time, err error) {
	if token == "" {
		return c, u, until, Deny("TokenReview holds no token")
	}
	if c, err = h.verify(ctx, token); err != nil {
		return c, u, until, err
	}
	groups := claimed(c)
	until = h.now().Add(KeepAllowed)
	// Before the directory is asked: a name that will not pass costs nothing.
	if u, err = newUser(c, groups); err != nil {
		return c, u, until, err
	}
	if c.Overage() {
		if groups, until, err = h.groups.of(ctx, c, safetext.Secret(token)); err != nil {
			return c, u, until, err
		}
		u, err = newUser(c, groups)
	}
	if c.Expires().Before(until) {
		until = c.Expires()
	}
	return c, u, until, err
}

// newCorrelation returns a random GUID.
func newCorrelation() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// hashed tells people apart in a log without naming them.
func hashed(id entra.ObjectID) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:8])
}
