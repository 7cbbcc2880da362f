package clients_test

import (
	"bufio"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// browser is headless Chromium, driven over the pipe of its DevTools protocol:
// text is typed and the mouse is clicked, no form is filled by script.
type browser struct {
	*rig
	commands *os.File
	messages *bufio.Reader
	session  string
	last     int
}

// message is a request, an answer or an event of the protocol.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
	Error   json.RawMessage `json:"error,omitempty"`
}

type fields map[string]any

func newBrowser(r *rig) *browser {
	r.Helper()
	path := r.program("chromium", "chromium")
	theirs, commands, err := os.Pipe()
	if err != nil {
		r.Fatal(err)
	}
	messages, ours, err := os.Pipe()
	if err != nil {
		r.Fatal(err)
	}
	cmd := r.command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking",
		"--remote-debugging-pipe", "--user-data-dir="+filepath.Join(r.home, "chromium"), "--proxy-server="+r.proxy,
		"--ignore-certificate-errors-spki-list="+strings.Join(r.fingerprints(), ","), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, ours} // 3 and 4, as the flag wants them
	if err := cmd.Start(); err != nil {
		r.Fatal(err)
	}
	_, _ = theirs.Close(), ours.Close()
	stuck := time.AfterFunc(3*time.Minute, func() { _ = messages.Close() }) // else a silent browser would hold the test up for ever
	b := &browser{rig: r, commands: commands, messages: bufio.NewReader(messages)}
	r.Cleanup(func() {
		stuck.Reset(5 * time.Second)
		_, _ = commands.WriteString(`{"id":0,"method":"Browser.close"}` + "\x00")
		_, _ = io.Copy(io.Discard, messages) // until it has gone, and writes no more into its folder
		stuck.Stop()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children too
		_ = cmd.Wait()
		_, _ = commands.Close(), messages.Close()
	})
	var target struct{ TargetID string }
	b.call(&target, "Target.createTarget", fields{"url": "about:blank"})
	var attached struct{ SessionID string }
	b.call(&attached, "Target.attachToTarget", fields{"targetId": target.TargetID, "flatten": true})
	b.session = attached.SessionID
	return b
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
	b.last++
	raw, err := json.Marshal(message{ID: b.last, Session: b.session, Method: method, Params: params})
	if err != nil {
		b.Fatal(err)
	}
	if _, err := b.commands.Write(append(raw, 0)); err != nil {
		b.Fatalf("%s: %v", method, err)
	}
	for {
		raw, err := b.messages.ReadBytes(0)
		if err != nil {
			b.Fatalf("%s: Chromium says no more: %v", method, err)
		}
		var m message
		if err := json.Unmarshal(raw[:len(raw)-1], &m); err != nil {
			b.Fatal(err)
		}
		switch {
		case m.ID != b.last:
		case m.Error != nil:
			b.Fatalf("%s: %s", method, m.Error)
		case into != nil:
			if err := json.Unmarshal(m.Result, into); err != nil {
				b.Fatal(err)
			}
			return
		default:
			return
		}
	}
}
