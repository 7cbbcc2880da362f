package graph

import (
	"encoding/json"
	"reflect"
	"strings"
)

// fields has, by type and JSON name, where a property is in a struct.
type fields map[reflect.Type]map[string]int

func (f fields) of(kind reflect.Type) map[string]int {
	if f[kind] == nil {
		f[kind] = map[string]int{}
		for i := range kind.NumField() {
			tag, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
			f[kind][tag] = i
		}
	}
	return f[kind]
}

// properties returns a function that tells a property of v by its JSON name,
// without putting all of v into JSON: a filter looks at thousands of objects and
// shows few.
func (f fields) properties(v any, constant map[string]any) func(name string) any {
	if m, ok := v.(map[string]any); ok {
		return func(name string) any { return m[name] }
	}
	object := reflect.Indirect(reflect.ValueOf(v))
	index := f.of(object.Type())
	return func(name string) any {
		if i, ok := index[name]; ok {
			return plain(object.Field(i))
		}
		return constant[name]
	}
}

// plain is a field as it would come back from JSON.
func plain(f reflect.Value) any {
	switch f.Kind() {
	case reflect.String:
		return f.String()
	case reflect.Bool:
		return f.Bool()
	case reflect.Pointer:
		if f.IsNil() {
			return nil
		}
		return plain(f.Elem())
	case reflect.Slice:
		if list, ok := f.Interface().([]string); ok {
			return list
		}
	}
	raw, err := json.Marshal(f.Interface())
	if err != nil {
		return nil
	}
	var out any
	if json.Unmarshal(raw, &out) != nil {
		return nil
	}
	return out
}
