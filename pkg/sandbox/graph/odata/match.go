package odata

import "strings"

type node interface {
	match(s scope) bool
	width() int // alternatives that an "or" above has to count
}

// scope resolves paths: the object, or the variables of the any() around.
type scope struct {
	object   func(name string) any
	variable string
	value    any
	outer    *scope
}

func (s scope) lookup(path []string) any {
	for at := &s; at != nil; at = at.outer {
		if at.variable != "" && at.variable == path[0] {
			return descend(at.value, path[1:])
		}
	}
	return descend(s.object(path[0]), path[1:])
}

func descend(value any, path []string) any {
	for _, name := range path {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

type orNode []node

func (n orNode) match(s scope) bool {
	for _, child := range n {
		if child.match(s) {
			return true
		}
	}
	return false
}

func (n orNode) width() int {
	count := 0
	for _, child := range n {
		count += child.width()
	}
	return count
}

type andNode []node

func (n andNode) match(s scope) bool {
	for _, child := range n {
		if !child.match(s) {
			return false
		}
	}
	return true
}

func (n andNode) width() int { return 1 }

type notNode struct{ inner node }

func (n notNode) match(s scope) bool { return !n.inner.match(s) }
func (n notNode) width() int         { return n.inner.width() }

type anyNode struct {
	leaf     leafNode // path of the collection
	variable string
	body     node // nil: any member at all
}

func (n anyNode) match(s scope) bool {
	for _, item := range members(s.lookup(n.leaf.path)) {
		inner := scope{object: s.object, variable: n.variable, value: item, outer: &s}
		if n.body == nil || n.body.match(inner) {
			return true
		}
	}
	return false
}

func (n anyNode) width() int {
	if n.body == nil {
		return 1
	}
	return n.body.width()
}

func members(value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case []string:
		out := make([]any, len(v))
		for i, s := range v {
			out[i] = s
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, m := range v {
			out[i] = m
		}
		return out
	}
	return nil
}

type leafNode struct {
	path   []string
	op     Op
	values []any
}

func (n leafNode) width() int { return max(1, len(n.values)) }

func (n leafNode) match(s scope) bool {
	value := s.lookup(n.path)
	switch n.op {
	case Ne:
		return !same(value, n.values[0])
	case StartsWith, EndsWith:
		text, ok := value.(string)
		affix := n.values[0].(string)
		return ok && fits(text, affix, n.op)
	default:
		for _, want := range n.values {
			if same(value, want) {
				return true
			}
		}
		return false
	}
}

func fits(text, affix string, op Op) bool {
	text, affix = strings.ToLower(text), strings.ToLower(affix)
	if op == StartsWith {
		return strings.HasPrefix(text, affix)
	}
	return strings.HasSuffix(text, affix)
}

func same(a, b any) bool {
	x, ok1 := a.(string)
	y, ok2 := b.(string)
	if ok1 && ok2 {
		return strings.EqualFold(x, y)
	}
	if z, ok := a.(bool); ok {
		w, ok := b.(bool)
		return ok && z == w
	}
	return a == nil && b == nil
}
