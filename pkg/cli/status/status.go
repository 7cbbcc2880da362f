// Package status is `kubectl aad status`: who is signed in on this machine, how
// long, where that is kept, and where each setting of a context comes from. It
// asks no service and signs nobody in.
package status

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

type command struct {
	*factory.Factory
	methods login.Registry

	kubeconfig, context, output string
}

// New returns the command.
func New(f *factory.Factory, methods login.Registry) *cobra.Command {
	c := &command{Factory: f, methods: methods}
	cmd := &cobra.Command{
		Use:   "status [--context NAME]",
		Short: "Show who is signed in, how long, and where that is kept",
		Long: `Show the accounts that this machine knows, the contexts that sign in with this
program, how long their tokens live, and where refresh tokens are kept. With
--context (or -o wide, json, yaml) also where each setting comes from: the
kubeconfig's arguments, an environment variable, or a default.`,
		Example: `  kubectl aad status
  kubectl aad status --context prod`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error { return c.run() },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`FILE` to read (default: as kubectl)")
	flags.StringVar(&c.context, "context", "", "only this context, with the source of each setting")
	flags.StringVarP(&c.output, "output", "o", "", "format: "+strings.Join(printer.Formats(), ", "))
	return cmd
}

func (c *command) run() error {
	format, err := printer.ParseFormat(c.output)
	if err != nil {
		return err
	}
	contexts, err := c.contexts()
	if err != nil {
		return err
	}
	broker, err := gettoken.NewBroker(c.Factory, c.methods, gettoken.Options{CacheDir: c.CacheDir})
	if err != nil {
		return err
	}
	kept := broker.Store()
	r := report{Cache: string(broker.Dir), Store: store{Name: kept.Name, Reason: kept.Reason}}
	if c.context == "" {
		r.Accounts = accounts(broker)
	}
	for _, at := range contexts {
		r.Contexts = append(r.Contexts, c.context1(at))
	}
	if format == printer.JSON || format == printer.YAML {
		return printer.Document(c.Out, format, r)
	}
	return c.print(format, r)
}

func (c *command) contexts() ([]gettoken.Context, error) {
	if c.context == "" {
		return gettoken.Contexts(c.Factory, c.kubeconfig)
	}
	at, _, err := gettoken.FindContext(c.Factory, c.kubeconfig, c.context)
	if err == nil {
		_, err = at.Command()
	}
	return []gettoken.Context{at}, err
}

func (c *command) print(format printer.Format, r report) error {
	if format == printer.Name {
		return printer.Print(c.Out, format, 0, accountListing, r.Accounts)
	}
	width := 0
	if c.OutTTY {
		width = c.Width
	}
	fmt.Fprintf(c.Out, "Cache: %s\nStore: %s (%s)\n", safetext.Clean(r.Cache), r.Store.Name, safetext.Clean(r.Store.Reason))
	if c.context == "" {
		fmt.Fprintln(c.Out)
		if len(r.Accounts) == 0 {
			fmt.Fprintln(c.Out, "Nobody is signed in.")
		} else if err := printer.Print(c.Out, format, width, accountListing, r.Accounts); err != nil {
			return err
		}
	}
	fmt.Fprintln(c.Out)
	if len(r.Contexts) == 0 {
		_, err := fmt.Fprintln(c.Out, "No context of the kubeconfig signs in with kubectl-aad.")
		return err
	}
	if err := printer.Print(c.Out, format, width, contextListing, r.Contexts); err != nil || c.context == "" && format != printer.Wide {
		return err
	}
	for _, at := range r.Contexts {
		fmt.Fprintf(c.Out, "\nSettings of context %q:\n", at.Context)
		if err := printer.Print(c.Out, format, width, settingListing, at.Settings); err != nil {
			return err
		}
	}
	return nil
}
