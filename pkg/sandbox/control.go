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
