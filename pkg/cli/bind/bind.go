// Package bind is the command that gives principals roles. What a binding
// looks like and whose it is, it leaves to the binding room.
package bind

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// options are the flags as typed.
type options struct {
	clusterRoles, roles []string
	namespaces          []string
	selector            string
	all                 bool
	files               []string
	dryRun              string
	output              string
	reason, name, last  string
	replace             bool
	maxMembers          int
	objectID, kind      string
	asSubject           string
	plane               string
	verify, adopt       bool
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
"-" reads a list from stdin and -f from a file: a principal a line, or CSV whose
first line names the columns principal, role, namespace ("*" is the whole
cluster) and reason; what a line leaves out is taken from the flags.

Without a role a person is asked; elsewhere view is given. Without -n or -A the
namespace of the context is meant. Binding twice changes nothing, so after an
interruption the same command goes on. Bindings that others made are never
touched.

How the cluster makes names of tokens is seen by what setup left there, by the
context's server app, kube-apiserver's flags and your own name there; the flags
--authenticator, --authentication-config and --*-prefix tell it instead.

With --plane azure, on AKS with Azure RBAC, a role assignment of Azure is made
instead: --role reader (the default), writer, admin, cluster-admin or the full
name of a role definition.`,
		Example: `  kubectl aad bind alice@contoso.com
  kubectl aad bind carol@fabrikam.com --clusterrole edit -n dev -n test
  kubectl aad bind 'group:Platform Team' --clusterrole cluster-admin -A \
    --reason "on call" --for 8h
  kubectl aad bind -f people.csv --clusterrole view \
    --namespace-selector team=web
  kubectl aad bind sp:ci-bot --role deployer -n prod --dry-run=client -o yaml
  kubectl aad bind alice@contoso.com --plane azure --role writer -n dev`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), f, args)
		},
	}
	o.addFlags(cmd)
	f.AddNamingFlags(cmd)
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

func (o *options) addFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringSliceVar(&o.clusterRoles, "clusterrole", nil, "`NAME` of a cluster role to give; repeatable (default: asks, else view)")
	flags.StringSliceVar(&o.roles, "role", nil, "`NAME` of a role of the namespaces, instead of a cluster role; repeatable")
	flags.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "`NAMESPACE` to give the role in; repeatable (default: the context's)")
	flags.StringVar(&o.selector, "namespace-selector", "", "`LABELS` of the namespaces to give the role in: those that have them now")
	flags.BoolVarP(&o.all, "all-namespaces", "A", false, "give the role in the whole cluster")
	flags.StringSliceVarP(&o.files, "filename", "f", nil, "`FILE` with a list of principals, or CSV; repeatable")
	flags.StringVar(&o.dryRun, "dry-run", "none", "none, client (the cluster is not asked) or server (it checks and writes nothing)")
	flags.Lookup("dry-run").NoOptDefVal = "client"
	flags.StringVarP(&o.output, "output", "o", "", strings.Join(printer.Formats(), ", ")+" (default: a few lines to read)")
	flags.StringVar(&o.reason, "reason", "", "`WHY`, kept with the binding")
	flags.StringVar(&o.last, "for", "", "`DURATION` such as 8h or 30d after which sweep and apply take the role away again")
	flags.StringVar(&o.name, "name", "", "`NAME` of the binding (default: made from the role and the principal)")
	flags.BoolVar(&o.adopt, "adopt", false, "take over the binding of --name that somebody else made, if it gives that role to the principal alone")
	flags.BoolVar(&o.replace, "replace", false, "then take away the other roles that bind gave them there")
	flags.IntVar(&o.maxMembers, "max-members", 0, "`N`: bind nothing when groups of more people and applications than this would gain the role")
	flags.StringVar(&o.objectID, "object-id", "", "`GUID` of the principal, without looking it up; needs --kind")
	flags.StringVar(&o.kind, "kind", "", "with --object-id: user, group or sp")
	flags.StringVar(&o.plane, "plane", "kubernetes", "kubernetes (a binding) or azure (a role assignment, on AKS with Azure RBAC)")
	flags.StringVar(&o.asSubject, "as-subject", "", "upn or objectId: name users so, whatever their tokens carry")
	flags.BoolVar(&o.verify, "verify", false, "then ask the API server whether those whom the directory says the tokens name are let in")
}

func (o *options) run(ctx context.Context, f *factory.Factory, args []string) error {
	r, err := o.check(args)
	if err != nil {
		return err
	}
	if r.azure {
		return o.assign(ctx, f, args, r)
	}
	b := &binder{Factory: f, request: r}
	if err := o.find(args, b); err != nil {
		return err
	}
	if err := b.connect(); err != nil {
		return err
	}
	if err := o.complete(ctx, b); err != nil {
		return err
	}
	if err := b.preflight(ctx); err != nil {
		return err
	}
	if err := b.resolve(ctx); err != nil {
		return err
	}
	if err := b.know(ctx); err != nil {
		return err
	}
	return b.bind(ctx)
}
