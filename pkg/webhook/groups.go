package webhook

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// sharedGroups asks for each person once per period, however many tokens and
// requests of theirs arrive.
type sharedGroups struct {
	next  Groups
	now   func() time.Time
	calls singleflight.Group
	known *cache[string, membership]
}

// membership is an answer about one principal: groups or a denial.
type membership struct {
	groups []entra.ObjectID
	denial error
	until  time.Time
}

func newSharedGroups(next Groups, now func() time.Time) *sharedGroups {
	return &sharedGroups{next: next, now: now, known: newCache[string, membership](cacheBudget)}
}

// of returns the groups and until when they may be believed.
func (s *sharedGroups) of(ctx context.Context, c entra.Claims, token safetext.Secret) ([]entra.ObjectID, time.Time, error) {
	key := string(c.Object)
	if c.IsApp() {
		key = "app:" + key
	}
	if m, ok := s.known.get(key, s.now()); ok {
		return m.groups, m.until, m.denial
	}
	call := s.calls.DoChan(key, func() (any, error) {
		if m, ok := s.known.get(key, s.now()); ok { // answered between our look and our turn
			return m, nil
		}
		// The first to ask may go away; the others still want the answer.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Limit)
		defer cancel()
		return s.ask(ctx, key, c, token)
	})
	select {
	case r := <-call:
		if r.Err != nil {
			return nil, time.Time{}, r.Err
		}
		m := r.Val.(membership)
		return m.groups, m.until, m.denial
	case <-ctx.Done():
		return nil, time.Time{}, ctx.Err()
	}
}

func (s *sharedGroups) ask(ctx context.Context, key string, c entra.Claims, token safetext.Secret) (membership, error) {
	asked := s.now()
	groups, err := s.next.Groups(ctx, c, token)
	m := membership{groups: groups, until: asked.Add(KeepAllowed)}
	var denial *Denial
	if errors.As(err, &denial) {
		m.denial, m.until, err = err, s.now().Add(KeepDenied), nil
	}
	if err == nil {
		const guid = 36 + 16 // bytes of a string in a slice
		s.known.put(key, m, len(groups)*guid, m.until)
	}
	return m, err
}
