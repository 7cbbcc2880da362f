//go:build unix

// Package chromium drives a real browser in tests: headless Chromium, over the
// pipe of its DevTools protocol. It installs none.
package chromium

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// Browser is a running Chromium with a tab.
type Browser struct {
	to      io.Writer
	from    *bufio.Reader
	mu      sync.Mutex
	last    int
	session string
}

// Start runs the Chromium on PATH with further flags until the test ends. Where
// there is none it skips the test, loudly.
func Start(t testing.TB, flags ...string) *Browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("NOT PROVED WITH A REAL BROWSER: no chromium on PATH (apt-get install chromium)")
	}
	return Drive(t, exec.Command(path, append(Flags(filepath.Join(t.TempDir(), "profile")), flags...)...))
}

// Flags are what every Chromium is started with; profile is a folder of its own.
func Flags(profile string) []string {
	return []string{"--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir=" + profile}
}

// patience is how long a silent browser holds up a test.
const patience = 3 * time.Minute

// Drive starts cmd, a Chromium with Flags, and ends it with the test.
func Drive(t testing.TB, cmd *exec.Cmd) *Browser {
	t.Helper()
	theirs, commands, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	messages, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.ExtraFiles = []*os.File{theirs, ours} // 3 and 4, as the flag wants them
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), ours.Close()
	stuck := time.AfterFunc(patience, func() { _ = messages.Close() })
	t.Cleanup(func() {
		stuck.Reset(5 * time.Second)
		_, _ = commands.WriteString(`{"id":0,"method":"Browser.close"}` + "\x00")
		_, _ = io.Copy(io.Discard, messages) // until it has gone, and writes no more into its folder
		stuck.Stop()
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its children too
		_ = cmd.Wait()
		_, _ = commands.Close(), messages.Close()
	})
	b := &Browser{to: commands, from: bufio.NewReader(messages)}
	if err := b.tab(); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *Browser) tab() error {
	var target struct{ TargetID string }
	if err := b.Call("Target.createTarget", map[string]any{"url": "about:blank"}, &target); err != nil {
		return err
	}
	var attached struct{ SessionID string }
	err := b.Call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	return err
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

// Call sends one command to the tab and decodes its answer into into, unless
// that is nil. Events are passed over.
func (b *Browser) Call(method string, params map[string]any, into any) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.last++
	raw, err := json.Marshal(message{ID: b.last, Session: b.session, Method: method, Params: params})
	if err != nil {
		return err
	}
	if _, err := b.to.Write(append(raw, 0)); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	for {
		raw, err := b.from.ReadBytes(0)
		if err != nil {
			return fmt.Errorf("%s: Chromium says no more: %w", method, err)
		}
		var m message
		if err := json.Unmarshal(raw[:len(raw)-1], &m); err != nil {
			return err
		}
		switch {
		case m.ID != b.last:
		case m.Error != nil:
			return errors.New(method + ": " + string(m.Error))
		case into != nil:
			return json.Unmarshal(m.Result, into)
		default:
			return nil
		}
	}
}

// Open goes to an address.
func (b *Browser) Open(address string) error {
	var to struct{ ErrorText string }
	if err := b.Call("Page.navigate", map[string]any{"url": address}, &to); err != nil {
		return err
	}
	if to.ErrorText != "" {
		return fmt.Errorf("open %s: %s", address, to.ErrorText)
	}
	return nil
}

// Eval returns the value of an expression in the page; nil: it threw.
func (b *Browser) Eval(expression string) (any, error) {
	var got struct {
		Result struct{ Value any }
	}
	err := b.Call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &got)
	return got.Result.Value, err
}

// Until waits until an expression is true; an expression throws while the next
// page is on its way.
func (b *Browser) Until(expression string) error {
	var last any
	var err error
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if last, err = b.Eval(expression); err != nil || last == true {
			return err
		}
	}
	page, _ := b.Eval("location.href + ' ' + document.body.innerText")
	return fmt.Errorf("%s never became true (%v); the page: %v", expression, last, page)
}
