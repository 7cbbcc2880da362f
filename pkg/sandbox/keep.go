package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// stateVersion is the form of state.json; another one is refused.
const stateVersion = 1

// state is the content of state.json. It holds keys, passwords and secrets.
type state struct {
	Version   int               `json:"version"`
	Ahead     time.Duration     `json:"ahead"` // of the clock, nanoseconds
	CA        []byte            `json:"ca"`    // certificate and key, PEM
	Addresses map[string]string `json:"addresses"`
	Directory json.RawMessage   `json:"directory"`
	Login     json.RawMessage   `json:"login"`
	ARM       json.RawMessage   `json:"arm,omitempty"`
}

// StateFile is where the state is kept, if it is.
func (s *Sandbox) StateFile() string { return filepath.Join(s.o.Dir, "state.json") }

// readState returns what an earlier run has kept in the folder, else what
// Options.State names, else an empty state.
func (s *Sandbox) readState() (state, error) {
	var st state
	path := s.o.State
	if s.o.Keep {
		if _, err := os.Stat(s.StateFile()); err == nil {
			path = s.StateFile()
		} else if !errors.Is(err, os.ErrNotExist) {
			return st, err
		}
	}
	if path == "" {
		return st, nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return st, fmt.Errorf("read the kept state: %w", err)
	}
	if err := json.Unmarshal(raw, &st); err != nil {
		return st, fmt.Errorf("read the kept state in %s: %w", path, err)
	}
	if st.Version != stateVersion {
		return st, fmt.Errorf("the state in %s has version %d, want %d", path, st.Version, stateVersion)
	}
	return st, nil
}

// Save writes the state to a file, for Options.State. The file holds keys,
// passwords and secrets; it is for its owner only.
func (s *Sandbox) Save(path string) error {
	st := state{Version: stateVersion, Ahead: s.clock.ahead(), CA: s.chassis.Identity(), Addresses: map[string]string{}}
	for _, name := range []string{wire.Login, wire.Graph, wire.ARM, wire.Portal} {
		if u, err := url.Parse(s.chassis.Endpoint(name)); err == nil {
			st.Addresses[name] = u.Host
		}
	}
	var err error
	if st.Directory, err = s.directory.Save(); err != nil {
		return err
	}
	if st.Login, err = s.login.Save(); err != nil {
		return err
	}
	if st.ARM, err = s.arm.Save(); err != nil {
		return err
	}
	raw, err := json.Marshal(st)
	if err != nil {
		return err
	}
	return writeFile(path, raw)
}

// keeping is the work of writing the state down when something has changed.
type keeping struct {
	changed chan struct{} // capacity 1
	stop    chan struct{}
	wg      sync.WaitGroup
}

// keepEvery is how soon a change is in the file; keepShare is how many times as
// long as the last writing took nothing is written, or a large directory would
// do nothing else.
const (
	keepEvery = 250 * time.Millisecond
	keepShare = 10
)

// written notes that something may have changed.
func (s *Sandbox) written() {
	if s.keeping == nil {
		return
	}
	select {
	case s.keeping.changed <- struct{}{}:
	default: // noted already
	}
}

func (s *Sandbox) keep() error {
	s.keeping = &keeping{changed: make(chan struct{}, 1), stop: make(chan struct{})}
	s.keeping.wg.Go(func() {
		wait := keepEvery
		for {
			select {
			case <-s.keeping.stop:
				return
			case <-s.keeping.changed:
			}
			select {
			case <-s.keeping.stop:
				return
			case <-time.After(wait):
			}
			begun := time.Now()
			if err := s.Save(s.StateFile()); err != nil {
				_, _ = fmt.Fprintf(s.o.Log, "keep the state: %v\n", err)
			}
			wait = max(keepEvery, keepShare*time.Since(begun))
		}
	})
	return s.Save(s.StateFile())
}

// kept ends keep and writes the state once more.
func (s *Sandbox) kept() error {
	if s.keeping == nil {
		return nil
	}
	close(s.keeping.stop)
	s.keeping.wg.Wait()
	return s.Save(s.StateFile())
}
