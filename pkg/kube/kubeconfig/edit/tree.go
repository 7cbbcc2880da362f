package edit

import "go.yaml.in/yaml/v3"

// field is one key of a plugin: a string or a list of strings.
type field struct {
	name  string
	value any
}

// fields are what a change sets, in the order in which kubectl writes them.
func (c Change) fields() fieldList {
	var list fieldList
	add := func(name, value string) {
		if value != "" {
			list = append(list, field{name, value})
		}
	}
	add("apiVersion", c.APIVersion)
	if c.Args != nil {
		args := make([]any, len(c.Args))
		for i, a := range c.Args {
			args[i] = a
		}
		list = append(list, field{"args", args})
	}
	add("command", c.Command)
	add("installHint", c.InstallHint)
	add("interactiveMode", c.InteractiveMode)
	return list
}

type fieldList []field

func (f *File) document() *yaml.Node {
	if len(f.root.Content) == 0 {
		return nil
	}
	return f.root.Content[0]
}

func (f *File) list(key string) []*yaml.Node {
	n := value(f.document(), key)
	if n == nil || n.Kind != yaml.SequenceNode {
		return nil
	}
	return n.Content
}

// user returns the mapping of the first user of a name: the first one counts.
func (f *File) user(name string) *yaml.Node {
	for _, item := range f.list("users") {
		if n := value(item, "name"); n != nil && n.Value == name {
			return value(item, "user")
		}
	}
	return nil
}

// value returns the value of a key of a mapping, or nil.
func value(m *yaml.Node, key string) *yaml.Node {
	_, v := pair(m, key)
	return v
}

func pair(m *yaml.Node, key string) (k, v *yaml.Node) {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil, nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i], m.Content[i+1]
		}
	}
	return nil, nil
}
