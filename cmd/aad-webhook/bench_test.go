package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

// floorKey makes the test binary the least that a token webhook can be: its
// value is the file of the key that it trusts.
const floorKey = "AAD_TEST_FLOOR_KEY"

func TestMain(m *testing.M) {
	if os.Getenv(floorKey) == "" {
		os.Exit(m.Run())
	}
	if err := serveFloor(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func serveFloor(certFile, keyFile string) error {
	der, err := os.ReadFile(os.Getenv(floorKey))
	if err != nil {
		return err
	}
	public, err := x509.ParsePKCS1PublicKey(der)
	if err != nil {
		return err
	}
	pem, err := os.ReadFile(certFile)
	if err != nil {
		return err
	}
	clients := x509.NewCertPool()
	clients.AppendCertsFromPEM(pem)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("serving https://%s%s health http://127.0.0.1:1\n", l.Addr(), webhook.Path)
	server := &http.Server{Handler: issuertest.Floor(public), ReadHeaderTimeout: time.Minute,
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: clients}}
	return server.ServeTLS(l, certFile, keyFile)
}

const (
	tokens  = 1500 // of a lap
	workers = 8    // an API server asks as many at once
)

// BenchmarkProcess asks real processes over mTLS, by HTTP/2 as an API server
// does, lap after lap: the floor, and aad-webhook with tokens that it has not
// seen and with one that it has. It prints medians and ratios.
func BenchmarkProcess(b *testing.B) {
	issuer := issuertest.New(b)
	certFile, keyFile, roots := serverPair(b)
	pair, err := tls.LoadX509KeyPair(certFile, keyFile)
	if err != nil {
		b.Fatal(err)
	}
	bodies := make([][]byte, tokens)
	for i := range bodies {
		claims := issuertest.Claims(time.Now(), map[string]any{"uti": fmt.Sprint(i), "groups": issuertest.Groups(20)})
		bodies[i] = fmt.Appendf(nil, `{"kind":"TokenReview","apiVersion":"authentication.k8s.io/v1","spec":{"token":%q}}`, issuer.Sign(claims))
	}
	trusted := filepath.Join(b.TempDir(), "key.der")
	if err := os.WriteFile(trusted, x509.MarshalPKCS1PublicKey(&issuer.SigningKey().Key.PublicKey), 0o600); err != nil {
		b.Fatal(err)
	}
	program, self := compile(b), exe(b)
	b.Setenv(floorKey, trusted)
	args := []string{"--cloud", issuer.CloudFile(b), "--tenant-id", string(issuertest.Tenant), "--client-id", string(issuertest.Client),
		"--listen", "127.0.0.1:0", "--health-listen", "127.0.0.1:0", "--tls-cert-file", certFile, "--tls-private-key-file", keyFile, "--client-ca-file", certFile}
	rates := map[string][]float64{}
	for b.Loop() {
		floor, hook := launch(b, self, roots, certFile, keyFile), launch(b, program, roots, args...)
		for _, p := range []*process{floor, hook} {
			p.client = &http.Client{Transport: &http.Transport{ForceAttemptHTTP2: true,
				TLSClientConfig: &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}}}}
			p.lap(b, bodies[:1], 1) // the handshake, and the tenant's keys
		}
		rates["floor"] = append(rates["floor"], floor.lap(b, bodies, tokens))
		rates["unseen"] = append(rates["unseen"], hook.lap(b, bodies[1:], tokens-1))
		rates["seen"] = append(rates["seen"], hook.lap(b, bodies[:1], tokens))
		for _, p := range []*process{floor, hook} {
			_ = p.Process.Kill()
			_ = p.Wait()
		}
	}
	fmt.Printf("\n%-44s %10s %8s   (%d laps of %d)\n", "webhook process over mTLS", "per second", "ratio", len(rates["floor"]), tokens)
	base := median(rates["floor"])
	for _, row := range []struct{ name, key string }{{"floor: decode, verify once, answer", "floor"}, {"aad-webhook, tokens not seen before", "unseen"}, {"aad-webhook, the same token again", "seen"}} {
		fmt.Printf("%-44s %10.0f %7.2fx\n", row.name, median(rates[row.key]), median(rates[row.key])/base)
	}
	b.ReportMetric(median(rates["unseen"])/base, "unseen/floor")
}

// lap asks n times and returns how many answers came in a second.
func (p *process) lap(b *testing.B, bodies [][]byte, n int) float64 {
	b.Helper()
	var next atomic.Int64
	var group sync.WaitGroup
	began := time.Now()
	for range workers {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				resp, err := p.client.Post(p.reviews, "application/json", bytes.NewReader(bodies[i%len(bodies)]))
				if err != nil {
					b.Error(err)
					return
				}
				answer, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || !bytes.Contains(answer, []byte(`"authenticated":true`)) {
					b.Errorf("%v %s", err, answer)
					return
				}
			}
		})
	}
	group.Wait()
	return float64(n) / time.Since(began).Seconds()
}

func median(list []float64) float64 {
	list = slices.Sorted(slices.Values(list))
	return list[len(list)/2]
}

func exe(b *testing.B) string {
	path, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	return path
}
