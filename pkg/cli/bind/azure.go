package bind

import (
	"context"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/plane"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// assign gives the roles in the Azure plane.
func (o *options) assign(ctx context.Context, f *factory.Factory, args []string, r request) error {
	if err := o.azureOnly(); err != nil {
		return err
	}
	rows, err := people.Rows(args, o.files, f.In)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.New(fault.Usage, "nobody named to bind: the list is empty")
	}
	return plane.Grant(ctx, f, plane.Request{Rows: rows, Roles: o.roles, Namespaces: o.namespaces, All: o.all,
		Reason: o.reason, DryRun: o.dryRun != dryRunNone, Format: r.format})
}

// azureOnly refuses the flags that mean bindings of Kubernetes.
func (o *options) azureOnly() error {
	for _, flag := range []struct {
		name, why string
		given     bool
	}{
		{"--for", "Azure's role assignments have no end; Privileged Identity Management has assignments for a time", o.last != ""},
		{"--clusterrole", "it names a role of Kubernetes; use --role reader|writer|admin|cluster-admin or the name of a role definition", len(o.clusterRoles) > 0},
		{"--namespace-selector", "a scope names one namespace: use -n", o.selector != ""},
		{"--name", "a role assignment is named by a GUID that is made from what it gives", o.name != ""},
		{"--replace", "take the other roles away with: kubectl aad unbind PRINCIPAL --plane azure --role ROLE", o.replace},
		{"--max-members", "members are not counted for role assignments", o.maxMembers > 0},
		{"--object-id and --kind", "Azure itself looks every principal up", o.objectID != "" || o.kind != ""},
		{"--as-subject", "Azure knows everybody by the object id", o.asSubject != ""},
	} {
		if flag.given {
			return fault.New(fault.Usage, flag.name+" does not go with --plane azure: "+flag.why)
		}
	}
	return nil
}
