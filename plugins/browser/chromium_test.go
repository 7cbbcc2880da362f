//go:build linux

package browser

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
)

// chromium is a real browser, driven over its debugging pipe.
type chromium struct {
	t       *testing.T
	cmd     *exec.Cmd
	to      *os.File
	from    *bufio.Reader
	mu      sync.Mutex
	id      int
	session string
}

// startChromium skips, loudly, where there is no browser.
func startChromium(t *testing.T) *chromium {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("THE BROWSER METHOD IS NOT PROVED WITH A REAL BROWSER: no chromium on PATH (apt-get install chromium)")
	}
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--no-proxy-server", "--disable-background-networking", "--ignore-certificate-errors", // the sandbox's CA is in no store
		"--user-data-dir="+t.TempDir(), "--remote-debugging-pipe", "about:blank")
	cmd.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirIn.Close(), theirOut.Close()
	c := &chromium{t: t, cmd: cmd, to: ourOut, from: bufio.NewReader(ourIn)}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its own group only
		_ = cmd.Wait()
		_, _ = ourOut.Close(), ourIn.Close()
	})
	return c
}

// call sends one command of the DevTools protocol and waits for its answer.
func (c *chromium) call(method string, params map[string]any, into any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.id++
	message := map[string]any{"id": c.id, "method": method, "params": params}
	if c.session != "" {
		message["sessionId"] = c.session
	}
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if _, err := c.to.Write(append(data, 0)); err != nil {
		return err
	}
	for {
		raw, err := c.from.ReadBytes(0)
		if err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
		var got struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  *struct{ Message string }
		}
		if err := json.Unmarshal(raw[:len(raw)-1], &got); err != nil {
			return err
		}
		switch {
		case got.ID != c.id: // an event
		case got.Error != nil:
			return errors.New(got.Error.Message)
		case into == nil:
			return nil
		default:
			return json.Unmarshal(got.Result, into)
		}
	}
}

// open shows an address in a tab.
func (c *chromium) open(address string) error {
	var target struct{ TargetID string }
	if err := c.call("Target.createTarget", map[string]any{"url": address}, &target); err != nil {
		return err
	}
	var attached struct{ SessionID string }
	if err := c.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached); err != nil {
		return err
	}
	c.session = attached.SessionID
	return nil
}

// eval runs an expression in the page, as a person's hands and eyes would.
func (c *chromium) eval(expression string) (string, error) {
	var got struct {
		Result struct{ Value any }
	}
	err := c.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &got)
	return fmt.Sprint(got.Result.Value), err
}

// until evaluates until the expression is true, or the test has waited enough.
func (c *chromium) until(expression string) error {
	last := ""
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		got, err := c.eval(expression)
		if got == "true" {
			return nil
		}
		last = fmt.Sprint(got, " ", err)
	}
	text, _ := c.eval("location.href + ' ' + document.body.innerText")
	return fmt.Errorf("%s never became true (%s); the page: %s", expression, last, text)
}

func (c *chromium) press(who, button string) error {
	if err := c.until("document.readyState === 'complete' && !!document.querySelector('button[value=continue]')"); err != nil {
		return err
	}
	_, err := c.eval(fmt.Sprintf("document.querySelector('input[value=%q]').click(); document.querySelector('button[value=%s]').click()", who, button))
	return err
}

// A real browser goes the whole way: the sign-in page, back to the loopback
// port, and our own page, which must be styled in spite of its policy.
func TestChromium(t *testing.T) {
	c := startChromium(t)
	for _, tc := range []struct {
		button, title string
		good          bool
	}{{"continue", "You are signed in", true}, {"cancel", "You are not signed in", false}} {
		t.Run(tc.button, func(t *testing.T) {
			r := newRig(t)
			walked := make(chan error, 1)
			g, err := r.signIn(func(address string) error {
				c.session = ""
				if err := c.open(address); err != nil {
					return err
				}
				go func() { walked <- c.press("alice@contoso.com", tc.button) }()
				return nil
			})
			if w := <-walked; w != nil {
				t.Fatal(w)
			}
			if (err == nil) != tc.good {
				t.Fatalf("got %v", err)
			}
			if tc.good {
				claims, err := entra.ParseClaims(g.Access.Reveal())
				if err != nil || claims.UPN != "alice@contoso.com" {
					t.Errorf("signed in as %q, %v", claims.UPN, err)
				}
			}
			if err := c.until("document.readyState === 'complete' && document.querySelector('h1')?.innerText === '" + tc.title + "'"); err != nil {
				t.Fatal(err)
			}
			text, err := c.eval("document.body.innerText + ' scripts:' + document.scripts.length + ' radius:' + getComputedStyle(document.querySelector('main')).borderRadius")
			if err != nil || !strings.Contains(text, "go back to the terminal") || !strings.Contains(text, "scripts:0 radius:8px") {
				t.Errorf("the page says %q, %v", text, err)
			}
		})
	}
}
