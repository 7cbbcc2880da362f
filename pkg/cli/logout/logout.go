// Package logout is `kubectl aad logout`: it removes sign-ins from this
// machine. It revokes nothing at Entra ID: a token that somebody copied lives
// until it ends.
package logout

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

type command struct {
	*factory.Factory
	methods login.Registry

	kubeconfig, context, account, output string
	all                                  bool
}

// New returns the command.
func New(f *factory.Factory, methods login.Registry) *cobra.Command {
	c := &command{Factory: f, methods: methods}
	cmd := &cobra.Command{
		Use:   "logout [--context NAME | --account USER | --all]",
		Short: "Remove sign-ins from this machine",
		Long: `Remove a sign-in with its refresh token and its access tokens: that of a context
(the current one by default), every one of an account, or all there are. One
sign-in serves all clusters of its tenant and client: they all lose it.

Programs that hold a token in memory keep it until it ends (at most 90 minutes).`,
		Example: `  kubectl aad logout
  kubectl aad logout --account alice@contoso.com
  kubectl aad logout --all`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`FILE` to read (default: as kubectl)")
	flags.StringVar(&c.context, "context", "", "`NAME` of the context that is signed out")
	flags.StringVar(&c.account, "account", "", "`USER` that is signed out")
	flags.BoolVar(&c.all, "all", false, "sign out everybody")
	flags.StringVarP(&c.output, "output", "o", "", "format: "+strings.Join(printer.Formats(), ", "))
	cmd.MarkFlagsMutuallyExclusive("context", "account", "all")
	return cmd
}

func (c *command) run(ctx context.Context) error {
	format, err := printer.ParseFormat(c.output)
	if err != nil {
		return err
	}
	gone, err := c.signOut(ctx)
	if err != nil && len(gone) == 0 {
		return err
	}
	if perr := c.print(format, gone); perr != nil {
		return perr
	}
	return err
}

func (c *command) signOut(ctx context.Context) ([]login.Gone, error) {
	if c.all || c.account != "" {
		b, err := gettoken.NewBroker(c.Factory, c.methods, gettoken.Options{CacheDir: c.CacheDir})
		if err != nil {
			return nil, err
		}
		if c.all {
			return b.LogoutAll(ctx)
		}
		return b.LogoutAccount(ctx, c.account)
	}
	at, found, err := gettoken.FindContext(c.Factory, c.kubeconfig, c.context)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fault.New(fault.Usage, "the kubeconfig has no current context", "kubectl aad logout --context NAME", "kubectl aad logout --all")
	}
	b, req, err := at.Broker(c.Factory, c.methods, false)
	if err != nil {
		return nil, err
	}
	return b.Logout(ctx, req)
}

func (c *command) print(format printer.Format, gone []login.Gone) error {
	if format != printer.Table && format != printer.Wide {
		return printer.Print(c.Out, format, 0, printer.Listing[login.Gone]{Name: func(g login.Gone) string { return "account/" + g.Account }}, gone)
	}
	if len(gone) == 0 {
		_, err := fmt.Fprintln(c.Out, "Nobody is signed in: nothing to remove.")
		return err
	}
	for _, g := range gone {
		refresh := "no refresh token"
		if g.Refresh {
			refresh = "the refresh token"
		}
		if _, err := fmt.Fprintf(c.Out, "Signed out %s of tenant %s (%s and %d access tokens removed).\n",
			safetext.Clean(g.Account), safetext.Clean(g.Tenant), refresh, g.Tokens); err != nil {
			return err
		}
	}
	return nil
}
