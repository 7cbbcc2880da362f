// Package demo plays the whole journey to somebody who has no tenant: real
// commands on a real terminal against the sandbox. It checks nothing that the
// tests do not check; a command that ends otherwise than told stops it.
package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/kubectl-aad/kubectl-aad/cmd/aad-sandbox/internal/person"
)

// pause is what a person takes to find the browser.
const pause = 1200 * time.Millisecond

// Stage is where the demo plays.
type Stage struct {
	Out    io.Writer
	Bin    string   // folder of kubectl, kubectl-aad, aad-core
	Home   string   // below it, a home for each person
	Env    []string // what points the commands to the sandbox
	SignIn func(ctx context.Context, who, code string) error
	Color  bool
}

// scene is one line of the script: a remark, and what somebody types.
type scene struct {
	title   string // a heading
	remark  string // what is about to be seen
	who     string // user of the sandbox
	command string
	exit    int    // the exit code that it must end with
	copies  string // first, takes this person's kubeconfig
}

// Play runs the script. It returns an error when a command did not end as told.
func (s *Stage) Play(ctx context.Context) error {
	people := map[string]*person.Person{}
	for _, sc := range script {
		if sc.title != "" {
			fmt.Fprintf(s.Out, "\n%s\n", s.paint("1;4", sc.title))
		}
		if sc.remark != "" {
			fmt.Fprintf(s.Out, "\n%s\n", s.paint("2", "# "+sc.remark))
		}
		if sc.command == "" {
			continue
		}
		p, err := s.person(people, sc.who)
		if err != nil {
			return err
		}
		if sc.copies != "" {
			if err := copyFile(people[sc.copies].Kubeconfig(), p.Kubeconfig()); err != nil {
				return err
			}
		}
		fmt.Fprintf(s.Out, "%s %s\n", s.paint("1;32", sc.who+"$"), s.paint("1", sc.command))
		cmd := exec.CommandContext(ctx, "/bin/sh", "-c", sc.command)
		cmd.Dir = p.Home
		code, err := p.Run(ctx, cmd, "", nil, s.Out)
		if err != nil {
			return err
		}
		if code != sc.exit {
			return fmt.Errorf("%q ended with exit code %d, not %d", sc.command, code, sc.exit)
		}
	}
	return nil
}

func (s *Stage) person(people map[string]*person.Person, name string) (*person.Person, error) {
	if p, ok := people[name]; ok {
		return p, nil
	}
	p := &person.Person{Name: name, Home: filepath.Join(s.Home, name), Bin: s.Bin, Env: s.Env, SignIn: s.SignIn, Pause: pause}
	people[name] = p
	return p, os.MkdirAll(filepath.Dir(p.Kubeconfig()), 0o700)
}

func (s *Stage) paint(code, text string) string {
	if !s.Color {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, 0o600)
}
