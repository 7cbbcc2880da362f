// Package convert is `kubectl aad convert`: kubeconfig users of kubelogin and of
// the auth-provider that kubectl 1.26 dropped sign in with this program, and
// back. It starts nothing that a kubeconfig names and signs nobody in.
package convert

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

type command struct {
	*factory.Factory

	kubeconfig, to   string
	contexts         []string
	dryRun, adoptEnv bool
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	c := &command{Factory: f}
	cmd := &cobra.Command{
		Use:   "convert [CONTEXT...] [--to kubelogin]",
		Short: "Turn kubeconfig users of kubelogin or auth-provider azure into ours, and back",
		Long: `Change how users of a kubeconfig sign in: from kubelogin, or from the
auth-provider "azure" that kubectl 1.26 dropped, to kubectl-aad; with --to
kubelogin the other way. Without names, every context is converted.

Only the credential plugin's own lines change; comments, order, variables and
unknown arguments stay. A backup is written beside the file first. Users of
int128/kubelogin are left alone: it is for other identity providers.`,
		Example: `  kubectl aad convert --dry-run
  kubectl aad convert dev prod
  kubectl aad convert --to kubelogin`,
		RunE: func(_ *cobra.Command, args []string) error {
			c.contexts = append(c.contexts, args...)
			return c.run()
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`FILE` to change (default: as kubectl)")
	flags.StringSliceVar(&c.contexts, "context", nil, "`NAME` of a context to convert; repeatable")
	flags.StringVar(&c.to, "to", string(ours), "`PROGRAM` to sign in with: kubectl-aad or kubelogin")
	flags.BoolVar(&c.dryRun, "dry-run", false, "show the difference and write nothing")
	flags.BoolVar(&c.adoptEnv, "adopt-env", false, "write into the arguments what variables say that kubelogin lets win")
	return cmd
}

func (c *command) run() error {
	if c.to != string(ours) && c.to != string(kubelogin) {
		return fault.Newf(fault.Usage, "--to %q: it is kubectl-aad or kubelogin", c.to)
	}
	files, err := c.read()
	if err != nil {
		return err
	}
	plans, err := c.plan(files)
	if err != nil {
		return err
	}
	changed := 0
	for _, p := range plans {
		if len(p.changes) > 0 {
			changed++
			if err := c.carryOut(p); err != nil {
				return err
			}
		}
	}
	if changed == 0 {
		_, err := fmt.Fprintln(c.Out, "Nothing to do: no user here signs in in a way that is converted.")
		return err
	}
	return nil
}

// read reads the files as kubectl does: those that are not there are left out,
// but not one that was named.
func (c *command) read() ([]*file, error) {
	var files []*file
	for _, path := range kubeconfig.Files(c.kubeconfig, c.Getenv("KUBECONFIG")) {
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) && c.kubeconfig == "" {
			continue
		}
		if err != nil {
			return nil, fault.Wrap(fault.NotFound, "read kubeconfig", err)
		}
		f, err := parse(path, data)
		if err != nil {
			return nil, fault.Wrap(fault.Config, path, err)
		}
		files = append(files, f)
	}
	return files, nil
}

// carryOut shows or writes the changes of one file.
func (c *command) carryOut(p *file) error {
	if c.dryRun {
		after, err := p.apply(p.data)
		if err != nil {
			return fault.Wrap(fault.Config, p.path, err)
		}
		_, err = fmt.Fprint(c.Out, harmless(redact(diff(p.path, string(p.data), string(after)), secrets(p.File))))
		return err
	}
	backup, err := p.backup(c.Now())
	if err != nil {
		return fault.Wrap(fault.Failure, "write a backup of "+p.path, err)
	}
	if err := kubeconfig.Update(p.path, p.apply); err != nil {
		return err
	}
	for _, ch := range p.changes {
		what := "user " + safetext.Clean(ch.user)
		if len(ch.contexts) > 0 {
			what = "context " + safetext.Clean(strings.Join(ch.contexts, ", "))
		}
		fmt.Fprintf(c.Out, "Converted %s: from %s to %s.\n", what, ch.from, c.to)
	}
	_, err = fmt.Fprintf(c.Out, "The file as it was: %s\n", backup)
	return err
}
