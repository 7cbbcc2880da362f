package graph

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// patch is the body of a write: properties by name.
type patch map[string]any

func readPatch(c *call) (patch, error) {
	var p map[string]any
	if err := wire.ReadJSON(c.Request, &p); err != nil {
		return nil, failure(400, "BadRequest", "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
	}
	maps.DeleteFunc(p, func(name string, _ any) bool { return strings.HasPrefix(name, "@odata.") })
	return p, nil
}

// check refuses properties that the client may not set: those of readOnly, and
// those that no such object has. What is documented but not kept here may only
// be given the value that it has.
func (p patch) check(sc *schema, current map[string]any, readOnly ...string) error {
	for _, name := range slices.Sorted(maps.Keys(p)) {
		constant, documented := sc.constant[name]
		_, known := current[name]
		switch {
		case slices.Contains(readOnly, name):
			return badRequest("Property '%s' is read-only and cannot be set.", name)
		case documented && !same(constant, p[name]):
			return badRequest("Property '%s' is not kept by this sandbox.", name)
		case !known && !documented:
			return badRequest("Invalid property '%s'.", name)
		}
	}
	return nil
}

func same(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// apply lays the patch over an object: complex properties are merged, lists are
// replaced. The object keeps its old lists, which are shared.
func apply[T any](p patch, to *T) error {
	raw, err := json.Marshal(to)
	if err != nil {
		return err
	}
	var current map[string]any
	if err := json.Unmarshal(raw, &current); err != nil {
		return err
	}
	merge(current, p)
	if raw, err = json.Marshal(current); err != nil {
		return err
	}
	fresh := *new(T)
	if err := json.Unmarshal(raw, &fresh); err != nil {
		return badRequest("A value of the wrong type was found in the request: %s.", strings.TrimPrefix(err.Error(), "json: "))
	}
	*to = fresh
	return nil
}

func merge(into, from map[string]any) {
	for name, value := range from {
		inner, ok1 := value.(map[string]any)
		old, ok2 := into[name].(map[string]any)
		if ok1 && ok2 {
			merge(old, inner)
			continue
		}
		into[name] = value
	}
}
