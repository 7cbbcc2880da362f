package checks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/version"
)

// Endpoint is a server to reach.
type Endpoint struct {
	URL        string
	CA         []byte // PEM, trusted instead of the system's roots; nil: those
	ServerName string // expected in the certificate instead of the URL's host
	Insecure   bool   // the certificate is not verified, as the kubeconfig says
}

// Stage is how far a connection came.
type Stage string

// The stages in their order.
const (
	AtName   Stage = "name"   // the host's name was not resolved
	AtTCP    Stage = "tcp"    // nobody accepted the connection
	AtTLS    Stage = "tls"    // no agreement on encryption, or the wrong certificate
	AtHTTP   Stage = "http"   // connected, but no HTTP answer came
	Answered Stage = "answer" // some HTTP answer: all that counts here
)

// Reach is what came of trying.
type Reach struct {
	Stage  Stage
	Err    error
	Proxy  string // host of the proxy that was used; empty: none
	Issuer string // who signed the server's certificate
	Status int
	Date   time.Time // the answer's Date header; zero: none
	At     time.Time // when the answer came, by this machine's clock
}

// Prober is the real Network: HTTPS over the environment's proxy.
type Prober struct {
	Proxy func(*http.Request) (*url.URL, error) // nil: no proxy
	Now   func() time.Time
}

// Probe sends one GET without credentials and follows no redirect.
func (p Prober) Probe(ctx context.Context, e Endpoint) Reach {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.URL, nil)
	if err != nil {
		return Reach{Stage: AtName, Err: err}
	}
	req.Header.Set("User-Agent", version.UserAgent())
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: e.ServerName, InsecureSkipVerify: e.Insecure}
	if e.CA != nil {
		conf.RootCAs = x509.NewCertPool()
		if !conf.RootCAs.AppendCertsFromPEM(e.CA) {
			return Reach{Stage: AtTLS, Err: errors.New("the configured CA holds no PEM certificate")}
		}
	}
	transport := &http.Transport{Proxy: p.Proxy, TLSClientConfig: conf, DisableKeepAlives: true,
		DialContext: (&net.Dialer{Timeout: 5 * time.Second}).DialContext}
	var stage progress
	resp, err := transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, stage.trace())))
	reach := Reach{Stage: stage.reached(), At: p.Now(), Proxy: p.proxyOf(req)}
	if err != nil {
		reach.Err = err
		reach.Issuer = issuerIn(err)
		return reach
	}
	defer resp.Body.Close()
	reach.Stage, reach.Status = Answered, resp.StatusCode
	reach.Date, _ = http.ParseTime(resp.Header.Get("Date"))
	if resp.TLS != nil && len(resp.TLS.PeerCertificates) > 0 {
		reach.Issuer = resp.TLS.PeerCertificates[0].Issuer.String()
	}
	return reach
}

func (p Prober) proxyOf(req *http.Request) string {
	if p.Proxy == nil {
		return ""
	}
	u, err := p.Proxy(req)
	if err != nil || u == nil {
		return ""
	}
	return u.Host // never its user and password
}

// issuerIn tells who signed a certificate that was refused: a proxy that opens
// TLS gives itself away by it.
func issuerIn(err error) string {
	var wrong *tls.CertificateVerificationError
	if errors.As(err, &wrong) && len(wrong.UnverifiedCertificates) > 0 {
		return wrong.UnverifiedCertificates[0].Issuer.String()
	}
	return ""
}

// progress counts the stages that a connection has passed. Several addresses
// are tried side by side, so the furthest counts.
type progress struct{ passed atomic.Int32 }

func (p *progress) trace() *httptrace.ClientTrace {
	reach := func(n int32) {
		for old := p.passed.Load(); old < n && !p.passed.CompareAndSwap(old, n); old = p.passed.Load() {
		}
	}
	return &httptrace.ClientTrace{
		DNSDone: func(d httptrace.DNSDoneInfo) {
			if d.Err == nil {
				reach(1)
			}
		},
		ConnectStart: func(string, string) { reach(1) },
		ConnectDone: func(_, _ string, err error) {
			if err == nil {
				reach(2)
			}
		},
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				reach(3)
			}
		},
	}
}

func (p *progress) reached() Stage {
	return []Stage{AtName, AtTCP, AtTLS, AtHTTP}[p.passed.Load()]
}
