package sandbox

import (
	"sync/atomic"
	"time"
)

// clock is another clock with an offset that can be changed while it runs.
type clock struct {
	base   func() time.Time
	offset atomic.Int64 // nanoseconds
}

func (c *clock) now() time.Time { return c.base().Add(c.ahead()) }

func (c *clock) ahead() time.Duration { return time.Duration(c.offset.Load()) }

// Settings are what can be changed while the sandbox runs.
type Settings struct {
	Now              time.Time     `json:"now"`
	Ahead            time.Duration `json:"ahead"` // of the clock of Options.Now, nanoseconds
	Latency          time.Duration `json:"latency"`
	ReplicationDelay time.Duration `json:"replicationDelay"`
}

// Settings tells how the sandbox is set now.
func (s *Sandbox) Settings() Settings {
	return Settings{Now: s.clock.now(), Ahead: s.clock.ahead(), Latency: s.chassis.Latency(), ReplicationDelay: s.directory.Delay()}
}

// SetClock makes it that moment; the clock runs on from there. Only the sandbox
// lives in that time: API servers and clients go by their own clocks.
func (s *Sandbox) SetClock(at time.Time) {
	s.clock.offset.Store(int64(at.Sub(s.clock.base())))
	s.written()
}

// Advance moves the clock, back if by is negative.
func (s *Sandbox) Advance(by time.Duration) {
	s.clock.offset.Add(int64(by))
	s.written()
}

// SetLatency changes what is added to every request from now on.
func (s *Sandbox) SetLatency(d time.Duration) { s.chassis.SetLatency(d) }

// SetReplicationDelay changes the delay of what is written from now on.
func (s *Sandbox) SetReplicationDelay(d time.Duration) { s.directory.SetDelay(d) }

// Rotate makes a new signing key; the one before it stays published.
func (s *Sandbox) Rotate() error {
	defer s.written()
	return s.login.Rotate()
}
