// Package sandbox is a pretend Microsoft Entra ID, Microsoft Graph and Azure
// Resource Manager in this process, on loopback, with a CA of its own: for tests
// and rehearsals. It starts no API server itself: Options.Clusters does.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/arm"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Options say where the sandbox keeps its files and how slow it is.
type Options struct {
	Dir              string           // gets cloud.json, ca.pem, sandbox.json, ci-bot.secret, control.sock
	ReplicationDelay time.Duration    // from a write until it is seen; Azure's is seconds to minutes
	Latency          time.Duration    // added to every request
	Interval         int              // of device code polls, in seconds, 1 to 5; 0 is 1
	TokenLifetime    time.Duration    // of access tokens; 0 is 75 minutes
	Clusters         arm.ClusterHost  // nil: clusters are recorded and nothing runs
	Users            int              // more of them in contoso.com, as directory.Crowd says
	Groups           int              // likewise
	Nesting          int              // how deep those groups are nested
	Keep             bool             // the next run with Keep in Dir goes on where this one ends, whatever State, Users and Groups say
	State            string           // file of an earlier run to start from; "" or with a kept state in Dir: none
	Now              func() time.Time // nil: time.Now
	Log              io.Writer        // nil: discard; never gets tokens
}

// Sandbox is a running one.
type Sandbox struct {
	o         Options
	chassis   *wire.Chassis
	directory *directory.Directory
	login     *login.Service
	arm       *arm.Server
	control   *controlServer
	down      chan struct{} // closed when somebody asked for the end
	downOnce  sync.Once
	closeOnce sync.Once
	closeErr  error
	release   func() bool // of the context's watch
	clock     *clock
	keeping   *keeping // nil: the state is not kept
}

// Start runs a sandbox until Close, or until ctx ends. When it returns, every
// service answers and the files are written.
func Start(ctx context.Context, o Options) (*Sandbox, error) {
	if o.Dir == "" {
		return nil, errors.New("start the sandbox: no directory for its files")
	}
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("start the sandbox: %w", err)
	}
	o.Dir = dir
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	o.Log = &lockedWriter{w: o.Log}
	s := &Sandbox{o: o, down: make(chan struct{}), clock: &clock{base: o.Now}}
	if err := s.start(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start the sandbox: %w", err), s.Close())
	}
	s.release = context.AfterFunc(ctx, func() { _ = s.Close() })
	return s, nil
}

func (s *Sandbox) start(ctx context.Context) error {
	if err := privateDir(s.o.Dir); err != nil {
		return err
	}
	var err error
	if s.control, err = s.listenControl(ctx); err != nil { // first: it refuses a folder in use
		return err
	}
	st, err := s.readState()
	if err != nil {
		return err
	}
	s.clock.offset.Store(int64(st.Ahead))
	if s.directory, err = directory.New(directory.Options{Now: s.clock.now, Delay: s.o.ReplicationDelay, State: st.Directory,
		Crowd: directory.Crowd{Users: s.o.Users, Groups: s.o.Groups, Nesting: s.o.Nesting}}); err != nil {
		return err
	}
	if s.chassis, err = wire.New(wire.Options{Now: s.clock.now, Latency: s.o.Latency, Log: s.o.Log, Addresses: st.Addresses, CA: st.CA, Written: s.written}); err != nil {
		return err
	}
	if err := s.services(st); err != nil {
		return err
	}
	if err := s.writeFiles(); err != nil { // the listeners are there, if nobody answers yet
		return err
	}
	if len(st.ARM) > 0 {
		if err := s.arm.Load(st.ARM); err != nil { // its clusters read those files as they start
			return err
		}
	}
	if s.o.Keep {
		if err := s.keep(); err != nil {
			return err
		}
	}
	s.chassis.Serve()
	s.control.serve()
	return nil
}

// services gives each of the four a listener and its routes.
func (s *Sandbox) services(st state) error {
	refuse := func(w http.ResponseWriter, r *http.Request, status int, code, message string) {
		s.login.Refuse(w, r, status, code, message)
	}
	muxes := map[string]*wire.Mux{}
	for _, m := range []struct {
		name   string
		refuse wire.Refusal
	}{{wire.Login, refuse}, {wire.Graph, graph.Refuse}, {wire.ARM, arm.Refuse}, {wire.Portal, refuse}} {
		mux, err := s.chassis.Listen(m.name, m.refuse)
		if err != nil {
			return err
		}
		muxes[m.name] = mux
	}
	deps := wire.Deps{Directory: s.directory, Now: s.clock.now, Log: s.o.Log}
	var err error
	s.login, err = login.New(deps, login.Options{Interval: s.o.Interval, Lifetime: s.o.TokenLifetime, Roots: s.chassis.Roots(), State: st.Login, Aliases: map[string]string{
		s.chassis.Endpoint(wire.Graph): "https://graph.microsoft.com",
		s.chassis.Endpoint(wire.ARM):   armAudience,
	}})
	if err != nil {
		return err
	}
	deps.Verifier = s.login
	s.login.Register(muxes[wire.Login])
	s.login.RegisterPortal(muxes[wire.Portal])
	s.arm = arm.New(deps, subscription(), s.o.Clusters)
	s.arm.Register(muxes[wire.ARM])
	graph.New(deps).Register(muxes[wire.Graph])
	return nil
}

// Close stops the services and the clusters and takes the control socket away.
func (s *Sandbox) Close() error {
	s.closeOnce.Do(func() {
		if s.release != nil {
			s.release()
		}
		errs := []error{s.kept()}
		if s.arm != nil {
			errs = append(errs, s.arm.Close())
		}
		if s.chassis != nil {
			errs = append(errs, s.chassis.Close())
		}
		if s.control != nil {
			errs = append(errs, s.control.close()) // last: whoever waits for the end sees it go
		}
		s.end()
		s.closeErr = errors.Join(errs...)
	})
	return s.closeErr
}

func (s *Sandbox) end() { s.downOnce.Do(func() { close(s.down) }) }

// Done is closed when the sandbox was asked to stop (by Control.Down) or has
// stopped. The one who called Start still has to call Close.
func (s *Sandbox) Done() <-chan struct{} { return s.down }

// lockedWriter lets many goroutines write lines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

func privateDir(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	return os.Chmod(dir, 0o700) //nolint:gosec // a directory needs x
}
