// Package httpx is the one way to the network: the cloud's CA, the
// environment's proxy, limits on every wait, no redirect to another host, and
// the one retry policy. It knows no service and adds no credentials.
package httpx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/version"
)

// Options say how to reach a cloud. The zero value is the system's roots and
// the default limits.
type Options struct {
	CAFile  string        // PEM; trusted instead of the system's roots
	Timeout time.Duration // for one try until the answer's header; 0 is 30 s
	Retry   Policy        // the zero value tries once
	NoProxy bool          // for services of this very machine
	// Wait sleeps between tries; nil waits on the clock. It returns early with
	// the request's error when that is cancelled.
	Wait Waiter
}

// maxRedirects on one host; nobody needs more than one.
const maxRedirects = 3

// ErrForeignRedirect is returned when an answer points to another host: a
// request with credentials never follows it.
var ErrForeignRedirect = errors.New("redirect to another host refused")

// NewClient returns a client for one cloud. The error names the CA file.
func NewClient(o Options) (*http.Client, error) {
	rt, err := NewTransport(o)
	if err != nil {
		return nil, err
	}
	return &http.Client{Transport: rt, CheckRedirect: sameHost}, nil
}

// NewTransport returns the client's RoundTripper, for SDKs that bring a client
// of their own.
func NewTransport(o Options) (http.RoundTripper, error) {
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	tlsConfig := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.CAFile != "" {
		pem, err := os.ReadFile(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("CA file: %w", err)
		}
		tlsConfig.RootCAs = x509.NewCertPool()
		if !tlsConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %q holds no PEM certificate", o.CAFile)
		}
	}
	proxy := http.ProxyFromEnvironment
	if o.NoProxy {
		proxy = nil
	}
	var rt http.RoundTripper = &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: min(o.Timeout, 10*time.Second)}).DialContext,
		TLSClientConfig:     tlsConfig,
		TLSHandshakeTimeout: min(o.Timeout, 10*time.Second),
		IdleConnTimeout:     time.Minute,
		MaxIdleConnsPerHost: 16,
		ForceAttemptHTTP2:   true,
	}
	rt = patient{userAgent{rt}, o.Timeout}
	if o.Retry.Tries > 1 {
		rt = &retrying{next: rt, policy: o.Retry, wait: o.Wait}
	}
	return rt, nil
}

func sameHost(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("stopped after %d redirects", maxRedirects)
	}
	if req.URL.Scheme != via[0].URL.Scheme || req.URL.Host != via[0].URL.Host {
		return ErrForeignRedirect
	}
	return nil
}

type userAgent struct{ next http.RoundTripper }

func (u userAgent) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("User-Agent") == "" {
		req = req.Clone(req.Context())
		req.Header.Set("User-Agent", version.UserAgent())
	}
	return u.next.RoundTrip(req)
}
