package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// gateway stands before the sandbox's Entra ID: it answers in its place, or
// changes what it answers, and remembers what was secret in that.
type gateway struct {
	cloud string // the cloud file that leads here

	mu      sync.Mutex
	answer  http.HandlerFunc          // to each POST; nil: the sandbox answers
	edit    func(body map[string]any) // each JSON object; nil: nothing
	posts   int
	secrets []string
}

func (w *world) gateway() *gateway {
	w.t.Helper()
	cloud, err := w.Cloud()
	if err != nil {
		w.t.Fatal(err)
	}
	target, err := url.Parse(cloud.Login)
	if err != nil {
		w.t.Fatal(err)
	}
	ca, err := os.ReadFile(cloud.CAFile)
	if err != nil {
		w.t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(ca)
	g := &gateway{}
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:      &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}},
		ModifyResponse: g.modify, ErrorLog: log.New(io.Discard, "", 0),
	}
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if answer := g.take(r); answer != nil {
			answer(rw, r)
			return
		}
		proxy.ServeHTTP(rw, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	w.t.Cleanup(s.Close)
	g.cloud = w.cloudFile(s.URL, s.Certificate())
	return g
}

// cloudFile writes a cloud file for another Entra ID than the sandbox's own.
func (w *world) cloudFile(login string, ca *x509.Certificate) string {
	w.t.Helper()
	dir, doc := w.t.TempDir(), map[string]any{}
	data, err := os.ReadFile(w.CloudFile())
	if err != nil || json.Unmarshal(data, &doc) != nil {
		w.t.Fatal(err)
	}
	doc["activeDirectoryEndpoint"], doc["caFile"] = login, "ca.pem"
	if data, err = json.Marshal(doc); err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(dir, "cloud.json")
	for name, content := range map[string][]byte{file: data,
		filepath.Join(dir, "ca.pem"): pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.Raw})} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return file
}

// set changes what the gateway does from now on.
func (g *gateway) set(answer http.HandlerFunc, edit func(map[string]any)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer, g.edit, g.posts = answer, edit, 0
}

func (g *gateway) seen() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.posts
}

func (g *gateway) take(r *http.Request) http.HandlerFunc {
	g.mu.Lock()
	defer g.mu.Unlock()
	if r.Method != http.MethodPost {
		return nil
	}
	g.posts++
	return g.answer
}

func (g *gateway) modify(resp *http.Response) error {
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	body := map[string]any{}
	g.mu.Lock()
	defer g.mu.Unlock()
	if json.Unmarshal(data, &body) == nil {
		for _, name := range []string{"access_token", "refresh_token", "id_token", "device_code"} {
			if s, ok := body[name].(string); ok {
				g.secrets = append(g.secrets, s)
			}
		}
		if g.edit != nil {
			g.edit(body)
			if data, err = json.Marshal(body); err != nil {
				return err
			}
		}
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(data)), int64(len(data))
	resp.Header.Set("Content-Length", strconv.Itoa(len(data)))
	return nil
}

// claims changes the claims of a token in an answer, whose signature is for the
// API server to check.
func claims(t *testing.T, body map[string]any, name string, change map[string]any) {
	raw, ok := body[name].(string)
	if !ok {
		return
	}
	parts := strings.Split(raw, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	all := map[string]any{}
	if err != nil || json.Unmarshal(payload, &all) != nil {
		t.Errorf("token %q: %v", raw, err)
		return
	}
	for k, v := range change {
		all[k] = v
	}
	if payload, err = json.Marshal(all); err != nil {
		t.Error(err)
	}
	body[name] = parts[0] + "." + base64.RawURLEncoding.EncodeToString(payload) + "." + parts[2]
}
