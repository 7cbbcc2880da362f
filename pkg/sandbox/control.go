package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// longestSocket is how long a path every system takes for a socket.
const longestSocket = 100

// controlServer serves DIR/control.sock: HTTP for Control, for the owner only.
type controlServer struct {
	path     string // DIR/control.sock
	aside    string // temporary folder that holds the socket when path is too long
	listener net.Listener
	server   *http.Server
	done     chan struct{}
}

type signInBody struct {
	Who  string `json:"who"`
	Code string `json:"code"`
}

type faultBody struct {
	Service string `json:"service"`
	Name    string `json:"name"`
	Times   int    `json:"times"`
	Match   string `json:"match"`
}

type failureBody struct {
	Error string `json:"error"`
}

// listenControl takes the folder: a second living sandbox is refused, a socket
// that a killed one has left behind is removed.
func (s *Sandbox) listenControl(ctx context.Context) (*controlServer, error) {
	path := filepath.Join(s.o.Dir, "control.sock")
	if conn, err := dialControl(ctx, path); err == nil {
		_ = conn.Close()
		return nil, fmt.Errorf("a sandbox is running in %s already", s.o.Dir)
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	c := &controlServer{path: path, done: make(chan struct{})}
	real := path
	if len(path) > longestSocket {
		aside, err := os.MkdirTemp("", "aad")
		if err != nil {
			return nil, err
		}
		c.aside, real = aside, filepath.Join(aside, "s")
	}
	var err error
	if c.listener, err = new(net.ListenConfig).Listen(ctx, "unix", real); err != nil {
		return nil, errors.Join(err, c.tidy())
	}
	if err = os.Chmod(real, 0o600); err == nil && real != path {
		err = os.Symlink(real, path)
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	c.server = &http.Server{Handler: s.controlRoutes(), ReadHeaderTimeout: 10 * time.Second}
	return c, nil
}

func (c *controlServer) serve() {
	go func() {
		defer close(c.done)
		_ = c.server.Serve(c.listener) // ends by close
	}()
}

func (c *controlServer) close() error {
	if c.server != nil {
		_ = c.server.Close() // also the listener, if it serves
	}
	if err := c.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
		return errors.Join(err, c.tidy())
	}
	return c.tidy()
}

func (c *controlServer) tidy() error {
	err := os.Remove(c.path)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	if c.aside != "" {
		err = errors.Join(err, os.RemoveAll(c.aside))
	}
	return err
}

// dialControl connects to the socket that path is or leads to.
func dialControl(ctx context.Context, path string) (net.Conn, error) {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, err
	}
	return (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "unix", real)
}

func (s *Sandbox) controlRoutes() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("POST /sign-in", func(w http.ResponseWriter, r *http.Request) {
		var b signInBody
		err := wire.ReadJSON(r, &b)
		if err == nil {
			err = s.SignIn(r.Context(), b.Who, b.Code)
		}
		answer(w, nil, err)
	})
	m.HandleFunc("POST /faults", func(w http.ResponseWriter, r *http.Request) {
		var b faultBody
		err := wire.ReadJSON(r, &b)
		if err == nil {
			err = s.Fault(b.Service, b.Name, b.Times, b.Match)
		}
		answer(w, nil, err)
	})
	m.HandleFunc("GET /faults", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.chassis.Faults(), nil) })
	m.HandleFunc("DELETE /faults", func(w http.ResponseWriter, _ *http.Request) {
		s.ClearFaults()
		answer(w, nil, nil)
	})
	m.HandleFunc("GET /requests", func(w http.ResponseWriter, _ *http.Request) { answer(w, s.Requests(), nil) })
	m.HandleFunc("DELETE /requests", func(w http.ResponseWriter, _ *http.Request) {
		s.ResetRequests()
		answer(w, nil, nil)
	})
	m.HandleFunc("POST /down", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, nil, nil)
		_ = http.NewResponseController(w).Flush() // before whoever waits for Done closes the connection
		s.end()
	})
	return m
}

func answer(w http.ResponseWriter, v any, err error) {
	switch {
	case err != nil:
		wire.JSON(w, http.StatusBadRequest, failureBody{Error: err.Error()})
	case v == nil:
		w.WriteHeader(http.StatusNoContent)
	default:
		wire.JSON(w, http.StatusOK, v)
	}
}
