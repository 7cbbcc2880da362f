package webhook

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority is a CA of the test's.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newCert(t *testing.T, name string, by *authority) (*authority, []byte, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: by == nil, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	self := &authority{template, key}
	if by == nil {
		by = self
	}
	der, err := x509.CreateCertificate(rand.Reader, template, by.cert, &key.PublicKey, by.key)
	if err != nil {
		t.Fatal(err)
	}
	self.cert, _ = x509.ParseCertificate(der)
	pkcs8, _ := x509.MarshalPKCS8PrivateKey(key)
	return self, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}

func write(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestServer runs both listeners: who gets in with which certificate, that
// changed files count, and that stopping lets a request finish.
func TestServer(t *testing.T) {
	dir := t.TempDir()
	ca, caPEM, _ := newCert(t, "ca", nil)
	_, certPEM, keyPEM := newCert(t, "server", ca)
	write(t, dir, map[string][]byte{"ca": caPEM, "crt": certPEM, "key": keyPEM})
	certs := &Certificates{
		CertFile: filepath.Join(dir, "crt"), KeyFile: filepath.Join(dir, "key"), ClientCAFile: filepath.Join(dir, "ca"),
		Log: slog.New(slog.DiscardHandler),
	}
	config, err := certs.TLS()
	if err != nil {
		t.Fatal(err)
	}
	reviews, health, stop := serve(t, config)

	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(caPEM)
	_, goodCert, goodKey := newCert(t, "kube-apiserver", ca)
	stranger, strangerCA, _ := newCert(t, "stranger", nil)
	_, badCert, badKey := newCert(t, "kube-apiserver", stranger)
	good, bad := client(t, pool, goodCert, goodKey), client(t, pool, badCert, badKey)
	expect := func(what string, c *tls.Config, want bool) {
		t.Helper()
		if err := get(reviews, c); (err == nil) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	expect("no certificate", &tls.Config{RootCAs: pool}, false)
	expect("another CA's", bad, false)
	expect("good", good, true)
	old := good.Clone()
	old.MaxVersion = tls.VersionTLS12
	expect("TLS 1.2", old, false)
	if err := get(health, nil); err != nil {
		t.Errorf("health: %v", err)
	}

	// Files that do not fit leave the old ones in force; then the other CA counts.
	write(t, dir, map[string][]byte{"key": badKey, "ca": strangerCA})
	certs.lookAgain()
	expect("broken files", good, true)
	write(t, dir, map[string][]byte{"key": keyPEM})
	certs.lookAgain()
	expect("new CA's", bad, true)
	expect("old CA's", good, false)
	if err := stop(); err != nil {
		t.Errorf("stopped with %v", err)
	}
	expect("stopped", bad, false)
}

// lookAgain lets the second pass in which files are not looked at.
func (c *Certificates) lookAgain() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked = time.Time{}
}

func serve(t *testing.T, config *tls.Config) (reviews, health string, stop func() error) {
	t.Helper()
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") })
	s := &Server{Listen: "127.0.0.1:0", HealthListen: "127.0.0.1:0", TLS: config, Reviews: ok, Health: ok, Log: slog.New(slog.DiscardHandler)}
	ctx, cancel := context.WithCancel(context.Background())
	ended, ready := make(chan error, 1), make(chan [2]string, 1)
	go func() { ended <- s.Run(ctx, func(r, h string) { ready <- [2]string{r, h} }) }()
	stopped := false
	stop = func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		return <-ended
	}
	t.Cleanup(func() { _ = stop() })
	select {
	case urls := <-ready:
		return urls[0], urls[1], stop
	case err := <-ended:
		t.Fatal(err)
		return "", "", nil
	}
}

func client(t *testing.T, roots *x509.CertPool, cert, key []byte) *tls.Config {
	t.Helper()
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	// Presented whatever the server asks for.
	return &tls.Config{RootCAs: roots, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }}
}

func get(url string, config *tls.Config) error {
	transport := &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func TestCertificateErrors(t *testing.T) {
	dir := t.TempDir()
	_, certPEM, keyPEM := newCert(t, "server", nil)
	_, _, otherKey := newCert(t, "other", nil)
	write(t, dir, map[string][]byte{"crt": certPEM, "key": keyPEM, "other": otherKey, "junk": []byte("junk")})
	for _, c := range []struct{ cert, key, ca, names string }{
		{"none", "key", "", "none"}, {"crt", "other", "", "other"}, {"crt", "key", "junk", "junk"}, {"crt", "key", "none", "none"},
	} {
		certs := &Certificates{CertFile: filepath.Join(dir, c.cert), KeyFile: filepath.Join(dir, c.key)}
		if c.ca != "" {
			certs.ClientCAFile = filepath.Join(dir, c.ca)
		}
		if _, err := certs.TLS(); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, c.names)) {
			t.Errorf("%+v: %v", c, err)
		} else if bytes.Contains([]byte(err.Error()), keyPEM) {
			t.Errorf("the key is in %v", err)
		}
	}
}
