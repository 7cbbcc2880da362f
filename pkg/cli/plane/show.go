package plane

import (
	"fmt"

	"github.com/kubectl-aad/kubectl-aad/pkg/binding"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/printer"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// show writes what was done: lines to read, or the format asked for.
func (g *grantor) show(results []result) error {
	if g.Format != "" {
		width := 0
		if g.OutTTY {
			width = g.Width
		}
		return printer.Print(g.Out, g.Format, width, g.listing(), results)
	}
	changed := false
	for _, r := range results {
		changed = changed || r.outcome != binding.Unchanged
		if _, err := fmt.Fprintf(g.Out, "%s\n  roleassignment/%s %s\n", g.sentence(r), r.Called(), g.status(r)); err != nil {
			return err
		}
	}
	if changed && !g.DryRun {
		fmt.Fprintln(g.Err, wait)
	}
	return nil
}

func (g *grantor) sentence(r result) string {
	verb := "gets"
	switch r.outcome {
	case binding.Unchanged:
		verb = "has"
	case binding.Deleted:
		verb = "no longer has"
	}
	if g.DryRun && r.outcome != binding.Unchanged {
		verb = map[binding.Outcome]string{binding.Created: "would get", binding.Deleted: "would no longer have"}[r.outcome]
	}
	return fmt.Sprintf("%s %s %s %s", binding.Title(r.who), verb, safetext.Clean(r.Role.Name), where(r.namespace))
}

// status says what became of an assignment, and whose one is that was there.
func (g *grantor) status(r result) string {
	switch {
	case r.outcome == binding.Unchanged && r.ID != "" && !r.Owned():
		return "unchanged (made by others)"
	case r.outcome != binding.Unchanged && g.DryRun:
		return string(r.outcome) + " (dry run)"
	}
	return string(r.outcome)
}

// item is a result as JSON and YAML tell it; its fields are a contract.
type item struct {
	Name      string         `json:"name"`
	Principal entra.ObjectID `json:"principal"`
	Title     string         `json:"title"`
	Role      string         `json:"role"`
	RoleID    string         `json:"roleDefinitionId"`
	Scope     string         `json:"scope"`
	Namespace string         `json:"namespace,omitempty"`
	Status    string         `json:"status"`
}

func (g *grantor) item(r result) item {
	return item{r.Called(), r.Principal, binding.Title(r.who), r.Role.Name, r.Role.ID, r.Scope, r.namespace, g.status(r)}
}

func (g *grantor) listing() printer.Listing[result] {
	return printer.Listing[result]{
		Columns: []printer.Column[result]{
			{Header: "PRINCIPAL", Value: func(r result) string { return binding.Title(r.who) }},
			{Header: "ROLE", Value: func(r result) string { return r.Role.Name }},
			{Header: "NAMESPACE", Value: func(r result) string { return r.namespace }},
			{Header: "STATUS", Value: g.status},
			{Header: "OBJECT ID", Wide: true, Value: func(r result) string { return string(r.Principal) }},
			{Header: "SCOPE", Wide: true, Value: func(r result) string { return r.Scope }},
		},
		Name: func(r result) string { return "roleassignment/" + r.Called() },
		Document: func(results []result) any {
			items := make([]item, 0, len(results))
			for _, r := range results {
				items = append(items, g.item(r))
			}
			return map[string]any{"apiVersion": "aad.kubectl.dev/v1alpha1", "kind": "RoleAssignmentList", "items": items}
		},
	}
}

func where(namespace string) string {
	if namespace == "" {
		return "in the whole cluster"
	}
	return "in namespace " + namespace
}
