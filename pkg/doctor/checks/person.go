package checks

import (
	"context"
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// checkPerson looks at the directory's entry of somebody else.
func checkPerson(ctx context.Context, c *Case) []doctor.Finding {
	p := *c.For
	title := binding.Title(p)
	switch {
	case p.Kind == entra.Group:
		if !p.SecurityEnabled {
			return doctor.Found(doctor.Warning, "%s is not a security group", title).
				Because("It is in no token unless the server app asks for all groups.").By(tenantAdmin).List()
		}
		return doctor.Found(doctor.OK, "%s is a security group, in tokens as %s", title, p.ID).List()
	case p.Disabled:
		return doctor.Found(doctor.Error, "%s is disabled in the directory", title).
			Because("Entra ID refuses to sign it in (AADSTS50057).").By(tenantAdmin).
			Fix(command("az", "ad", "user", "update", "--id", string(p.ID), "--account-enabled", "true")).List()
	case p.Pending:
		return doctor.Found(doctor.Error, "%s has not accepted the invitation yet", title).
			Because("Entra ID refuses to sign it in (AADSTS50014) until the link in the invitation mail was opened.").List()
	}
	mapper, err := c.mapper(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "how the cluster names people is not known: %v", err).List()
	}
	s, reason, err := mapper.Subject(p)
	if err != nil {
		return doctor.Found(doctor.Warning, "%v", err).List()
	}
	return doctor.Found(doctor.OK, "%s is known to clusters as %q", title, s.Name).Because("%s.", reason).List()
}

// checkAccess asks the API server what all of this comes to.
func checkAccess(ctx context.Context, c *Case) []doctor.Finding {
	n, err := c.names(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "%v", err).List()
	}
	namespace := c.Entry.Namespace
	if namespace == "" {
		namespace = "default"
	}
	for _, where := range []string{"", namespace} {
		ok, _, err := c.allowed(ctx, n, Action{Verb: "list", Resource: "pods", Namespace: where})
		if err != nil {
			return doctor.Found(doctor.Unknown, "what %s may do cannot be asked: %v", n.known, err).By(clusterAdmin).List()
		}
		if ok && where == "" {
			return doctor.Found(doctor.OK, "%s may list pods in every namespace", n.known).List()
		}
		if ok {
			return doctor.Found(doctor.OK, "%s may list pods in namespace %q", n.known, where).List()
		}
	}
	if all, err := c.subjects(ctx); err == nil {
		if reached := c.reachedBy(ctx, all, n); len(reached) > 0 {
			return doctor.Found(doctor.Warning, "%s may not list pods in namespace %q, but has %s", n.known, namespace, strings.Join(reached, ", ")).
				Because("Access is somewhere else, or its role does not include pods.").List()
		}
	}
	f := doctor.Found(doctor.Error, "%s, as %q, may not list pods in namespace %q", n.known, n.Right, namespace).
		Because("The sign-in is one thing, access another: no binding that reaches this namespace names %q or one of its groups.", n.Right).By(clusterAdmin)
	if wrong, err := c.wrongSubjects(ctx); err == nil && len(wrong) > 0 {
		f.Cause = "The bindings found above mean this person and do not reach them."
		return f.List()
	}
	if m, err := c.managed(ctx); err == nil && m != nil && m.Entra != nil && m.Entra.AzureRBAC {
		f.Cause += " Nor does a role assignment of Azure, which takes up to 5 minutes to count: kubectl aad bindings lists both planes."
	}
	return f.Fix(c.asAdmin("aad", "bind", n.ref, "--clusterrole=view", "-n", namespace)).List()
}

// allowed asks for the caller, or for somebody else with the groups that the
// directory knows.
func (c *Case) allowed(ctx context.Context, n names, a Action) (bool, string, error) {
	if c.Reviews == nil {
		return false, "", missing(c.Because.Cluster, "the API server cannot be asked")
	}
	if c.For == nil {
		return c.Reviews.Allowed(ctx, a)
	}
	ids, err := c.memberships(ctx)
	if err != nil && fault.KindOf(err) == fault.Cancelled {
		return false, "", err
	}
	mapper, err := c.mapper(ctx)
	if err != nil {
		return false, "", err
	}
	if c.For.Kind == entra.Group {
		return c.Reviews.AllowedFor(ctx, Identity{Username: "anybody", Groups: []string{"system:authenticated", n.Right},
			Extra: map[string][]string{"oid": {string(c.For.ID)}}}, a) // by which Azure RBAC knows them
	}
	who, err := mapper.Identity(*c.For, ids)
	if err != nil {
		return false, "", err
	}
	return c.Reviews.AllowedFor(ctx, Identity(who), a)
}

// reachedBy lists the bindings that reach the person, by name or by a group.
func (c *Case) reachedBy(ctx context.Context, all []binding.Binding, n names) []string {
	mapper, _ := c.mapper(ctx) // an error was told by the check of the person
	mine := map[binding.Subject]bool{n.subject(): true}
	if ids, err := c.memberships(ctx); err == nil {
		for _, id := range ids {
			if name, err := mapper.Group(id); err == nil {
				mine[binding.Subject{Kind: binding.KindGroup, Name: name}] = true
			}
		}
	}
	var list []string
	for _, b := range all {
		for _, s := range b.Subjects {
			if mine[s] {
				list = append(list, fmt.Sprintf("%s by %s", b.Role, place(b)))
				break
			}
		}
	}
	return list
}
