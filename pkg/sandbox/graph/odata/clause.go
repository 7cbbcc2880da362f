package odata

import "strings"

// clause reads one comparison: f(path,'x'), path/any(…), path eq x, path in (…).
func (p *parser) clause(depth int) (node, error) {
	first := p.take()
	if first.kind != tokenWord {
		return nil, p.syntax(first)
	}
	if p.accept("(") {
		return p.function(first)
	}
	path := []string{first.text}
	for p.accept("/") {
		t := p.take()
		if t.kind != tokenWord {
			return nil, p.syntax(t)
		}
		if strings.EqualFold(t.text, "any") && p.accept("(") {
			return p.any(path, depth)
		}
		path = append(path, t.text)
	}
	return p.comparison(path)
}

func (p *parser) function(name lexeme) (node, error) {
	var op Op
	switch {
	case strings.EqualFold(name.text, string(StartsWith)):
		op = StartsWith
	case strings.EqualFold(name.text, string(EndsWith)):
		op = EndsWith
	default:
		return nil, bad("Invalid filter clause: An unknown function with name '%s' was found.", name.text)
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, err
	}
	t := p.take()
	if t.kind != tokenString {
		return nil, p.syntax(t)
	}
	return p.leaf(path, op, []any{t.text}), p.expect(")")
}

func (p *parser) path() ([]string, error) {
	var path []string
	for {
		t := p.take()
		if t.kind != tokenWord {
			return nil, p.syntax(t)
		}
		path = append(path, t.text)
		if !p.accept("/") {
			return path, nil
		}
	}
}

// any reads the rest of "path/any(": nothing, or a variable and a condition.
func (p *parser) any(path []string, depth int) (node, error) {
	n := anyNode{leaf: leafNode{path: path}}
	if p.accept(")") {
		n.leaf = p.leaf(path, Any, nil).(leafNode)
		return n, nil
	}
	v := p.take()
	if v.kind != tokenWord {
		return nil, p.syntax(v)
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	n.variable = v.text
	p.lambdas = append(p.lambdas, lambda{v.text, p.full(path)})
	body, err := p.or(depth)
	p.lambdas = p.lambdas[:len(p.lambdas)-1]
	if err != nil {
		return nil, err
	}
	n.body = body
	return n, p.expect(")")
}

func (p *parser) comparison(path []string) (node, error) {
	switch t := p.take(); {
	case t.kind == tokenWord && strings.EqualFold(t.text, string(Eq)):
		return p.compare(path, Eq)
	case t.kind == tokenWord && strings.EqualFold(t.text, string(Ne)):
		return p.compare(path, Ne)
	case t.kind == tokenWord && strings.EqualFold(t.text, string(In)):
		return p.in(path)
	case t.kind == tokenWord:
		return nil, unsupported("Unsupported or invalid query filter clause: operator '%s' is not supported for property '%s'.", t.text, p.full(path))
	default:
		return nil, p.syntax(t)
	}
}

func (p *parser) compare(path []string, op Op) (node, error) {
	v, err := p.literal()
	if err != nil {
		return nil, err
	}
	return p.leaf(path, op, []any{v}), nil
}

func (p *parser) in(path []string) (node, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var values []any
	for {
		v, err := p.literal()
		if err != nil {
			return nil, err
		}
		if values = append(values, v); !p.accept(",") {
			break
		}
	}
	if len(values) > maxChildren {
		return nil, tooMany(len(values))
	}
	return p.leaf(path, In, values), p.expect(")")
}

// literal reads 'text', true, false, null, or a bare GUID, which Graph takes for
// the ids of some entities.
func (p *parser) literal() (any, error) {
	t := p.take()
	switch {
	case t.kind == tokenString:
		return t.text, nil
	case t.kind != tokenWord:
		return nil, p.syntax(t)
	}
	switch strings.ToLower(t.text) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	case "null":
		return nil, nil
	}
	if c := t.text[0]; (c < '0' || c > '9') && len(t.text) != 36 {
		return nil, bad("Invalid filter clause: Could not find a property named '%s'.", t.text)
	}
	return t.text, nil
}

// leaf makes the comparison and notes it among the filter's clauses.
func (p *parser) leaf(path []string, op Op, values []any) node {
	p.filter.Clauses = append(p.filter.Clauses, Clause{Path: p.full(path), Op: op, Values: values, Negated: p.negated})
	return leafNode{path: path, op: op, values: values}
}

// full returns a path with the variable of an any() replaced by its collection.
func (p *parser) full(path []string) string {
	for i := len(p.lambdas) - 1; i >= 0; i-- {
		if p.lambdas[i].variable == path[0] {
			return strings.Join(append([]string{p.lambdas[i].path}, path[1:]...), "/")
		}
	}
	return strings.Join(path, "/")
}
