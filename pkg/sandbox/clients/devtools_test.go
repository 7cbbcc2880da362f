package clients_test

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/chromium"
)

// browser is headless Chromium with the sandbox behind its proxy: text is typed
// and the mouse is clicked, no form is filled by script.
type browser struct {
	*rig
	*chromium.Browser
}

type fields = map[string]any

func newBrowser(r *rig) *browser {
	r.Helper()
	args := append(chromium.Flags(filepath.Join(r.home, "chromium")), "--proxy-server="+r.proxy,
		"--ignore-certificate-errors-spki-list="+strings.Join(r.fingerprints(), ","), "about:blank")
	return &browser{r, chromium.Drive(r, r.command(r.program("chromium", "chromium"), args...))}
}

// fingerprints are of the listeners' keys, each verified against the sandbox's
// CA: Chromium cannot be given a CA by its environment.
func (r *rig) fingerprints() []string {
	r.Helper()
	pem, err := os.ReadFile(r.sandbox.Info().CA)
	if err != nil {
		r.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	var list []string
	for _, endpoint := range []string{r.sandbox.Info().Endpoints.Login, r.sandbox.Info().Endpoints.Portal} {
		u, err := url.Parse(endpoint)
		if err != nil {
			r.Fatal(err)
		}
		conn, err := tls.DialWithDialer(&net.Dialer{Timeout: 5 * time.Second}, "tcp", u.Host, &tls.Config{RootCAs: pool})
		if err != nil {
			r.Fatal(err)
		}
		sum := sha256.Sum256(conn.ConnectionState().PeerCertificates[0].RawSubjectPublicKeyInfo)
		_ = conn.Close()
		list = append(list, base64.StdEncoding.EncodeToString(sum[:]))
	}
	return list
}

// call sends a command and waits for its answer; events are passed over.
func (b *browser) call(into any, method string, params fields) {
	b.Helper()
	if err := b.Call(method, params, into); err != nil {
		b.Fatal(err)
	}
}
