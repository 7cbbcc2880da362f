// Package caller says which process wants a token: kubectl, k9s, terraform. It
// reads what the system shows of the parent and starts nothing; the front links
// it. It does not know why the parent asks.
package caller

import "strconv"

// Process is one that started us.
type Process struct {
	Name string // "k9s"; empty where the system does not say
	PID  int
	// Start tells two processes of one PID apart. It only compares; empty where
	// the system does not say.
	Start string
}

// ID identifies a process as long as the machine is up.
func (p Process) ID() string {
	if p.PID == 0 {
		return ""
	}
	return strconv.Itoa(p.PID) + "@" + p.Start
}
