package checks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/doctor"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// wrongSubject is a subject of a binding that means the person but does not
// reach them.
type wrongSubject struct {
	in     binding.Binding
	index  int    // of the subject in the binding
	is     string // what its name is
	cause  string
	bind   string // what `kubectl aad bind` must be given instead
	needed bool   // no other binding gives the same there
}

// wrongSubjects looks at every subject of the cluster.
func (c *Case) wrongSubjects(ctx context.Context) ([]wrongSubject, error) {
	return c.wrong.get(ctx, c.whole, func(ctx context.Context) ([]wrongSubject, error) {
		all, err := c.subjects(ctx)
		if err != nil {
			return nil, err
		}
		n, err := c.names(ctx)
		if err != nil {
			return nil, err
		}
		groups := c.groupJudge(ctx, all)
		var found []wrongSubject
		for _, b := range all {
			for i, s := range b.Subjects {
				w := wrongSubject{in: b, index: i, is: n.mistaken(s), bind: n.ref}
				if w.is != "" {
					w.cause = fmt.Sprintf("The API server knows %s as %q (%s), and RBAC compares names letter by letter.", n.known, n.Right, n.reason)
					w.needed = !slices.ContainsFunc(all, func(o binding.Binding) bool { return gives(o, b, n.subject()) })
					found = append(found, w)
				} else if g, ok := groups.mistaken(s); ok {
					g.in, g.index, g.needed = b, i, true
					found = append(found, g)
				}
			}
		}
		return found, nil
	})
}

func checkSubjects(ctx context.Context, c *Case) []doctor.Finding {
	n, err := c.names(ctx)
	if err != nil {
		return doctor.Found(doctor.Unknown, "whose bindings to look for is not known: %v", err).List()
	}
	found, err := c.wrongSubjects(ctx)
	if err != nil {
		return c.unreadable(n, err).List()
	}
	var findings []doctor.Finding
	for _, w := range found {
		findings = append(findings, c.wrongFinding(w))
	}
	if len(findings) > 0 {
		return findings
	}
	all, _ := c.subjects(ctx)
	right := named(all, n.subject())
	if len(right) == 0 {
		return doctor.Found(doctor.OK, "%s read; none names %s, rightly or wrongly", doctor.Many(len(all), "binding", "bindings"), n.known).List()
	}
	return doctor.Found(doctor.OK, "%s read; %s named as %q in %s", doctor.Many(len(all), "binding", "bindings"), n.known, n.Right, strings.Join(right, ", ")).List()
}

// unreadable is the finding of somebody who may not read bindings, which is the
// rule for those who are refused.
func (c *Case) unreadable(n names, err error) doctor.Finding {
	switch {
	case c.For != nil:
		return doctor.Found(doctor.Unknown, "role bindings cannot be read: %v", err).
			Because("A binding lets %s in only if its subject is %q (%s).", n.known, n.Right, n.reason).
			By(clusterAdmin).Fix(command("kubectl", "aad", "doctor", "--for", n.ref, "--admin-context", "CONTEXT"))
	case fault.KindOf(err) != fault.Forbidden && !refused(err):
		return doctor.Found(doctor.Unknown, "role bindings cannot be read: %v", err)
	}
	return doctor.Found(doctor.Unknown, "role bindings cannot be read with these rights").
		Because("A binding lets %s in only if its subject is %q (%s). Whether one has another name for the same person, an administrator can see.", n.known, n.Right, n.reason).
		By(clusterAdmin).Fix(c.kubectl("aad", "doctor", "--for", n.ref))
}

func (c *Case) wrongFinding(w wrongSubject) doctor.Finding {
	f := doctor.Found(doctor.Error, "%s gives %s to %s %q: %s", place(w.in), w.in.Role, w.in.Subjects[w.index].Kind,
		w.in.Subjects[w.index].Name, w.is).Because("%s", w.cause).By(clusterAdmin)
	if w.needed {
		f = f.Fix(c.bindAgain(w))
	} else {
		f.Status = doctor.Warning
		f.Evidence += "; another binding gives the same under the right name"
	}
	return f.Fix(c.remove(w))
}

// bindAgain is the command that gives under the right name what w wanted to.
func (c *Case) bindAgain(w wrongSubject) string {
	return c.asAdmin(audit.BindWords(w.bind, audited(w.in))...)
}

// remove is the command that takes the dead subject away.
func (c *Case) remove(w wrongSubject) string {
	return c.asAdmin(audit.RemoveWords(audited(w.in), w.index)...)
}

// place names a binding and where it lies.
func place(b binding.Binding) string { return audited(b).Place() }

// audited is b as the audit room has it.
func audited(b binding.Binding) audit.Binding {
	a := audit.Binding{Namespace: b.Namespace, Name: b.Name, Role: audit.Role(b.Role)}
	for _, s := range b.Subjects {
		a.Subjects = append(a.Subjects, audit.Subject(s))
	}
	return a
}

// gives reports whether b gives to a subject what like gives, at least there.
func gives(b, like binding.Binding, to binding.Subject) bool {
	return b.Role == like.Role && (b.Namespace == like.Namespace || b.Namespace == "") &&
		slices.Contains(b.Subjects, to)
}

// named lists the bindings that name a subject.
func named(all []binding.Binding, subject binding.Subject) []string {
	var list []string
	for _, b := range all {
		if gives(b, b, subject) {
			list = append(list, place(b))
		}
	}
	return list
}
