package webhook

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"
)

// Certificates are the files of the TLS listener. They are looked at again when
// a client connects and read again when they changed, so that rotating them
// needs no restart; files that do not fit together leave the old ones in force.
type Certificates struct {
	CertFile, KeyFile string
	ClientCAFile      string // empty: no client certificate is asked for
	Log               *slog.Logger

	mu      sync.Mutex
	config  *tls.Config
	stamps  [3]stamp
	checked time.Time
}

// stamp tells versions of a file apart.
type stamp struct {
	modified time.Time
	size     int64
}

// recheck is how often connecting clients make us look at the files.
const recheck = time.Second

// TLS reads the files and returns a configuration that follows them. The error
// names the file.
func (c *Certificates) TLS() (*tls.Config, error) {
	stamps := c.look()
	config, err := c.read()
	if err != nil {
		return nil, err
	}
	c.config, c.stamps, c.checked = config, stamps, time.Now()
	return &tls.Config{
		MinVersion:         config.MinVersion,
		NextProtos:         config.NextProtos,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return c.current(), nil },
	}, nil
}

func (c *Certificates) current() *tls.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) < recheck {
		return c.config
	}
	c.checked = time.Now()
	stamps := c.look()
	if stamps == c.stamps {
		return c.config
	}
	config, err := c.read()
	if err != nil {
		c.Log.Error("changed certificates cannot be used, the old ones stay", "reason", err.Error())
		return c.config
	}
	c.Log.Info("certificates read again")
	c.config, c.stamps = config, stamps
	return config
}

func (c *Certificates) look() (stamps [3]stamp) {
	for i, name := range []string{c.CertFile, c.KeyFile, c.ClientCAFile} {
		if info, err := os.Stat(name); err == nil {
			stamps[i] = stamp{info.ModTime(), info.Size()}
		}
	}
	return stamps
}

func (c *Certificates) read() (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(c.CertFile, c.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("TLS certificate %q with key %q: %w", c.CertFile, c.KeyFile, err)
	}
	config := &tls.Config{
		MinVersion:   tls.VersionTLS13,
		NextProtos:   []string{"h2", "http/1.1"},
		Certificates: []tls.Certificate{pair},
		// A resumed session would outlive a client CA that was taken away.
		SessionTicketsDisabled: true,
	}
	if c.ClientCAFile == "" {
		return config, nil
	}
	pem, err := os.ReadFile(c.ClientCAFile)
	if err != nil {
		return nil, fmt.Errorf("client CA file: %w", err)
	}
	config.ClientCAs = x509.NewCertPool()
	if !config.ClientCAs.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("client CA file %q holds no PEM certificate", c.ClientCAFile)
	}
	config.ClientAuth = tls.RequireAndVerifyClientCert
	return config, nil
}
