package journey_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// scissors cut a run short after one of its writes: the service has done it,
// the answer is lost, and so is the run.
type scissors struct {
	mu     sync.Mutex
	writes int
	at     int
	cancel context.CancelFunc
}

// on puts the scissors on the way to the services; $batch and the like of Graph
// are no writes of setup's.
func (s *scissors) on(next http.RoundTripper) http.RoundTripper {
	return roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := next.RoundTrip(req)
		reads := []string{"getMemberGroups", "getByIds", "$batch", "Credential"}
		if req.Method == http.MethodGet || err != nil || slices.ContainsFunc(reads, func(r string) bool {
			return strings.Contains(req.URL.Path, r)
		}) {
			return resp, err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.writes++; s.writes == s.at {
			resp.Body.Close()
			s.cancel()
			return nil, req.Context().Err()
		}
		return resp, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (r roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return r(req) }

// TestInterruptedAnywhere has all cases wait for Azure at the same time: they
// do little else.
func TestInterruptedAnywhere(t *testing.T) {
	t.Parallel()
	var cases sync.WaitGroup
	for name, args := range map[string][]string{"managed": append(managed[:7:7], "--create-admin-group", "aks-admins"), "apps": article} {
		whole := start(t, 0)
		count := &scissors{}
		whole.way = count.on
		whole.mustRun("admin", setup.New, args...)
		if count.writes < 3 {
			t.Fatalf("%s: %d writes", name, count.writes)
		}
		for n := 1; n <= count.writes; n++ {
			s := start(t, 0)
			cases.Go(func() {
				if err := s.cutAndGoOn(n, args); err != nil {
					t.Errorf("%s, cut at write %d: %v\n%s%s", name, n, err, &s.out, &s.err)
				}
			})
		}
	}
	cases.Wait()
}

// cutAndGoOn runs setup up to its nth write, then to its end, then once more,
// which must find nothing to do.
func (s *shell) cutAndGoOn(n int, args []string) error {
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	s.way = (&scissors{at: n, cancel: cancel}).on
	if err := s.run(ctx, "admin", setup.New, args...); fault.KindOf(err) != fault.Cancelled {
		return fmt.Errorf("not cut short: %w", err)
	}
	s.way = nil
	for range 2 {
		if err := s.run(s.t.Context(), "admin", setup.New, args...); err != nil {
			return err
		}
	}
	if !strings.Contains(s.err.String(), "Nothing to do.") {
		return errors.New("the third run had something to do")
	}
	return nil
}
