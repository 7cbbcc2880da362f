// Package cli is the command line: it introduces the rooms to each other and
// prints what comes of it. One folder a noun, one file a verb; no rule lives
// here.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/apply"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/cani"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/convert"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/explain"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/export"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/lint"
	signin "github.com/kubectl-aad/kubectl-aad/pkg/cli/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/logout"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/names"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/status"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/sweep"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/trust"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/unbind"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/whoami"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/why"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/version"
)

// Process is what a run takes from the process that it runs in.
type Process struct {
	factory.Streams
	Args   []string // without the program's name
	Getenv func(string) string
	Now    func() time.Time
}

// Run runs one command line and returns the exit code (docs/exit-codes.md).
func Run(ctx context.Context, p Process, keepers factory.Keepers, methods login.Registry) int {
	f := &factory.Factory{
		Streams: p.Streams, Keepers: keepers, Getenv: p.Getenv, Now: p.Now,
		Kube:   genericclioptions.NewConfigFlags(true),
		SignIn: gettoken.SignIn(methods), Claims: gettoken.Claims(methods),
	}
	root := newRoot(f, methods)
	root.SetArgs(p.Args)
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && (err == nil || fault.KindOf(err) == fault.Failure || fault.KindOf(err) == fault.Network) {
		err = fault.New(fault.Cancelled, "cancelled")
	}
	report(p.Err, err)
	return fault.ExitCode(err)
}

func newRoot(f *factory.Factory, methods login.Registry) *cobra.Command {
	root := &cobra.Command{
		Use:   "kubectl-aad",
		Short: "Connect Microsoft Entra ID (Azure AD) with Kubernetes",
		Long: `kubectl aad connects Microsoft Entra ID (Azure AD) with Kubernetes: it makes a
cluster accept Entra sign-in, gives people and groups their roles, signs them
in, and says why somebody is refused.`,
		Version:       version.Version,
		SilenceErrors: true, SilenceUsage: true,
		Annotations: map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl aad"},
	}
	f.AddGlobalFlags(root)
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		_, err := f.Cloud() // a wrong one is said before anything is asked
		return err
	}
	addGroup(root, "Clusters:", setup.New(f), setup.NewTeardown(f), kubeconfig.New(f), convert.New(f), trust.New(f))
	addGroup(root, "Access:", bind.New(f), unbind.New(f), apply.New(f), export.New(f), sweep.New(f), bindings.New(f),
		lint.New(f), cani.New(f), why.New(f), names.New(f))
	addGroup(root, "Signing in:", signin.New(f, methods), logout.New(f, methods), status.New(f, methods),
		whoami.New(f, methods), gettoken.New(f, methods))
	addGroup(root, "Trouble:", doctor.New(f, methods), explain.New(f))
	root.SuggestionsMinimumDistance = 2
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "Flags.FlagUsages ", "Flags.FlagUsagesWrapped "+strconv.Itoa(columns)+" "))
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(cmd, err)
	})
	wrapArgs(root)
	foldHelp(root)
	return root
}

// addGroup adds commands under a heading of the list that help shows.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title})
	for _, c := range commands {
		c.GroupID = title
	}
	root.AddCommand(commands...)
}

// wrapArgs makes cobra's own complaints about arguments usage errors.
func wrapArgs(cmd *cobra.Command) {
	if check := cmd.Args; check != nil {
		cmd.Args = func(cmd *cobra.Command, args []string) error { return usage(cmd, check(cmd, args)) }
	} else if cmd.HasSubCommands() {
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			err := fault.Newf(fault.Usage, "unknown command %q", args[0])
			for _, s := range cmd.SuggestionsFor(args[0]) {
				err.Hints = append(err.Hints, cmd.CommandPath()+" "+s)
			}
			return usage(cmd, err)
		}
		cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	}
	for _, c := range cmd.Commands() {
		wrapArgs(c)
	}
}

func usage(cmd *cobra.Command, err error) error {
	if err == nil {
		return nil
	}
	return fault.Hint(fault.Wrap(fault.Usage, "", err), cmd.CommandPath()+" --help")
}

// silent is an error whose text was printed already, or says nothing new.
type silent interface{ Silent() bool }

// report prints an error for people: one line of what, one line a way on.
func report(w io.Writer, err error) {
	var s silent
	if err == nil || errors.As(err, &s) && s.Silent() {
		return
	}
	lines := strings.Split(safetext.Lines(err.Error()), "\n")
	fmt.Fprintf(w, "aad: error: %s\n", lines[0])
	for _, l := range lines[1:] {
		if l != "" {
			fmt.Fprintf(w, "aad:        %s\n", l)
		}
	}
	hints := fault.Hints(err)
	if kind := fault.KindOf(err); len(hints) == 0 && kind >= fault.SignIn {
		hints = []string{"kubectl aad explain " + strconv.Itoa(int(kind))}
	}
	for _, h := range hints {
		fmt.Fprintf(w, "aad: hint: %s\n", safetext.Clean(h))
	}
}
