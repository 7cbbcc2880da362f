// Package person is somebody who types commands into a terminal of their own
// and does in the browser what the terminal asks for. It judges no output.
package person

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"time"

	"github.com/creack/pty"
)

// Person has a home with a kubeconfig and a cache.
type Person struct {
	Name string // as the sandbox's directory knows them
	Home string
	Bin  string   // folder of the commands, first on PATH
	Env  []string // more of the environment, "KEY=value"
	// SignIn does in the browser what the message on the terminal asks for; nil
	// ignores it.
	SignIn func(ctx context.Context, who, code string) error
	Pause  time.Duration // before the browser is found
}

// columns and rows of everybody's terminal.
const columns, rows = 80, 40

var deviceCode = regexp.MustCompile(`enter the code ([A-Z0-9]{6,12}) `)

// Kubeconfig is the path of the person's kubeconfig.
func (p *Person) Kubeconfig() string { return filepath.Join(p.Home, ".kube", "config") }

// Environ is the whole environment of the person's commands.
func (p *Person) Environ() []string {
	return append([]string{
		"HOME=" + p.Home, "TERM=xterm-256color", "LANG=C.UTF-8", "NO_COLOR=1",
		"SSH_TTY=/dev/tty", // no desktop: sign-ins show a code and open no browser
		"PATH=" + p.Bin + string(os.PathListSeparator) + "/usr/bin:/bin",
		"KUBECONFIG=" + p.Kubeconfig(),
	}, p.Env...)
}

// Run runs a command on a terminal and returns its exit code. What the terminal
// shows goes to screen; standard output goes to stdout, or to the terminal too
// where that is nil. input is typed at once.
func (p *Person) Run(ctx context.Context, cmd *exec.Cmd, input string, stdout, screen io.Writer) (int, error) {
	if err := os.MkdirAll(filepath.Dir(p.Kubeconfig()), 0o700); err != nil {
		return 0, err
	}
	cmd.Env = p.Environ()
	if stdout != nil {
		cmd.Stdout = stdout
	}
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		return 0, fmt.Errorf("start %v: %w", cmd.Args, err)
	}
	defer terminal.Close()
	if _, err := io.WriteString(terminal, input); err != nil {
		return 0, err
	}
	watched := p.watch(ctx, terminal, screen)
	err = cmd.Wait()
	if serr := <-watched; serr != nil {
		return 0, serr
	}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// watch copies the terminal to screen until it closes, and signs in once for
// every code that appears.
func (p *Person) watch(ctx context.Context, terminal io.Reader, screen io.Writer) <-chan error {
	done := make(chan error, 1)
	go func() {
		var (
			signIns sync.WaitGroup
			mu      sync.Mutex
			failed  error
			text    []byte
			seen    = map[string]bool{}
			buf     = make([]byte, 4096)
		)
		for {
			n, err := terminal.Read(buf)
			_, _ = screen.Write(buf[:n])
			text = append(text, buf[:n]...)
			for _, m := range deviceCode.FindAllSubmatch(text, -1) {
				code := string(m[1])
				if p.SignIn == nil || seen[code] {
					continue
				}
				seen[code] = true
				signIns.Go(func() {
					if err := p.browse(ctx, code); err != nil {
						mu.Lock()
						failed = err
						mu.Unlock()
					}
				})
			}
			if err != nil { // the terminal closes when the last process leaves it
				break
			}
		}
		signIns.Wait()
		done <- failed
	}()
	return done
}

func (p *Person) browse(ctx context.Context, code string) error {
	select {
	case <-time.After(p.Pause):
	case <-ctx.Done():
		return nil
	}
	if err := p.SignIn(ctx, p.Name, code); err != nil {
		return fmt.Errorf("sign in as %s: %w", p.Name, err)
	}
	return nil
}
