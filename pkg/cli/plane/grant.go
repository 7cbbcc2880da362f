package plane

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/azurerbac"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/people"
	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
)

// Request is what bind and unbind ask of the Azure plane.
type Request struct {
	Rows       []people.Row
	Roles      []string // names; none is reader for Grant, and any for Revoke
	Namespaces []string
	All        bool // the whole cluster
	Reason     string
	DryRun     bool
	Format     printer.Format // "" is lines to read
}

// check refuses what the columns of a list cannot mean here.
func (r Request) check() error {
	if slices.ContainsFunc(r.Rows, func(row people.Row) bool { return len(row.Roles) > 0 || len(row.Namespaces) > 0 || row.Cluster }) {
		return fault.New(fault.Usage, "the list's columns role and namespace name roles of Kubernetes: they are not used with --plane azure",
			"name the role and the reach: --role ROLE -n NAMESPACE, with a list of principals alone")
	}
	return nil
}

// result is an assignment and what became of it.
type result struct {
	azurerbac.Assignment
	who       entra.Principal
	namespace string
	from      string // its place, where it was read
	outcome   binding.Outcome
}

// wait is how long Azure may take until an assignment counts (AKS, "Use Azure
// RBAC for Kubernetes authorization").
const wait = "Azure may take up to 5 minutes until that counts in the cluster"

// Grant makes a role assignment for each principal, role and namespace. One that
// is there already, ours or not, is left as it is, so that after an interruption
// the same request goes on.
func Grant(ctx context.Context, f *factory.Factory, r Request) error {
	if err := r.check(); err != nil {
		return err
	}
	g, err := open(ctx, f, r)
	if err != nil {
		return err
	}
	if err := g.exist(ctx); err != nil {
		return err
	}
	roles, err := g.roles(ctx)
	if err != nil {
		return err
	}
	refs := make([]directory.Ref, len(r.Rows))
	for i, row := range r.Rows {
		refs[i] = row.Ref
	}
	found, err := people.Find(ctx, f, refs, "")
	if err != nil {
		return err
	}
	var results []result
	for _, at := range g.reach {
		there, err := g.azure.Assignments(ctx, azurerbac.NamespaceScope(g.Cluster.ID, at), false)
		if err != nil {
			return err
		}
		for i, p := range found {
			for _, role := range roles {
				results = append(results, g.wanted(p, role, at, r.Rows[i].Reason, there))
			}
		}
	}
	done, err := g.apply(ctx, results)
	return fault.Join(err, g.show(done))
}

// grantor carries out one request on one cluster.
type grantor struct {
	*factory.Factory
	*Plane
	Request
	kube  *kube.Cluster
	reach []string // namespaces; "" is the whole cluster
}

// open finds the plane and what the flags say of where.
func open(ctx context.Context, f *factory.Factory, r Request) (*grantor, error) {
	cluster, err := kube.Connect(f.Kube)
	if err != nil {
		return nil, err
	}
	g := &grantor{Factory: f, Request: r, kube: cluster, reach: slices.Compact(slices.Sorted(slices.Values(r.Namespaces)))}
	switch {
	case r.All:
		g.reach = []string{""}
	case len(g.reach) == 0:
		g.reach = []string{cluster.CurrentNamespace()}
		fmt.Fprintf(f.Err, "no namespace named: taking the context's, %s\n", g.reach[0])
	}
	for _, namespace := range g.reach { // it becomes part of a URL
		if strings.ContainsAny(namespace, `/\%?#. `) {
			return nil, fault.Newf(fault.Usage, "-n %q is not a namespace's name", namespace)
		}
	}
	g.Plane, err = must(ctx, f)
	return g, err
}

// exist refuses namespaces that the cluster does not have: Azure takes any name.
// Who may not look is let on.
func (g *grantor) exist(ctx context.Context) error {
	for _, namespace := range g.reach {
		if namespace == "" {
			continue
		}
		if found, err := g.kube.Exists(ctx, kube.Namespaces, "", namespace); err == nil && !found {
			return fault.New(fault.NotFound, fmt.Sprintf("the cluster has no namespace %q", namespace), "kubectl get namespaces")
		}
	}
	return nil
}

// roles are the role definitions that are named, as Azure has them.
func (g *grantor) roles(ctx context.Context) ([]azurerbac.Role, error) {
	names := g.Roles
	if len(names) == 0 {
		names = azurerbac.ShortNames()[:1]
		fmt.Fprintf(g.Err, "no role named: giving %s\n", names[0])
	}
	var roles []azurerbac.Role
	for _, name := range names {
		full := name
		if r, ok := azurerbac.Builtin(name); ok {
			full = r.Name
		}
		role, err := g.azure.RoleNamed(ctx, g.Cluster.ID, full)
		if err != nil {
			return nil, fault.Hint(err, "--role "+strings.Join(azurerbac.ShortNames(), "|")+", or the full name of a role definition")
		}
		if !role.Inside() {
			return nil, fault.Hint(fault.Newf(fault.Usage, "the role %q gives nothing inside a cluster", role.Name),
				"--role "+strings.Join(azurerbac.ShortNames(), "|"))
		}
		roles = append(roles, role)
	}
	return roles, nil
}

// wanted is the assignment of a role to somebody, as it is there or as it is to
// be made.
func (g *grantor) wanted(p entra.Principal, role azurerbac.Role, namespace, reason string, there []azurerbac.Assignment) result {
	if reason == "" {
		reason = g.Reason
	}
	want := azurerbac.Assignment{Scope: azurerbac.NamespaceScope(g.Cluster.ID, namespace), Role: role, Principal: p.ID,
		PrincipalType: azurerbac.TypeOf(p.Kind), Description: azurerbac.Described(reason)}
	for _, a := range there {
		if a.Same(want) {
			return result{Assignment: a, who: p, namespace: namespace, outcome: binding.Unchanged}
		}
	}
	return result{Assignment: want, who: p, namespace: namespace, outcome: binding.Created}
}

// apply makes what is not there and returns what was done.
func (g *grantor) apply(ctx context.Context, results []result) ([]result, error) {
	for i, r := range results {
		if r.outcome == binding.Unchanged || g.DryRun {
			continue
		}
		made, err := g.azure.Assign(ctx, r.Assignment)
		if err != nil {
			return results[:i], err
		}
		if !made { // by somebody else, a moment ago
			results[i].outcome = binding.Unchanged
		}
	}
	return results, nil
}
