package webhook_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/webhook"
	"github.com/kubectl-aad/kubectl-aad/pkg/webhook/issuertest"
)

// BenchmarkUnseen answers tokens that were not seen before, BenchmarkSeen one
// token again and again, both over TLS as an API server would ask. The floor is
// BenchmarkFloor: decode, verify once, answer.
func BenchmarkUnseen(b *testing.B) { benchmark(b, 4096, handlerUnderTest(b)) }
func BenchmarkSeen(b *testing.B)   { benchmark(b, 1, handlerUnderTest(b)) }
func BenchmarkFloor(b *testing.B)  { benchmark(b, 4096, issuertest.Floor(&signing().Key.PublicKey)) }

func handlerUnderTest(b *testing.B) http.Handler {
	setup := newBench(b)
	return webhook.NewHandler(webhook.Options{
		Tenant: issuertest.Tenant, Audiences: []string{string(issuertest.Client)}, Keys: setup, Groups: setup,
		Now: func() time.Time { // each lap of the tokens finds the last one forgotten
			return start.Add(time.Duration(laps.Load()) * webhook.KeepAllowed)
		},
	})
}

// laps says how often the tokens went round.
var laps atomic.Int64

func benchmark(b *testing.B, tokens int, h http.Handler) {
	laps.Store(0)
	bodies := make([][]byte, tokens)
	setup := newBench(b)
	for i := range bodies {
		claims := map[string]any{"iat": i, "exp": start.Add(10000 * time.Hour).Unix(), "groups": issuertest.Groups(20)}
		bodies[i] = []byte(tokenReview("v1", setup.sign(claims)))
	}
	server := httptest.NewUnstartedServer(h)
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS13}
	server.StartTLS()
	defer server.Close()
	var next atomic.Int64
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			n := int(next.Add(1)) - 1
			if tokens > 1 && n > 0 && n%tokens == 0 {
				laps.Add(1)
			}
			ask(b, server.Client(), server.URL+webhook.Path, bodies[n%tokens])
		}
	})
}

func ask(b *testing.B, client *http.Client, url string, body []byte) {
	resp, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		b.Error(err)
		return
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || !bytes.Contains(answer, []byte(`"authenticated":true`)) {
		b.Errorf("%v %s", err, answer)
	}
}
