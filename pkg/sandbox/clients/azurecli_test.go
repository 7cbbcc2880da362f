package clients_test

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
	"strings"
)

// azure is the real Azure CLI with a configuration of its own.
type azure struct {
	*rig
	path string
}

// run returns what a command printed, without the last newline.
func (a *azure) run(args ...string) string {
	a.Helper()
	out, errs, err := a.try(args...)
	if err != nil {
		a.Fatalf("az %s: %v\n%s", strings.Join(args, " "), err, tail([]byte(errs)))
	}
	return out
}

// refused runs a command that has to fail and to say why.
func (a *azure) refused(why string, args ...string) {
	a.Helper()
	if out, errs, err := a.try(args...); err == nil || !strings.Contains(errs, why) {
		a.Errorf("az %s: want a refusal with %q, got %v\n%s\n%s", strings.Join(args, " "), why, err, out, tail([]byte(errs)))
	}
}

func (a *azure) try(args ...string) (out, errs string, err error) {
	a.Helper()
	var stdout, stderr bytes.Buffer
	cmd := a.command(a.path, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if strings.Contains(stderr.String(), "Traceback (most recent call last)") {
		a.Errorf("az %s fell over:\n%s", strings.Join(args, " "), tail(stderr.Bytes()))
	}
	return strings.TrimSpace(stdout.String()), stderr.String(), err
}

func (a *azure) want(want string, args ...string) {
	a.Helper()
	if got := a.run(args...); got != want {
		a.Errorf("az %s: %q, want %q", strings.Join(args, " "), got, want)
	}
}

var enterCode = regexp.MustCompile(`open the page (\S+) and enter the code ([A-Z0-9]+)`)

// signIn runs az login and hands page and code to somebody at a browser.
func (a *azure) signIn(person func(page, code string)) {
	a.Helper()
	cmd := a.command(a.path, "login", "--use-device-code", "--query", "[].user.name", "-o", "tsv")
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		a.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		a.Fatal(err)
	}
	said := bufio.NewReader(stderr)
	for line := ""; err == nil; {
		line, err = said.ReadString('\n')
		if m := enterCode.FindStringSubmatch(line); m != nil {
			person(m[1], m[2])
			break
		}
	}
	rest, _ := io.ReadAll(said)
	if err := cmd.Wait(); err != nil {
		a.Fatalf("az login: %v\n%s", err, tail(rest))
	}
	if got := strings.TrimSpace(stdout.String()); got != "admin@contoso.com" {
		a.Fatalf("signed in as %q", got)
	}
}
