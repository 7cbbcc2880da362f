// Package bindings is the command that shows who has what in a cluster, and the
// reading of the cluster and the directory that the commands beside it share. It
// changes nothing.
package bindings

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

type options struct {
	for_       string
	namespace  string
	all        bool
	output     string
	system     bool
	offline    bool
	maxMembers int
}

// The formats beyond the printer's.
const (
	formatCSV  = "csv"
	formatHTML = "html"
)

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "bindings",
		Short: "Show who has what in the cluster, by name",
		Long: `List the bindings of the cluster by whom they let in, with the names of Entra ID
beside object ids: what somebody is, where the binding counts, the role, whose
binding it is (owned: made by kubectl aad; foreign: somebody else's; system:
Kubernetes' own) and when it expires.

On AKS with Azure RBAC the role assignments that count in the cluster stand in the
same list, those inherited from the resource group and above too (plane: azure).
What may not be read is said, and missing.

With --for, everything that reaches one principal, directly or through groups,
with the path. Without access to the directory object ids are listed as they
are.

-o html writes one page for people that needs no network: everybody, the groups'
members too, against namespaces and roles.`,
		Example: `  kubectl aad bindings
  kubectl aad bindings --for alice@contoso.com -n prod
  kubectl aad bindings -o html > access.html
  kubectl aad bindings -o csv > access.csv`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&o.for_, "for", "", "only what reaches this `PRINCIPAL`, through groups too")
	flags.StringVarP(&o.namespace, "namespace", "n", "", "only what counts in this `NAMESPACE` (default: all)")
	flags.BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces (the default)")
	flags.StringVarP(&o.output, "output", "o", "", strings.Join(append(printer.Formats(), formatCSV, formatHTML), ", "))
	flags.BoolVar(&o.system, "system", false, "with service accounts and Kubernetes' own users and groups")
	flags.BoolVar(&o.offline, "offline", false, "ask neither the directory nor Azure: object ids without names")
	flags.IntVar(&o.maxMembers, "max-members", 5000, "with -o html: show the members of groups up to this `NUMBER` in all")
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	var format printer.Format
	if !slices.Contains([]string{formatCSV, formatHTML}, o.output) {
		var err error
		if format, err = printer.ParseFormat(o.output); err != nil {
			return fault.Hint(err, "besides: csv, html")
		}
	}
	if o.all && o.namespace != "" {
		return fault.New(fault.Usage, "-A and -n exclude each other")
	}
	w, err := Read(ctx, f, o.namespace, o.offline)
	if err != nil {
		return err
	}
	list := audit.List(w.Bindings, w.People, w.Name, o.system)
	if o.for_ != "" {
		p, err := w.Person(ctx, o.for_)
		if err != nil {
			return err
		}
		if list = p.Access(list); len(list) == 0 {
			fmt.Fprintf(f.Err, "no binding %sreaches %s: kubectl aad why says what is missing\n", w.read(), o.for_)
		}
	}
	switch o.output {
	case formatCSV:
		return writeCSV(f.Out, list)
	case formatHTML:
		return o.page(ctx, w, list)
	}
	width := 0
	if f.OutTTY {
		width = f.Width
	}
	return printer.Print(f.Out, format, width, w.listing(o.for_ != "", f.Now()), list)
}
