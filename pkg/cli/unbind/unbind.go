// Package unbind is the command that takes away what bind gave. It never
// touches a binding that somebody else made: it names it and says how that
// would be done.
package unbind

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/plane"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/removal"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/rbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// options are the flags as typed.
type options struct {
	clusterRoles, roles []string
	namespaces          []string
	cluster, all        bool
	files               []string
	removal             removal.Options
	plane               string
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "unbind PRINCIPAL...",
		Short: "Take away the roles that bind gave",
		Long: `Delete the bindings that kubectl aad bind made for users, groups and service
principals. Principals are named as for bind; one that is deleted in Entra ID by
its object id, or by the name that it had when it was bound: the directory is
asked only about names that no binding here carries.

Without a role all that bind gave there goes. Without -n, -A or --all the
namespace of the context is meant. Bindings that others made are left and
listed, with the command that would delete them (exit code 31).

With --plane azure, the role assignments that bind --plane azure made.`,
		Example: `  kubectl aad unbind alice@contoso.com
  kubectl aad unbind 'group:Platform Team' --clusterrole cluster-admin -A
  kubectl aad unbind a11ce000-0000-4000-8000-000000000001 --all --dry-run
  kubectl aad unbind -f left.csv --all -o yaml > undo.yaml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.run(cmd.Context(), f, args)
		},
	}
	flags := cmd.Flags()
	flags.StringSliceVar(&o.clusterRoles, "clusterrole", nil, "`NAME` of a cluster role to take away; repeatable (default: all)")
	flags.StringSliceVar(&o.roles, "role", nil, "`NAME` of a role of the namespaces to take away; repeatable (default: all)")
	flags.StringSliceVarP(&o.namespaces, "namespace", "n", nil, "`NAMESPACE` to take it away in; repeatable (default: the context's)")
	flags.BoolVarP(&o.cluster, "all-namespaces", "A", false, "take away what was given in the whole cluster with bind -A")
	flags.BoolVar(&o.all, "all", false, "take away everything, in every namespace and in the whole cluster")
	flags.StringSliceVarP(&o.files, "filename", "f", nil, "`FILE` with a list of principals, or CSV; repeatable")
	flags.StringVar(&o.plane, "plane", "kubernetes", "kubernetes (bindings) or azure (role assignments, on AKS with Azure RBAC)")
	flags.StringVar(&o.removal.DryRun, "dry-run", removal.None, "none, client (shows what would go) or server (the API server checks it)")
	flags.Lookup("dry-run").NoOptDefVal = removal.Client
	flags.StringVarP(&o.removal.Output, "output", "o", "", strings.Join(printer.Formats(), ", ")+" (default: a few lines to read)")
	f.AddManagementFlags(cmd)
	f.AddKubeFlags(cmd)
	return cmd
}

func (o *options) check(args []string, azure bool) error {
	reaches := 0
	for _, said := range []bool{o.all, o.cluster, len(o.namespaces) > 0} {
		if said {
			reaches++
		}
	}
	switch {
	case reaches > 1:
		return fault.New(fault.Usage, "-n, -A and --all exclude each other")
	case slices.Contains(o.namespaces, ""):
		return fault.New(fault.Usage, "-n names no namespace")
	case azure && len(o.clusterRoles) > 0:
		return fault.New(fault.Usage, "--clusterrole names a role of Kubernetes: with --plane azure use --role")
	case o.cluster && len(o.roles) > 0 && !azure:
		return fault.New(fault.Usage, "--role names a role of one namespace: bind never gives it with -A")
	case len(args) == 0 && len(o.files) == 0:
		return fault.New(fault.Usage, "nobody named to unbind", "kubectl aad unbind alice@contoso.com", "kubectl aad bindings")
	}
	return nil
}

func (o *options) run(ctx context.Context, f *factory.Factory, args []string) error {
	azure, err := plane.Parse(o.plane)
	if err != nil {
		return err
	}
	if err := o.check(args, azure); err != nil {
		return err
	}
	r, err := removal.New(f, o.removal)
	if err != nil {
		return err
	}
	rows, err := people.Rows(args, o.files, f.In)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(rows, func(r people.Row) bool { return len(r.Roles) > 0 || len(r.Namespaces) > 0 || r.Cluster }) {
		return fault.New(fault.Usage, "the list's columns role and namespace are not used here: more would go than it says",
			"name the role and the reach: --clusterrole ROLE -n NAMESPACE, with a list of principals alone")
	}
	if azure {
		return plane.Revoke(ctx, f, plane.Request{Rows: rows, Roles: o.roles, Namespaces: o.namespaces, All: o.cluster,
			DryRun: r.DryRun != removal.None, Format: r.Format}, o.all)
	}
	cluster, err := kube.Connect(f.Kube)
	if err != nil {
		return err
	}
	store := rbac.New(cluster)
	r.Store = store
	there, err := o.there(ctx, f, cluster, store)
	if err != nil {
		return err
	}
	reg := newRegister(there)
	whom, err := reg.identify(ctx, f, rows)
	if err != nil {
		return err
	}
	ours, foreign := o.sort(f, reg, rows, whom)
	return fault.Join(r.Run(ctx, ours), left(foreign))
}

// there lists the bindings of the reach that the flags say.
func (o *options) there(ctx context.Context, f *factory.Factory, cluster *kube.Cluster, store binding.Store) ([]binding.Binding, error) {
	if o.all {
		return store.List(ctx, "")
	}
	if o.cluster {
		list, err := store.List(ctx, "")
		return slices.DeleteFunc(list, func(b binding.Binding) bool { return b.Namespace != "" }), err
	}
	namespaces := o.namespaces
	if len(namespaces) == 0 {
		fmt.Fprintf(f.Err, "no namespace named: taking the context's, %s\n", cluster.CurrentNamespace())
		namespaces = []string{cluster.CurrentNamespace()}
	}
	var there []binding.Binding
	for _, namespace := range slices.Compact(slices.Sorted(slices.Values(namespaces))) {
		list, err := store.List(ctx, namespace)
		if err != nil {
			return nil, err
		}
		there = append(there, list...)
	}
	return there, nil
}

// takes reports whether the flags mean the role.
func (o *options) takes(role binding.Role) bool {
	if len(o.clusterRoles)+len(o.roles) == 0 {
		return true
	}
	names := o.clusterRoles
	if role.Kind == binding.KindRole {
		names = o.roles
	}
	return slices.Contains(names, role.Name)
}

// sort tells what bind made for those who are meant from what others made, each
// in the order of the cluster, and says for whom there is nothing.
func (o *options) sort(f *factory.Factory, reg *register, rows []people.Row, whom [][]entra.Principal) (ours, foreign []binding.Binding) {
	meant := map[int]bool{}
	for k, principals := range whom {
		nothing := true
		for _, p := range principals {
			for _, i := range reg.of(p) {
				if b := reg.list[i]; o.takes(b.Role) {
					meant[i] = true
					nothing = nothing && !b.Owned
				}
			}
		}
		if nothing {
			fmt.Fprintf(f.Err, "%s: bind gave nothing of that here\n", safetext.Clean(rows[k].Ref.Text))
		}
	}
	for _, i := range slices.Sorted(maps.Keys(meant)) {
		if b := reg.list[i]; b.Owned {
			ours = append(ours, b)
		} else {
			foreign = append(foreign, b)
		}
	}
	return ours, foreign
}

// listed is how many of others' bindings are named.
const listed = 20

// left is the error about bindings that others made.
func left(foreign []binding.Binding) error {
	if len(foreign) == 0 {
		return nil
	}
	var lines, hints []string
	for i, b := range foreign {
		if i == listed {
			lines = append(lines, fmt.Sprintf("and %d more", len(foreign)-listed))
			break
		}
		lines = append(lines, fmt.Sprintf("%s gives %s to %s", b, b.Role, b.Title()))
		hints = append(hints, b.Undo())
	}
	return fault.New(fault.Conflict, "left, because others made it:\n"+strings.Join(lines, "\n"), hints...)
}
