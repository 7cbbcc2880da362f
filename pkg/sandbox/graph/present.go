package graph

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// whole is an object with every property that the sandbox knows of.
func (sc *schema) whole(v any) (map[string]any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	out := maps.Clone(sc.constant)
	if out == nil {
		out = map[string]any{}
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, err
	}
	if sc.derive != nil {
		sc.derive(out)
	}
	return out, nil
}

// show leaves of a whole object what is shown: what $select asks for, else the
// default properties. A property that no object of this kind has is an error.
func (sc *schema) show(object map[string]any, selected []string) (map[string]any, error) {
	out := map[string]any{}
	if len(selected) == 0 {
		hideKeys(object)
		for name, value := range object {
			if !slices.Contains(sc.onSelect, name) && (sc.always == nil || slices.Contains(sc.always, name)) {
				out[name] = value
			}
		}
		return out, nil
	}
	for _, name := range selected {
		value, ok := object[name]
		if !ok {
			return nil, failure(http.StatusBadRequest, "BadRequest",
				"Parsing OData Select and Expand failed: Could not find a property named '%s' on type 'microsoft.graph.%s'.", name, sc.name)
		}
		out[name] = value
	}
	return out, nil
}

// present shows an object as the query asks for it.
func (sc *schema) present(c *call, v any) (map[string]any, error) {
	object, err := sc.whole(v)
	if err != nil {
		return nil, err
	}
	out, err := sc.show(object, c.query.Select)
	if err != nil {
		return nil, err
	}
	id, _ := object["id"].(string)
	return out, sc.expanded(c, entra.ObjectID(id), out)
}

// one answers with a single object.
func (sc *schema) one(c *call, status int, v any) (*reply, error) {
	out, err := sc.present(c, v)
	if err != nil {
		return nil, err
	}
	out["@odata.context"] = contextURL(c, sc.set, "/$entity")
	return &reply{status, out}, nil
}

func contextURL(c *call, set, kind string) string {
	if len(c.query.Select) > 0 {
		set += "(" + strings.Join(c.query.Select, ",") + ")"
	}
	return wire.Base(c.Request) + version + "/$metadata#" + set + kind
}

// typed shows objects of several kinds in one list, each with its @odata.type.
func typed(v any) (*schema, map[string]any, error) {
	sc := schemaOf(v)
	object, err := sc.whole(v)
	if err == nil {
		object["@odata.type"] = "#microsoft.graph." + sc.name
	}
	return sc, object, err
}

func schemaOf(v any) *schema {
	switch v.(type) {
	case *directory.User:
		return userSchema
	case *directory.Group:
		return groupSchema
	case *directory.ServicePrincipal:
		return servicePrincipalSchema
	case *directory.Application:
		return applicationSchema
	default:
		return roleSchema
	}
}

// object finds a user, group, service principal, application or directory role.
func object(t *directory.Tenant, id entra.ObjectID) (any, bool) {
	if v, ok := t.Object(id); ok {
		return v, true
	}
	if a, ok := t.Application(id); ok {
		return a, true
	}
	for _, r := range t.DirectoryRoles() {
		if strings.EqualFold(string(r.ID), string(id)) {
			return &r, true
		}
	}
	return nil, false
}
