// Package gettoken is the command get-token, the exec credential plugin, and
// the broker behind it and the management sign-in. It parses no flag itself:
// the table in pkg/token is shared with the front.
package gettoken

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/execcred"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
	"github.com/kubectl-aad/kubectl-aad/pkg/tokencache"
)

// New returns the command.
func New(f *factory.Factory, methods login.Registry) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "get-token --server-id ID --tenant-id TENANT [flags]",
		Short: "Print a token as kubectl's credential plugin",
		Long:  long(methods),
		Example: `  # what kubectl runs, and what to run by hand to sign in
  kubectl-aad get-token --tenant-id contoso.com \
    --server-id 6dae42f8-4368-4678-94ff-3960e28e3630`,
		DisableFlagParsing: true, // token.Parse reads them, here and in the front
		RunE: func(cmd *cobra.Command, args []string) error {
			return run(cmd, f, methods, args)
		},
	}
	addFlags(cmd)
	return cmd
}

func long(methods login.Registry) string {
	var b strings.Builder
	b.WriteString("Print an ExecCredential with a token for a cluster: from the cache, by a silent\n" +
		"refresh, or by asking for a sign-in. kubeconfig names this command; standard\n" +
		"output carries the credential and nothing else.\n\nLogin methods:\n")
	for _, m := range methods {
		fmt.Fprintf(&b, "  %-14s %s\n", m.Name, m.Title)
	}
	b.WriteString("\nFlags win over environment variables.")
	return b.String()
}

// addFlags makes help and completion from the table; nothing reads their values.
func addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	for _, f := range token.Flags() {
		short := f.Shorthand
		if f.Hidden { // may be another flag of kubectl's
			short = ""
		}
		if f.Value == "" {
			flags.BoolP(f.Name, short, false, f.Usage)
		} else {
			flags.VarP(placeholder(f.Value), f.Name, short, f.Usage)
		}
		flags.Lookup(f.Name).Hidden = f.Hidden
	}
}

// placeholder is a flag's value in help.
type placeholder string

func (placeholder) Set(string) error { return nil }
func (placeholder) String() string   { return "" }
func (p placeholder) Type() string   { return string(p) }

func run(cmd *cobra.Command, f *factory.Factory, methods login.Registry, args []string) error {
	want, err := token.Parse(args, f.Getenv)
	if errors.Is(err, token.ErrHelp) {
		return cmd.Help()
	}
	if err != nil {
		return fault.Wrap(fault.Usage, "", err, "kubectl-aad get-token --help")
	}
	info, err := execcred.ParseInfo(f.Getenv(execcred.EnvInfo))
	if err != nil {
		return fault.Wrap(fault.Usage, "", err)
	}
	broker, err := NewBroker(f, methods, Options{
		CacheDir: want.CacheDir,
		Store:    want.Store,
		Timeout:  want.Timeout,
		MayAsk:   info.Interactive || f.ErrTTY,
		ByClient: info.Present,
		Verbose:  want.Verbosity > 0,
	})
	if err != nil {
		return err
	}
	if broker.Dir == tokencache.Nowhere && want.Store != token.StoreMemory {
		fmt.Fprintf(f.Err, "aad: this sign-in is not kept: %s\n", broker.Store().Reason)
	}
	t, err := broker.Token(cmd.Context(), want.Request)
	if err != nil {
		return overruled(err, want.Overruled)
	}
	if f.OutTTY && !info.Present && !want.ShowToken {
		fmt.Fprintf(f.Err, "Signed in. The token is valid until %s; --show-token prints it.\n", t.Expires.Local().Format("15:04:05"))
		return nil
	}
	return execcred.Write(f.Out, info.APIVersion, t.Access.Reveal(), execcred.Announce(t.Expires, f.Now()))
}

// overruled names the variables that another credential plugin would have
// used: whoever comes from there may miss them.
func overruled(err error, names []string) error {
	if len(names) == 0 {
		return err
	}
	return fault.Hint(err, fmt.Sprintf("the command line wins over %s, which is set to something else: "+
		"leave the flag out to use the variable", strings.Join(names, ", ")))
}

// SignIn opens the management sign-in for factory.Factory.SignIn: one account
// for Graph and ARM, apart from the clusters' by its client id.
func SignIn(methods login.Registry) func(context.Context, *factory.Factory) (token.Source, error) {
	return func(_ context.Context, f *factory.Factory) (token.Source, error) {
		broker, req, err := Management(f, methods)
		if err != nil {
			return nil, err
		}
		return broker.Manage(req), nil
	}
}
