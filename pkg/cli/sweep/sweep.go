// Package sweep is the command that takes away grants whose time is over. It
// looks at dates alone: whether principals still exist is lint's to say.
package sweep

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/removal"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// options are the flags as typed.
type options struct {
	namespaces []string
	yes        bool
	removal    removal.Options
	cronjob    bool
	job        job
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "sweep",
		Short: "Take away the grants whose time is over",
		Long: `List the bindings that kubectl aad made for a while (bind --for, expires in an
access file) and whose time is over, ask, and delete them. Bindings that others
made are never looked at.

The API server does not know of these times: until sweep or apply runs, an
expired grant is in force. Run it regularly: --cronjob prints a job for the
cluster to do so, with a service account that may do nothing else.`,
		Example: `  kubectl aad sweep
  kubectl aad sweep --yes -o name
  kubectl aad sweep -n prod --dry-run
  kubectl aad sweep --cronjob --image registry.example/kubectl-aad:v1 |
    kubectl apply -f -`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.cronjob {
				return o.job.print(f.Out)
			}
			return o.run(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "only in this `NAMESPACE`; repeatable (default: all, and the whole cluster)")
	flags.BoolVarP(&o.yes, "yes", "y", false, "do not ask")
	flags.StringVar(&o.removal.DryRun, "dry-run", removal.None, "none, client (shows what would go) or server (the API server checks it)")
	flags.Lookup("dry-run").NoOptDefVal = removal.Client
	flags.StringVarP(&o.removal.Output, "output", "o", "", strings.Join(printer.Formats(), ", ")+": print what is gone, the report goes to stderr")
	flags.BoolVar(&o.cronjob, "cronjob", false, "sweep nothing now: print the manifests of a job that does")
	flags.StringVar(&o.job.image, "image", "", "with --cronjob: `IMAGE` that has aad-core on its PATH")
	flags.StringVar(&o.job.schedule, "schedule", "*/15 * * * *", "with --cronjob: `WHEN` it runs")
	f.AddKubeFlags(cmd)
	return cmd
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	r, err := removal.New(f, o.removal)
	if err != nil {
		return err
	}
	if slices.Contains(o.namespaces, "") {
		return fault.New(fault.Usage, "-n names no namespace")
	}
	cluster, err := kube.Connect(f.Kube)
	if err != nil {
		return err
	}
	r.Store = rbac.New(cluster)
	expired, err := o.expired(ctx, f, r.Store)
	if err != nil {
		return err
	}
	report(f, expired)
	if len(expired) > 0 && !o.yes && r.DryRun == removal.None {
		yes, err := f.Confirm(ctx, fmt.Sprintf("Delete %d bindings?", len(expired)))
		if err != nil {
			return err
		}
		if !yes {
			return fault.New(fault.Cancelled, "nothing was deleted")
		}
	}
	return r.Run(ctx, expired)
}

// expired lists our bindings whose time is over.
func (o *options) expired(ctx context.Context, f *factory.Factory, store binding.Store) ([]binding.Binding, error) {
	namespaces := o.namespaces
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	now := f.Now()
	var expired []binding.Binding
	for _, namespace := range slices.Compact(slices.Sorted(slices.Values(namespaces))) {
		list, err := store.List(ctx, namespace)
		if err != nil {
			return nil, err
		}
		for _, b := range list {
			if b.Owned && b.Expired(now) {
				expired = append(expired, b)
			}
		}
	}
	return expired, nil
}

// report says on stderr what is about to go.
func report(f *factory.Factory, expired []binding.Binding) {
	if len(expired) == 0 {
		fmt.Fprintln(f.Err, "no grant's time is over")
	}
	for _, b := range expired {
		until, _ := b.Expires()
		fmt.Fprintf(f.Err, "%s for %s %s: its time was over at %s\n", b.Role, b.Title(), removal.Where(b.Namespace), until.UTC().Format("2006-01-02 15:04 UTC"))
	}
}
