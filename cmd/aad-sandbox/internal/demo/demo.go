// Package demo plays the whole journey to somebody who has no tenant: real
// commands on a real terminal against the sandbox. It checks nothing that the
// tests do not check; a command that ends otherwise than told stops it.
package demo

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

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
	people := map[string]*person{}
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
			if err := copyFile(people[sc.copies].kubeconfig(), p.kubeconfig()); err != nil {
				return err
			}
		}
		fmt.Fprintf(s.Out, "%s %s\n", s.paint("1;32", sc.who+"$"), s.paint("1", sc.command))
		code, err := p.run(ctx, sc.command, s.Out)
		if err != nil {
			return err
		}
		if code != sc.exit {
			return fmt.Errorf("%q ended with exit code %d, not %d", sc.command, code, sc.exit)
		}
	}
	return nil
}

func (s *Stage) person(people map[string]*person, name string) (*person, error) {
	if p, ok := people[name]; ok {
		return p, nil
	}
	p := &person{name: name, home: filepath.Join(s.Home, name), bin: s.Bin, env: s.Env, signIn: s.SignIn}
	people[name] = p
	return p, os.MkdirAll(filepath.Join(p.home, ".kube"), 0o700)
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
