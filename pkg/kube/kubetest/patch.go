package kubetest

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// create stores an object of a collection.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	var content map[string]any
	if err := json.NewDecoder(r.Body).Decode(&content); err != nil {
		fail(w, http.StatusBadRequest, "%v", err)
		return
	}
	meta, _ := content["metadata"].(map[string]any)
	name, _ := meta["name"].(string)
	at := r.URL.Path + "/" + name
	switch {
	case name == "" || meta["resourceVersion"] != nil:
		fail(w, http.StatusBadRequest, "a new object has a name and no resourceVersion")
	case s.objects[at].content != nil:
		fail(w, http.StatusConflict, "%s already exists", at)
	default:
		s.put(at, content, r.URL.Query().Get("fieldManager"))
		s.writes = append(s.writes, r.Method+" "+at)
		reply(w, http.StatusCreated, content)
	}
}

// operation is one of a JSON patch, of which test, add and replace of what is
// there, and remove are known.
type operation struct {
	Op, Path string
	Value    any
}

// patch is a JSON patch of an object: whole, or not at all.
func (s *Server) patch(w http.ResponseWriter, r *http.Request) {
	var operations []operation
	if err := json.NewDecoder(r.Body).Decode(&operations); err != nil {
		fail(w, http.StatusBadRequest, "%v", err)
		return
	}
	old, exists := s.objects[r.URL.Path]
	if !exists {
		fail(w, http.StatusNotFound, "%s not found", r.URL.Path)
		return
	}
	var copied any
	data, _ := json.Marshal(old.content)
	_ = json.Unmarshal(data, &copied)
	for _, o := range operations {
		next, ok := o.apply(copied, strings.Split(o.Path, "/")[1:])
		if !ok {
			fail(w, http.StatusUnprocessableEntity, "the server rejected our request due to an error in our request: %s %s", o.Op, o.Path)
			return
		}
		copied = next
	}
	s.put(r.URL.Path, copied.(map[string]any), old.manager)
	s.writes = append(s.writes, r.Method+" "+r.URL.Path)
	reply(w, http.StatusOK, copied)
}

// apply returns value with the operation done at a path below it.
func (o operation) apply(value any, path []string) (any, bool) {
	if len(path) == 0 {
		return o.Value, o.Op == "replace" || o.Op == "add" || o.Op == "test" && reflect.DeepEqual(value, o.Value)
	}
	switch v := value.(type) {
	case map[string]any:
		if len(path) == 1 && o.Op == "remove" {
			_, there := v[path[0]]
			delete(v, path[0])
			return v, there
		}
		next, ok := o.apply(v[path[0]], path[1:])
		v[path[0]] = next
		return v, ok
	case []any:
		i, err := strconv.Atoi(path[0])
		if err != nil || i < 0 || i >= len(v) {
			return v, false
		}
		if len(path) == 1 && o.Op == "remove" {
			return slices.Delete(v, i, i+1), true
		}
		next, ok := o.apply(v[i], path[1:])
		v[i] = next
		return v, ok
	}
	return value, false
}
