// Package apply is the command that makes clusters agree with access files.
// What is planned and carried out is the access room's.
package apply

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding/access"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/removal"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// options are the flags as typed.
type options struct {
	files                []string
	prune, takeOver, yes bool
	allowEmpty           bool
	dryRun               string
	detailed             bool
	output               string
	asSubject            string
	format               printer.Format
	form                 binding.Form
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "apply -f FILE...",
		Short: "Make clusters agree with files that declare who has which role",
		Long: `Read access files, show what they would add, change and remove, ask, and do it.

A file is one set of grants, and its name is kept with every binding. apply
changes nothing that another set declares (a grant in two sets is an error that
names both; --take-over moves it) and nothing that others made. What bind gave
and a file declares becomes the file's. What a set no longer declares is listed,
and removed with --prune; what has expired is removed in any case.

The format is described by docs/access.schema.json, with examples beside it.
Additions come before removals. After an interruption the same command goes on.
With --detailed-exitcode, 10 says that changes are pending.`,
		Example: `  kubectl aad apply -f access.yaml
  kubectl aad apply -f access.yaml --prune --yes
  kubectl aad apply -f access.yaml --prune --dry-run=server --detailed-exitcode
  kubectl aad apply -f access.yaml --dry-run=client -o yaml > manifests.yaml`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&o.files, "filename", "f", nil, "`FILE` that declares access, - is stdin; repeatable")
	flags.BoolVar(&o.prune, "prune", false, "remove what the files' sets no longer declare")
	flags.BoolVar(&o.takeOver, "take-over", false, "take grants out of other sets that declare them")
	flags.BoolVar(&o.allowEmpty, "allow-empty", false, "accept a file without grants")
	flags.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	flags.StringVar(&o.dryRun, "dry-run", removal.None, "none, client (no cluster is asked: all is new) or server (shows the plan and has it checked)")
	flags.Lookup("dry-run").NoOptDefVal = removal.Server
	flags.BoolVar(&o.detailed, "detailed-exitcode", false, "exit with 10 when changes are pending at the end")
	flags.StringVarP(&o.output, "output", "o", "", strings.Join(printer.Formats(), ", ")+": print the declared bindings, the plan goes to stderr")
	flags.StringVar(&o.asSubject, "as-subject", "", "upn or objectId: name users so, whatever their tokens carry")
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

func (o *options) check() (err error) {
	switch {
	case len(o.files) == 0:
		return fault.New(fault.Usage, "no file named", "kubectl aad apply -f access.yaml", "kubectl aad export > access.yaml")
	case !slices.Contains([]string{removal.None, removal.Client, removal.Server}, o.dryRun):
		return fault.Newf(fault.Usage, "--dry-run is none, client or server, not %q", o.dryRun)
	}
	if o.output != "" {
		if o.format, err = printer.ParseFormat(o.output); err != nil {
			return err
		}
	}
	o.form, err = binding.ParseForm(o.asSubject)
	return err
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	if err := o.check(); err != nil {
		return err
	}
	sets, err := o.read(f)
	if err != nil {
		return err
	}
	contexts, err := chosen(sets, *f.Kube.Context)
	if err != nil {
		return err
	}
	if len(contexts) > 1 && o.format != "" {
		return fault.New(fault.Usage, "-o prints the bindings of one cluster", "add --context "+contexts[0])
	}
	people, err := resolve(ctx, f, sets)
	if err != nil {
		return err
	}
	var rounds []*round
	for _, name := range contexts {
		r := &round{options: o, Factory: f, context: name, sets: sets, people: people}
		if err := r.prepare(ctx); err != nil {
			return r.in(err)
		}
		rounds = append(rounds, r)
	}
	return o.carry(ctx, f, rounds)
}

// carry shows all plans, asks once, and carries them out one cluster after the
// other. All plans are made before the first is carried out.
func (o *options) carry(ctx context.Context, f *factory.Factory, rounds []*round) error {
	pending := 0
	for _, r := range rounds {
		r.show()
		pending += r.plan.Pending()
	}
	if o.dryRun == removal.None && pending > 0 && !o.yes {
		yes, err := f.Confirm(ctx, "Go on?")
		if err != nil {
			return err
		}
		if !yes {
			return fault.New(fault.Cancelled, "nothing was changed")
		}
	}
	for _, r := range rounds {
		if err := r.carry(ctx); err != nil {
			return r.in(err)
		}
	}
	if o.detailed && pending > 0 && o.dryRun != removal.None {
		return errPending
	}
	return nil
}

// pendingError says by its exit code alone what the plan has said in words.
type pendingError struct{ error }

func (pendingError) Silent() bool    { return true }
func (e pendingError) Unwrap() error { return e.error }

var errPending = pendingError{fault.New(fault.Pending, "changes are pending")}

// read reads the files. A set without grants is an accident more often than
// wanted, and two files of one name would remove each other's grants.
func (o *options) read(f *factory.Factory) ([]access.Set, error) {
	var sets []access.Set
	var errs []error
	for _, path := range o.files {
		set, err := readFile(path, f.In)
		if err == nil && len(set.Entries) == 0 && !o.allowEmpty {
			err = fault.Hint(fault.Newf(fault.Usage, "%s declares no grants", set.File), "if that is meant, with --prune to remove all of the set: --allow-empty")
		}
		for _, other := range sets {
			if err == nil && other.Name == set.Name {
				err = fault.Newf(fault.Usage, "%s and %s are both the set %q", other.File, set.File, set.Name)
			}
		}
		sets, errs = append(sets, set), append(errs, err)
	}
	return sets, fault.Join(errs...)
}

// chosen returns the contexts that the sets are about, "" for the current one.
// With --context it is that one alone.
func chosen(sets []access.Set, only string) ([]string, error) {
	var contexts []string
	for _, set := range sets {
		named := set.Contexts
		if len(named) == 0 {
			named = []string{only}
		}
		for _, name := range named {
			if !slices.Contains(contexts, name) && (only == "" || name == only) {
				contexts = append(contexts, name)
			}
		}
	}
	if len(contexts) == 0 {
		return nil, fault.Newf(fault.Usage, "the files are about other contexts than %q", only)
	}
	return contexts, nil
}

// in says in which cluster something failed, where there are several.
func (r *round) in(err error) error {
	if r.context == "" || errors.Is(err, context.Canceled) {
		return err
	}
	return fault.Wrap(fault.Failure, fmt.Sprintf("context %q", r.context), err)
}
