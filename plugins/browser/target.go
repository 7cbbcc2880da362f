package browser

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// target is where the browser may be sent back to: this machine, and nothing else.
type target struct {
	host string // localhost, 127.0.0.1 or ::1
	port int    // 0: any
	path string
}

// parseTarget reads --redirect-url. Codes are sent to loopback only: anywhere
// else somebody could be listening.
func parseTarget(s string) (target, error) {
	if s == "" {
		return target{host: "localhost"}, nil
	}
	u, err := url.Parse(s)
	bad := fault.New(fault.Usage, fmt.Sprintf("--redirect-url %q is not an http address of this machine", s), "--redirect-url http://localhost:8400")
	if err != nil || u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return target{}, bad
	}
	t := target{host: u.Hostname(), path: u.Path}
	if ip := net.ParseIP(t.host); t.host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return target{}, bad
	}
	if p := u.Port(); p != "" {
		if t.port, err = strconv.Atoi(p); err != nil || t.port < 1 || t.port > 65535 {
			return target{}, bad
		}
	}
	return t, nil
}

// tries is how many free ports are tried until one is free for both families.
const tries = 10

// open listens on the target's port or, when somebody has it, on a free one:
// Entra ID does not compare the port of a loopback address (RFC 8252, 7.3).
func (t target) open() ([]net.Listener, int, error) {
	port := t.port
	var last error
	for range tries {
		list, got, err := t.bind(port)
		if err == nil {
			return list, got, nil
		}
		last, port = err, 0
	}
	return nil, 0, fmt.Errorf("no port of this machine is free: %w", last)
}

// bind takes a port of every address that the host stands for: a browser may
// try ::1 first, and nobody else shall be there.
func (t target) bind(port int) ([]net.Listener, int, error) {
	var list []net.Listener
	for _, ip := range t.addresses() {
		l, err := net.Listen("tcp", net.JoinHostPort(ip, strconv.Itoa(port)))
		if err != nil && ip == "::1" && len(list) > 0 && !taken(port) {
			continue // a machine without IPv6
		}
		if err != nil {
			for _, l := range list {
				_ = l.Close()
			}
			return nil, 0, err
		}
		addr, ok := l.Addr().(*net.TCPAddr)
		if !ok {
			return nil, 0, errors.New("not a TCP listener")
		}
		list, port = append(list, l), addr.Port
	}
	return list, port, nil
}

func (t target) addresses() []string {
	if t.host == "localhost" {
		return []string{"127.0.0.1", "::1"}
	}
	return []string{t.host}
}

// taken reports whether somebody answers on the IPv6 side of a port.
func taken(port int) bool {
	c, err := net.Dial("tcp", net.JoinHostPort("::1", strconv.Itoa(port)))
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// redirect is the address that Entra ID is told.
func (t target) redirect(port int) (redirect, host string) {
	host = net.JoinHostPort(t.host, strconv.Itoa(port))
	return "http://" + host + t.path, host
}
