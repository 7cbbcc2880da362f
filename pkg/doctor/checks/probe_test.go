package checks

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestProbe(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a probe carries credentials")
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // refused certificates are the point
	server.StartTLS()
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})

	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := silent.Addr().String()
	_ = silent.Close()

	mute := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	mute.Config.ErrorLog = log.New(io.Discard, "", 0)
	mute.StartTLS()
	defer mute.Close()

	for _, tt := range []struct {
		name   string
		at     Endpoint
		stage  Stage
		status int
		issuer string
	}{
		{"answers", Endpoint{URL: server.URL, CA: ca}, Answered, 401, "O=Acme Co"},
		{"wrong CA", Endpoint{URL: server.URL}, AtTLS, 0, "O=Acme Co"},
		{"wrong name", Endpoint{URL: server.URL, CA: ca, ServerName: "other.invalid"}, AtTLS, 0, "O=Acme Co"},
		{"not verified", Endpoint{URL: server.URL, Insecure: true}, Answered, 401, "O=Acme Co"},
		{"broken CA", Endpoint{URL: server.URL, CA: []byte("x")}, AtTLS, 0, ""},
		{"nobody listens", Endpoint{URL: "https://" + closed}, AtTCP, 0, ""},
		{"no HTTP answer", Endpoint{URL: mute.URL, Insecure: true}, AtHTTP, 0, ""},
		{"no name", Endpoint{URL: "https://nowhere.invalid"}, AtName, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
			defer cancel()
			r := Prober{Now: time.Now}.Probe(ctx, tt.at)
			if r.Stage != tt.stage || r.Status != tt.status || r.Issuer != tt.issuer || (r.Err == nil) != (tt.stage == Answered) {
				t.Errorf("got %+v", r)
			}
			if tt.stage == Answered && r.At.Sub(r.Date).Abs() > 5*time.Second {
				t.Errorf("date %s, now %s", r.Date, r.At)
			}
		})
	}
}

func TestProbeNamesTheProxyWithoutItsPassword(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }))
	defer proxy.Close()
	u, err := url.Parse(strings.Replace(proxy.URL, "http://", "http://me:hunter2@", 1))
	if err != nil {
		t.Fatal(err)
	}
	r := Prober{Now: time.Now, Proxy: http.ProxyURL(u)}.Probe(context.Background(), Endpoint{URL: "https://login.invalid"})
	if r.Proxy != u.Host || r.Stage == Answered {
		t.Errorf("got %+v", r)
	}
	if strings.Contains(r.Proxy+r.Err.Error(), "hunter2") {
		t.Errorf("the password shows: %v", r.Err)
	}
}
