// Package export is the command that writes the access file of a cluster. It
// changes nothing and asks no directory.
package export

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding/access"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// options are the flags as typed.
type options struct {
	set, name  string
	namespaces []string
	foreign    bool
	output     string
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write an access file of what a cluster has",
		Long: `Write the file for "kubectl aad apply" that declares what kubectl aad gave in this
cluster: applied there it changes nothing but the set that the grants are in.

With --foreign it declares what others gave to users and groups of Entra ID, too:
apply then makes bindings of its own beside theirs, which can go afterwards.`,
		Example: `  kubectl aad export > access.yaml
  kubectl aad export --set platform
  kubectl aad export --foreign --name migrated -n prod`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.run(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.set, "set", "", "only the grants of the set of this `NAME`")
	flags.StringVar(&o.name, "name", "", "`NAME` of the exported set (default: that of the grants, if all are in one, else exported)")
	flags.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "only grants in this `NAMESPACE`; repeatable (default: all, and those in the whole cluster)")
	flags.BoolVar(&o.foreign, "foreign", false, "what others gave, too")
	flags.StringVarP(&o.output, "output", "o", string(printer.YAML), "yaml or json")
	f.AddKubeFlags(cmd)
	return cmd
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	format, err := printer.ParseFormat(o.output)
	switch {
	case err != nil:
		return err
	case format != printer.YAML && format != printer.JSON:
		return fault.Newf(fault.Usage, "an access file is yaml or json, not %s", format)
	case o.set != "" && o.foreign:
		return fault.New(fault.Usage, "--set and --foreign exclude each other: what others gave is in no set")
	}
	cluster, err := kube.Connect(f.Kube)
	if err != nil {
		return err
	}
	list, err := o.list(ctx, rbac.New(cluster))
	if err != nil {
		return err
	}
	file, left := access.Export(o.called(list), list)
	if left > 0 {
		fmt.Fprintf(f.Err, "%d subjects are nobody in Entra ID (service accounts, system users, groups by name): left out\n", left)
	}
	if len(file.Grants) == 0 {
		fmt.Fprintln(f.Err, "kubectl aad gave nothing here: the file declares no grants")
	}
	return printer.Document(f.Out, format, file)
}

// list returns the bindings to export.
func (o *options) list(ctx context.Context, store binding.Store) ([]binding.Binding, error) {
	var list []binding.Binding
	namespaces := o.namespaces
	if len(namespaces) == 0 {
		namespaces = []string{""}
	}
	for _, namespace := range slices.Compact(slices.Sorted(slices.Values(namespaces))) {
		part, err := store.List(ctx, namespace)
		if err != nil {
			return nil, err
		}
		list = append(list, part...)
	}
	return slices.DeleteFunc(list, func(b binding.Binding) bool {
		return !b.Owned && !o.foreign || o.set != "" && b.Set() != o.set
	}), nil
}

// called returns the name of the exported set.
func (o *options) called(list []binding.Binding) string {
	if o.name != "" {
		return o.name
	}
	name := o.set
	for _, b := range list {
		if name == "" {
			name = b.Set()
		}
		if name == "" || b.Set() != name {
			return "exported"
		}
	}
	if name == "" {
		return "exported"
	}
	return name
}
