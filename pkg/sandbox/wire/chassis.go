// Package wire is the HTTPS chassis under the sandbox's services: certificates,
// listeners, routes, request counts, faults and latency. It knows nothing of
// what the services answer.
package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Names of the services, as counts, faults and sandbox.json have them.
const (
	Login  = "login"
	Graph  = "graph"
	ARM    = "arm"
	Portal = "portal"
)

// Options are the chassis' clock, slowness and log. Tokens never reach the log.
type Options struct {
	Now     func() time.Time // nil: time.Now
	Latency time.Duration    // added to every request
	Log     io.Writer        // nil: discard
	// Addresses are where services listen if those ports are free; others, and
	// services without one, get a free port of 127.0.0.1.
	Addresses map[string]string
	CA        []byte // PEM of Chassis.Identity of an earlier run; nil: a new authority
	Written   func() // called after every request that may have changed something; nil: nobody
}

// Chassis carries services, each on a loopback listener of its own.
type Chassis struct {
	o         Options
	authority *authority
	services  []*Mux
	latency   atomic.Int64 // nanoseconds
	counts    counts
	faults    armory
	stop      context.CancelFunc
	stopped   context.Context
	wg        sync.WaitGroup
}

// New makes a certificate authority whose key stays in memory; no listener yet.
func New(o Options) (*Chassis, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	a, err := newAuthority(o.CA)
	if err != nil {
		return nil, fmt.Errorf("make the sandbox's CA: %w", err)
	}
	c := &Chassis{o: o, authority: a}
	c.SetLatency(o.Latency)
	c.stopped, c.stop = context.WithCancel(context.Background())
	return c, nil
}

// Roots verify every listener.
func (c *Chassis) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(c.CA())
	return pool
}

// CA returns the certificate, in PEM, that verifies every listener.
func (c *Chassis) CA() []byte { return c.authority.pem }

// Listen opens a free loopback port for a service. Routes are registered on the
// result; refuse writes the service's own kind of error body.
func (c *Chassis) Listen(name string, refuse Refusal) (*Mux, error) {
	l, err := c.listen(name)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", name, err)
	}
	m := &Mux{Name: name, chassis: c, routes: http.NewServeMux(), refuse: refuse, listener: l}
	c.services = append(c.services, m)
	return m, nil
}

func (c *Chassis) listen(name string) (net.Listener, error) {
	var lc net.ListenConfig
	if at, ok := c.o.Addresses[name]; ok {
		if l, err := lc.Listen(c.stopped, "tcp", at); err == nil {
			return l, nil
		}
	}
	return lc.Listen(c.stopped, "tcp", "127.0.0.1:0")
}

// SetLatency changes what is added to every request from now on.
func (c *Chassis) SetLatency(d time.Duration) { c.latency.Store(int64(d)) }

// Latency is what is added to every request.
func (c *Chassis) Latency() time.Duration { return time.Duration(c.latency.Load()) }

// Identity returns the authority's certificate and key, in PEM, for a later run:
// a secret.
func (c *Chassis) Identity() []byte { return c.authority.identity }

// Serve starts every service; routes are complete by then.
func (c *Chassis) Serve() {
	for _, m := range c.services {
		m.server = &http.Server{
			Handler:           m,
			ReadHeaderTimeout: 30 * time.Second,
			ErrorLog:          log.New(c.o.Log, m.Name+": ", 0),
			TLSConfig:         &tls.Config{GetCertificate: c.authority.certificate, NextProtos: []string{"http/1.1"}},
			BaseContext:       func(net.Listener) context.Context { return c.stopped },
		}
		c.wg.Go(func() { _ = m.server.ServeTLS(m.listener, "", "") }) // ends by Close
	}
}

// Close ends every listener and connection, and waits for them.
func (c *Chassis) Close() error {
	c.stop()
	var errs []error
	for _, m := range c.services {
		if m.server == nil {
			errs = append(errs, m.listener.Close())
			continue
		}
		errs = append(errs, m.server.Close())
	}
	c.wg.Wait()
	return errors.Join(errs...)
}

// Endpoint returns the address of a service, "https://127.0.0.1:port".
func (c *Chassis) Endpoint(name string) string {
	for _, m := range c.services {
		if m.Name == name {
			return "https://" + m.listener.Addr().String()
		}
	}
	return ""
}

// Requests returns how often each route was asked for since the last reset.
func (c *Chassis) Requests() []Count { return c.counts.list() }

// ResetRequests starts counting anew.
func (c *Chassis) ResetRequests() { c.counts.reset() }
