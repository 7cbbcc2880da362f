package edit

import (
	"errors"
	"reflect"

	"go.yaml.in/yaml/v3"
)

// Top returns what a key at the top of the file says; nil without it.
func (f *File) Top(key string) any {
	var v any
	if n := value(f.document(), key); n != nil {
		_ = n.Decode(&v)
	}
	return v
}

// SetTop sets a key at the top of the file to a text, or to a list of objects
// with one key each. Nothing else changes, and nothing at all with an error.
func (f *File) SetTop(key, text string) error { return f.setTop(key, text, text) }

// SetTopList is SetTop for a list of {itemKey: text}.
func (f *File) SetTopList(key, itemKey string, texts []string) error {
	items, want := make([]any, len(texts)), make([]any, len(texts))
	for i, t := range texts {
		items[i], want[i] = fieldList{{itemKey, t}}, map[string]any{itemKey: t}
	}
	return f.setTop(key, items, want)
}

func (f *File) setTop(key string, v, want any) error {
	m := f.document()
	if m == nil || m.Kind != yaml.MappingNode || len(m.Content) == 0 {
		return errors.New("the file has no keys")
	}
	next := &File{data: f.data, root: f.root}
	var err error
	if value(m, key) == nil {
		err = next.insert(m, field{key, v})
	} else {
		err = next.splice(m, key, key, v)
	}
	if err != nil {
		return err
	}
	var before, after map[string]any
	if yaml.Unmarshal(f.data, &before) != nil || yaml.Unmarshal(next.data, &after) != nil {
		return errElsewhere
	}
	before[key] = want
	if !reflect.DeepEqual(before, after) {
		return errElsewhere
	}
	*f = *next
	return nil
}
