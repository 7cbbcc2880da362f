// Package bind is the command that gives principals a role. What a binding
// looks like and whose it is, it leaves to the binding room.
package bind

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// options are the flags as typed.
type options struct {
	clusterRole, role string
	namespaces        []string
	all               bool
	dryRun            string
	output            string
	reason            string
	objectID, kind    string
	asSubject         string
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "bind PRINCIPAL...",
		Short: "Give users, groups and service principals a role in the cluster",
		Long: `Find principals in Entra ID and give them a role: decides whether this cluster
knows each of them by sign-in name or by object id, and writes the binding.

A principal is a sign-in name or mail address, a display name, an object id, or
one of these after user:, group:, sp: (service principal) or app: (its client
id); "me" is who is signed in. Several of one name are listed, none is guessed.

Without a role a person is asked; elsewhere view is given. Without -n or -A the
namespace of the context is meant. Binding twice changes nothing, and bindings
that others made are never touched.`,
		Example: `  kubectl aad bind alice@contoso.com
  kubectl aad bind carol@fabrikam.com --clusterrole edit -n dev -n test
  kubectl aad bind 'group:Platform Team' --clusterrole cluster-admin -A --reason "on call"
  kubectl aad bind sp:ci-bot --role deployer -n prod --dry-run=client -o yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&o.clusterRole, "clusterrole", "", "`NAME` of the cluster role to give (default: asks, else view)")
	flags.StringVar(&o.role, "role", "", "`NAME` of a role of the namespaces, instead of a cluster role")
	flags.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "`NAMESPACE` to give the role in; repeatable (default: the context's)")
	flags.BoolVarP(&o.all, "all-namespaces", "A", false, "give the role in the whole cluster")
	flags.StringVar(&o.dryRun, "dry-run", "none", "none, client (the cluster is not asked) or server (it checks and writes nothing)")
	flags.Lookup("dry-run").NoOptDefVal = "client"
	flags.StringVarP(&o.output, "output", "o", "", strings.Join(printer.Formats(), ", ")+" (default: a few lines to read)")
	flags.StringVar(&o.reason, "reason", "", "`WHY`, kept with the binding")
	flags.StringVar(&o.objectID, "object-id", "", "`GUID` of the principal, without looking it up; needs --kind")
	flags.StringVar(&o.kind, "kind", "", "with --object-id: user, group or sp")
	flags.StringVar(&o.asSubject, "as-subject", "", "upn or objectId: name users so, whatever their tokens carry")
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

// request is what the flags and the answers come to.
type request struct {
	role   binding.Role
	reach  binding.Reach
	dryRun string
	format printer.Format // "" is lines to read
	mapper binding.Mapper
	reason string
}

// The values of --dry-run.
const (
	dryRunNone   = "none"
	dryRunClient = "client"
	dryRunServer = "server"
)

// check reads what needs neither a question nor a connection.
func (o *options) check(args []string) (r request, err error) {
	switch {
	case o.clusterRole != "" && o.role != "":
		return r, fault.New(fault.Usage, "--clusterrole and --role exclude each other")
	case o.all && len(o.namespaces) > 0:
		return r, fault.New(fault.Usage, "-A and -n exclude each other")
	case o.all && o.role != "":
		return r, fault.New(fault.Usage, "--role names a role of one namespace: it cannot be given with -A", "use --clusterrole with -A, or --role with -n")
	case slices.Contains(o.namespaces, ""):
		return r, fault.New(fault.Usage, "-n names no namespace")
	case !slices.Contains([]string{dryRunNone, dryRunClient, dryRunServer}, o.dryRun):
		return r, fault.Newf(fault.Usage, "--dry-run is none, client or server, not %q", o.dryRun)
	case len(args) == 0 && o.objectID == "":
		return r, fault.New(fault.Usage, "nobody named to bind", "kubectl aad bind alice@contoso.com", "kubectl aad bind --help")
	}
	if o.output != "" {
		if r.format, err = printer.ParseFormat(o.output); err != nil {
			return r, err
		}
	}
	r.dryRun, r.reason = o.dryRun, o.reason
	r.mapper.As, err = binding.ParseForm(o.asSubject)
	return r, err
}

func (o *options) run(ctx context.Context, f *factory.Factory, args []string) error {
	r, err := o.check(args)
	if err != nil {
		return err
	}
	b := &binder{Factory: f, request: r}
	find, err := o.principals(args)
	if err != nil {
		return err
	}
	if err := b.connect(); err != nil {
		return err
	}
	if b.role, err = o.chooseRole(ctx, f); err != nil {
		return err
	}
	if b.reach, err = o.chooseReach(ctx, f, b.cluster.CurrentNamespace()); err != nil {
		return err
	}
	if err := b.preflight(ctx); err != nil {
		return err
	}
	principals, err := find(ctx, f)
	if err != nil {
		return err
	}
	return b.bind(ctx, principals)
}
