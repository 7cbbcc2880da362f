package login

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// HasBrowser reports whether a browser can be shown to the person who waits:
// there is a desktop, and the person sits at it.
func (m Machine) HasBrowser() bool { return hasBrowser(runtime.GOOS, m.Env) }

func hasBrowser(goos string, getenv func(string) string) bool {
	for _, name := range []string{"SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "CI", "GITHUB_ACTIONS", "TF_BUILD"} {
		if getenv(name) != "" {
			return false
		}
	}
	if goos == "windows" || goos == "darwin" {
		return true
	}
	for _, name := range []string{"BROWSER", "DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"} {
		if getenv(name) != "" {
			return true
		}
	}
	return false
}

// openers are the programs that show an address, by operating system; the first
// one on PATH is taken.
var openers = map[string][][]string{
	"darwin":  {{"open"}},
	"windows": {{"rundll32", "url.dll,FileProtocolHandler"}},
	"":        {{"xdg-open"}, {"wslview"}, {"x-www-browser"}, {"www-browser"}},
}

// commands returns the ways to show an address, best first. $BROWSER is a list
// of commands separated by colons, where %s stands for the address.
func commands(goos, browser, address string) [][]string {
	var all [][]string
	for _, command := range strings.Split(browser, ":") {
		words := strings.Fields(command)
		if len(words) == 0 {
			continue
		}
		named := false
		for i, w := range words {
			named = named || strings.Contains(w, "%s")
			words[i] = strings.ReplaceAll(w, "%s", address)
		}
		if !named {
			words = append(words, address)
		}
		all = append(all, words)
	}
	system, ok := openers[goos]
	if !ok {
		system = openers[""]
	}
	for _, words := range system {
		all = append(all, append(append([]string(nil), words...), address))
	}
	return all
}

// failsWithin is how soon a program that cannot show anything ends.
const failsWithin = 500 * time.Millisecond

// opener starts the browser with no stream of ours: standard output is the
// credential's alone.
func opener(getenv func(string) string) func(context.Context, string) error {
	return func(ctx context.Context, address string) error {
		if u, err := url.Parse(address); err != nil || u.Scheme != "https" || u.Host == "" {
			return errors.New("only an https address is shown in the browser")
		}
		err := errors.New("no program shows web pages here")
		for _, words := range commands(runtime.GOOS, getenv("BROWSER"), address) {
			path, lookErr := exec.LookPath(words[0])
			if lookErr != nil {
				continue
			}
			if err = start(ctx, path, words[1:]); err == nil || ctx.Err() != nil {
				return err
			}
		}
		return err
	}
}

// start runs a program apart from us: it outlives us, and Ctrl-C is not for it.
func start(ctx context.Context, path string, args []string) error {
	cmd := exec.Command(path, args...) // not CommandContext: the browser stays
	cmd.SysProcAttr = apart()
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	wait := time.NewTimer(failsWithin)
	defer wait.Stop()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	case <-wait.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
