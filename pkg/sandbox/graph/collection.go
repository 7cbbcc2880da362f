package graph

import (
	"net/http"
	"slices"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/graph/odata"
)

// many answers with the page of a collection that the query asks for.
func many[T any](c *call, sc *schema, list []T) (*reply, error) {
	if err := sc.allow(c); err != nil {
		return nil, err
	}
	list = matching(c, list, func(T) *schema { return sc })
	return page(c, sc.set, list, func(v T) (map[string]any, error) { return sc.present(c, v) })
}

func matching[T any](c *call, list []T, of func(T) *schema) []T {
	q := c.query
	if q.Filter == nil && q.Search == nil && q.OrderBy == nil {
		return list
	}
	index := fields{}
	properties := func(v T) func(string) any { return index.properties(v, of(v).constant) }
	list = slices.DeleteFunc(slices.Clone(list), func(v T) bool {
		return q.Filter != nil && !q.Filter.Match(properties(v)) || q.Search != nil && !q.Search.Match(properties(v))
	})
	odata.Sort(list, q.OrderBy, properties)
	return list
}

// pageSize is how many objects an answer has without $top.
const pageSize = 100

// page cuts one page out of the list and links to the next.
func page[T any](c *call, set string, list []T, show func(T) (map[string]any, error)) (*reply, error) {
	size := c.query.Top
	if size == 0 {
		size = pageSize
	}
	from := min(c.query.Skip, len(list))
	to := min(from+size, len(list))
	value := make([]any, 0, to-from)
	for _, v := range list[from:to] {
		out, err := show(v)
		if err != nil {
			return nil, err
		}
		value = append(value, out)
	}
	body := map[string]any{"@odata.context": contextURL(c, set, ""), "value": value}
	if c.query.Count && c.eventual() {
		body["@odata.count"] = len(list)
	}
	if to < len(list) {
		body["@odata.nextLink"] = nextLink(c, to)
	}
	return &reply{http.StatusOK, body}, nil
}

// mixed answers with objects of several kinds; cast leaves one kind of them.
// A property that only some kinds have is left out of the others.
func (s *Server) mixed(c *call, ids []entra.ObjectID, cast string) (*reply, error) {
	var list []any
	for _, id := range ids {
		v, ok := object(c.tenant, id)
		if !ok || cast != "" && cast != "microsoft.graph."+schemaOf(v).name {
			continue
		}
		if err := schemaOf(v).allow(c); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return page(c, "directoryObjects", matching(c, list, schemaOf), func(v any) (map[string]any, error) {
		sc, object, err := typed(v)
		if err != nil {
			return nil, err
		}
		wanted := slices.DeleteFunc(slices.Clone(c.query.Select), func(name string) bool { _, has := object[name]; return !has })
		out, err := sc.show(object, wanted)
		if err == nil && cast == "" {
			out["@odata.type"] = object["@odata.type"]
		}
		return out, err
	})
}
