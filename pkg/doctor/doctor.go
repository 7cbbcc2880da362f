// Package doctor runs checks and collects their findings: independent checks
// side by side, dependent ones afterwards, and those whose parent failed not at
// all. It knows no check and prints nothing.
package doctor

import (
	"fmt"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// Status is what came of looking.
type Status string

// The outcomes of a check. Only Error makes a failure, only Unknown makes a
// report incomplete.
const (
	OK      Status = "ok"
	Warning Status = "warning" // works, but will bite
	Error   Status = "error"   // a reason to be refused
	Skipped Status = "skipped" // does not apply, or its parent failed
	Unknown Status = "unknown" // could not be looked at
)

// Finding is one thing that was seen. Its texts may quote the network and the
// directory; the suite has cleaned them for a terminal.
type Finding struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Category string   `json:"category"`
	Status   Status   `json:"status"`
	Evidence string   `json:"evidence"`        // what was seen
	Cause    string   `json:"cause,omitempty"` // why it matters
	Who      string   `json:"who,omitempty"`   // who runs the fixes; empty: whoever reads this
	Fixes    []string `json:"fixes"`           // commands that can be pasted
}

// Found returns a finding without causes and fixes; the suite adds the check's
// name to it.
func Found(status Status, format string, args ...any) Finding {
	return Finding{Status: status, Evidence: fmt.Sprintf(format, args...)}
}

// Because returns the finding with the reason why it matters.
func (f Finding) Because(format string, args ...any) Finding {
	f.Cause = fmt.Sprintf(format, args...)
	return f
}

// Fix returns the finding with the commands that mend it.
func (f Finding) Fix(commands ...string) Finding {
	f.Fixes = slices.Concat(f.Fixes, commands)
	return f
}

// By returns the finding with the one who can run its fixes.
func (f Finding) By(who string) Finding {
	f.Who = who
	return f
}

// List returns the finding alone, as most checks report it.
func (f Finding) List() []Finding { return []Finding{f} }

// Report is everything that a suite found, in the order of its checks.
type Report struct{ Findings []Finding }

// Count returns how many findings have a status.
func (r Report) Count(s Status) int {
	n := 0
	for _, f := range r.Findings {
		if f.Status == s {
			n++
		}
	}
	return n
}

// Err returns nil when all is well, a fault of kind Failure when there are
// errors, and else Incomplete when something could not be looked at.
func (r Report) Err() error {
	if n := r.Count(Error); n > 0 {
		return fault.Newf(fault.Failure, "%s found", Many(n, "problem", "problems"))
	}
	if n := r.Count(Unknown); n > 0 {
		return fault.Newf(fault.Incomplete, "no problem found, but %s could not be looked at", Many(n, "thing", "things"))
	}
	return nil
}

// Many writes a number with its noun: "1 problem", "2 problems".
func Many(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
