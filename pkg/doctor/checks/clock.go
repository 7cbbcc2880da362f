package checks

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
)

// Entra dates tokens back by five minutes, so that smaller differences do not
// matter at sign-in; a token's end is met that much too late or too early.
const (
	skewError = 5 * time.Minute
	skewWarn  = time.Minute
)

func checkClock(ctx context.Context, c *Case) []doctor.Finding {
	var seen []string
	var worst time.Duration
	for _, s := range []struct {
		name string
		at   Endpoint
	}{{"Entra ID", c.loginEndpoint()}, {"the API server", c.serverEndpoint()}} {
		r, err := c.probe(ctx, s.at)
		if err != nil || r.Date.IsZero() {
			continue
		}
		skew := r.At.Sub(r.Date).Truncate(time.Second) // the header has no fractions
		seen = append(seen, fmt.Sprintf("%s %s", describeSkew(skew), s.name))
		if skew.Abs() > worst.Abs() {
			worst = skew
		}
	}
	if len(seen) == 0 {
		return doctor.Found(doctor.Unknown, "no server told its time").List()
	}
	f := doctor.Found(doctor.OK, "this machine is %s", strings.Join(seen, ", "))
	switch {
	case worst.Abs() > skewError:
		f.Status = doctor.Error
	case worst.Abs() > skewWarn:
		f.Status = doctor.Warning
	default:
		return f.List()
	}
	return f.Because("Tokens are valid from one moment to another: with a wrong clock a good token looks expired or not yet valid, here or in the cluster.").
		Fix("sudo timedatectl set-ntp true").List()
}

func describeSkew(d time.Duration) string {
	switch {
	case d.Abs() <= 2*time.Second:
		return "in time with"
	case d > 0:
		return d.String() + " ahead of"
	default:
		return d.Abs().String() + " behind"
	}
}
