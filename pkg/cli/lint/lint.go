// Package lint is the command that finds bindings which let nobody in, or
// somebody whom nobody thinks of, and mends them when told to. What is wrong
// with a binding is the audit room's to say.
package lint

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

type options struct {
	namespace string
	all       bool
	output    string
	rules     []string
	fix       bool
	foreign   bool
	yes       bool
	undoFile  string
	undo      string
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "lint",
		Short: "Find bindings that let nobody in, or the wrong ones, and mend them",
		Long: `Look at every binding of the cluster with the eyes of its authenticator and of
the directory: names that no token carries (guests by mail address, members by
object id, groups by name, applications by client id, spelling, kinds), people
and groups that are gone or disabled, roles that do not exist, expired grants,
people who are cluster-admin by name. Each finding has a stable id and the
command that mends it.

With --fix: shows what it would change, asks, keeps a file to undo it, and
changes it. Bindings that others made are only added to; with --include-foreign
their dead subjects are taken out too.

Exit code: 0 nothing found, 1 findings.

Rules: ` + strings.Join(ids(), ", "),
		Example: `  kubectl aad lint
  kubectl aad lint -n prod -o sarif > lint.sarif
  kubectl aad lint --rule guest-by-name --fix
  kubectl aad lint --undo aad-lint-undo-20260102-120000.json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.namespace, "namespace", "n", "", "only what counts in this `NAMESPACE` (default: all)")
	flags.BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces (the default)")
	flags.StringVarP(&o.output, "output", "o", "", strings.Join(append(printer.Formats(), formatSARIF, formatJUnit), ", "))
	flags.StringSliceVar(&o.rules, "rule", nil, "only the findings of these rules, by `ID`")
	flags.BoolVar(&o.fix, "fix", false, "mend what can be mended, after a look at the plan")
	flags.BoolVar(&o.foreign, "include-foreign", false, "with --fix: take dead subjects out of bindings that others made too")
	flags.BoolVarP(&o.yes, "yes", "y", false, "with --fix: do not ask")
	flags.StringVar(&o.undoFile, "undo-file", "", "with --fix: `FILE` for the way back (default: aad-lint-undo-TIME.json here)")
	flags.StringVar(&o.undo, "undo", "", "take back what a --fix changed, by its `FILE`")
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

func ids() []string {
	list := make([]string, len(audit.Rules))
	for i, r := range audit.Rules {
		list[i] = r.ID
	}
	return list
}

func (o *options) check() error {
	if o.all && o.namespace != "" {
		return fault.New(fault.Usage, "-A and -n exclude each other")
	}
	for _, id := range o.rules {
		if _, ok := audit.FindRule(id); !ok {
			return fault.Newf(fault.Usage, "no rule has the id %q: there are %s", id, strings.Join(ids(), ", "))
		}
	}
	if !slices.Contains([]string{formatSARIF, formatJUnit}, o.output) {
		if _, err := printer.ParseFormat(o.output); err != nil {
			return fault.Hint(err, "besides: sarif, junit")
		}
	}
	return nil
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.undo != "" {
		return undo(ctx, f, o.undo)
	}
	w, err := bindings.Read(ctx, f, o.namespace, false)
	if err != nil {
		return err
	}
	fmt.Fprintf(f.Err, "this cluster: %s\n", safetext.Clean(w.Mapper.Naming.Why))
	found, err := o.lint(ctx, w)
	if err != nil {
		return err
	}
	if err := o.print(f, w, found); err != nil {
		return err
	}
	if o.fix {
		return o.mend(ctx, w, found)
	}
	switch {
	case len(found) > 0:
		return findings(len(found))
	case len(w.Unread) > 0:
		return fault.Newf(fault.Incomplete, "the %s plane could not be read, and was not looked at: %s", w.Unread[0].Plane, w.Unread[0].Reason)
	case w.Directory == nil:
		return fault.Hint(fault.New(fault.Incomplete, "the directory could not be read: whom bindings mean was not looked at"), fault.Hints(w.Blind)...)
	}
	return nil
}

func (o *options) lint(ctx context.Context, w *bindings.World) ([]audit.Finding, error) {
	c := audit.Cluster{Bindings: w.Bindings, People: w.People, Name: w.Name, Now: w.Now()}
	switch roles, err := w.Cluster.RoleRules(ctx, o.namespace); {
	case err == nil:
		c.Missing = missing(roles)
	case fault.KindOf(err) != fault.Forbidden:
		return nil, err
	default:
		fmt.Fprintln(w.Err, "warning: roles cannot be read with these rights: whether they exist was not looked at")
	}
	found := audit.Lint(c)
	if len(o.rules) == 0 {
		return found, nil
	}
	return slices.DeleteFunc(found, func(f audit.Finding) bool { return !slices.Contains(o.rules, f.ID) }), nil
}

func missing(roles []audit.RoleRules) func(audit.Role, string) bool {
	type place struct {
		namespace string
		role      audit.Role
	}
	there := map[place]bool{}
	for _, r := range roles {
		there[place{r.Namespace, r.Role}] = true
	}
	return func(r audit.Role, namespace string) bool {
		if r.Kind == audit.KindClusterRole {
			namespace = ""
		}
		return !there[place{namespace, r}]
	}
}

// findings is the error of a lint that found something: the text is printed
// already.
type findings int

func (n findings) Error() string { return fmt.Sprintf("%d findings", int(n)) }

// Silent tells the command line to print nothing more.
func (findings) Silent() bool { return true }
