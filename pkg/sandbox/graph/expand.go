package graph

import (
	"net/http"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph/odata"
)

// maxExpanded is how many objects of a relation $expand shows.
const maxExpanded = 20

// expanded adds the relations that the query asks for to an object.
func (sc *schema) expanded(c *call, id entra.ObjectID, out map[string]any) error {
	for _, e := range c.query.Expand {
		if !slices.Contains(sc.expand, e.Name) {
			return failure(http.StatusBadRequest, "BadRequest",
				"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", e.Name, sc.name)
		}
		list, err := expansion(c, id, e)
		if err != nil {
			return err
		}
		out[e.Name] = list
	}
	return nil
}

func expansion(c *call, id entra.ObjectID, e odata.Expand) ([]any, error) {
	switch e.Name {
	case "appRoleAssignments", "appRoleAssignedTo":
		return shown(assignmentSchema, e, slices.DeleteFunc(c.tenant.RoleAssignments(), func(r *directory.RoleAssignment) bool {
			return e.Name == "appRoleAssignments" && r.PrincipalID != id || e.Name == "appRoleAssignedTo" && r.ResourceID != id
		}))
	case "federatedIdentityCredentials":
		return shown(federatedSchema, e, c.tenant.FederatedCredentials(id))
	}
	list := []any{}
	for _, id := range relations[e.Name](c.tenant, id) {
		v, ok := object(c.tenant, id)
		if !ok || len(list) == maxExpanded {
			continue
		}
		sc, object, err := typed(v)
		if err != nil {
			return nil, err
		}
		wanted := slices.DeleteFunc(slices.Clone(e.Select), func(name string) bool { _, has := object[name]; return !has })
		one, err := sc.show(object, wanted)
		if err != nil {
			return nil, err
		}
		one["@odata.type"] = object["@odata.type"]
		list = append(list, one)
	}
	return list, nil
}

func shown[T any](sc *schema, e odata.Expand, from []T) ([]any, error) {
	list := []any{}
	for _, v := range from[:min(len(from), maxExpanded)] {
		object, err := sc.whole(v)
		if err != nil {
			return nil, err
		}
		one, err := sc.show(object, e.Select)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, nil
}
