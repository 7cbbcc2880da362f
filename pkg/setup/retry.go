package setup

import (
	"context"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Retry says which failures of an action pass by themselves, and how long to
// wait for that.
type Retry struct {
	Name  string // what is waited for, shown to the person who waits
	Waits []time.Duration
	Match func(error) bool
}

// Replication waits about two minutes for the directory's replicas to learn of
// what was just written elsewhere. Microsoft gives no bound; terraform and
// Azure CLI wait 2 to 3 minutes on the same answers.
func Replication() Retry {
	return Retry{Name: "replication", Match: unreplicated, Waits: backoff(time.Second, 10*time.Second, 2*time.Minute)}
}

// FirstAnswer waits about two minutes for an API server that was just made.
func FirstAnswer() Retry {
	return Retry{Name: "the API server's first answer", Waits: backoff(time.Second, 10*time.Second, 2*time.Minute),
		Match: func(err error) bool { return fault.KindOf(err) == fault.Network }}
}

// backoff doubles from first to longest until the sum would exceed total.
func backoff(first, longest, total time.Duration) (waits []time.Duration) {
	for d, sum := first, time.Duration(0); sum+d <= total; d = min(2*d, longest) {
		waits = append(waits, d)
		sum += d
	}
	return waits
}

// unreplicatedTexts are the answers, other than "not found" and "conflict", by
// which Graph says that one replica does not know yet what another was told
// (observed by the authors of terraform-provider-azuread and Azure CLI).
var unreplicatedTexts = []string{
	"does not reference a valid application object",
	"the backing application of the service principal being created must in the local tenant",
	"Not a valid reference update",
	"does not exist or one of its queried reference-property objects are not present",
	"PrincipalNotFound",
}

func unreplicated(err error) bool {
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Conflict:
		return true
	}
	for _, text := range unreplicatedTexts {
		if strings.Contains(err.Error(), text) {
			return true
		}
	}
	return false
}

// run calls do until it succeeds, fails for good, or the waits are used up.
func (r Retry) run(ctx context.Context, wait func(context.Context, time.Duration) error,
	do func(context.Context) error, waiting func(error)) error {
	for _, d := range r.Waits {
		err := do(ctx)
		if err == nil || !r.Match(err) {
			return err
		}
		waiting(err)
		if werr := wait(ctx, d); werr != nil {
			return werr
		}
	}
	return do(ctx)
}
