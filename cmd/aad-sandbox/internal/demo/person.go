package demo

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

// person is somebody at a machine of their own: a home, a kubeconfig, a cache.
type person struct {
	name string // as the directory's sign-in knows it
	home string
	bin  string
	env  []string
	// signIn does in the browser what the message on the terminal asks for.
	signIn func(ctx context.Context, who, code string) error
}

// pause is what a person takes to find the browser.
const pause = 1200 * time.Millisecond

// columns and rows of everybody's terminal.
const columns, rows = 80, 40

var deviceCode = regexp.MustCompile(`enter the code ([A-Z0-9]{6,12})`)

// run types a command into a terminal, copies what the terminal shows to out,
// and signs the person in whenever a code appears. It returns the exit code.
func (p *person) run(ctx context.Context, command string, out io.Writer) (int, error) {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.Dir = p.home
	cmd.Env = append([]string{
		"HOME=" + p.home, "TERM=xterm-256color", "LANG=C.UTF-8", "NO_COLOR=1",
		"PATH=" + p.bin + string(os.PathListSeparator) + "/usr/bin:/bin",
		"KUBECONFIG=" + p.kubeconfig(),
	}, p.env...)
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: columns, Rows: rows})
	if err != nil {
		return 0, fmt.Errorf("start %q: %w", command, err)
	}
	defer terminal.Close()
	failed := p.watch(ctx, terminal, out)
	err = cmd.Wait()
	if serr := <-failed; serr != nil {
		return 0, serr
	}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case errors.As(err, &exit):
		return exit.ExitCode(), nil
	}
	return 0, err
}

func (p *person) kubeconfig() string { return filepath.Join(p.home, ".kube", "config") }

// watch copies the terminal to out until it closes and answers every code once.
func (p *person) watch(ctx context.Context, terminal io.Reader, out io.Writer) <-chan error {
	failed := make(chan error, 1)
	go func() {
		var signIns sync.WaitGroup
		var first error
		var once sync.Once
		seen := map[string]bool{}
		var text []byte
		buf := make([]byte, 4096)
		for {
			n, err := terminal.Read(buf)
			_, _ = out.Write(buf[:n])
			text = append(text, buf[:n]...)
			for _, m := range deviceCode.FindAllSubmatch(text, -1) {
				code := string(m[1])
				if seen[code] || len(m[0])+len(code) > len(text) {
					continue
				}
				seen[code] = true
				signIns.Go(func() {
					select {
					case <-time.After(pause):
					case <-ctx.Done():
						return
					}
					if err := p.signIn(ctx, p.name, code); err != nil {
						once.Do(func() { first = fmt.Errorf("sign in as %s: %w", p.name, err) })
					}
				})
			}
			if err != nil {
				break
			}
		}
		signIns.Wait()
		failed <- first
	}()
	return failed
}
