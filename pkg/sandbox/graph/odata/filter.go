package odata

import "strings"

// Op is what a clause does with a property.
type Op string

// The operators that a clause can have. Any tells that a collection has members
// at all: "otherMails/any()".
const (
	Eq         Op = "eq"
	Ne         Op = "ne"
	In         Op = "in"
	StartsWith Op = "startsWith"
	EndsWith   Op = "endsWith"
	Any        Op = "any"
)

// Clause is one comparison. Path is the property's whole path, that of the
// collection in front inside any(): "identities/issuer".
type Clause struct {
	Path    string
	Op      Op
	Values  []any // string, bool or nil
	Negated bool  // below a "not"
}

// Filter is a parsed $filter.
type Filter struct {
	root    node
	Clauses []Clause
}

// Match reports whether an object passes the filter. It is given as a function
// that tells a property by name, as decoded JSON (or []string); nil is null.
// Strings compare without regard to case, as the directory does.
func (f *Filter) Match(object func(name string) any) bool {
	return f.root.match(scope{object: object})
}

// Strings returns the strings one of which a property must have, where the filter
// says nothing but that of it: by eq or in.
func (f *Filter) Strings(property string) ([]string, bool) {
	leaf, ok := f.root.(leafNode)
	if !ok || (leaf.op != Eq && leaf.op != In) || len(leaf.path) != 1 || leaf.path[0] != property {
		return nil, false
	}
	list := make([]string, len(leaf.values))
	for i, v := range leaf.values {
		if list[i], ok = v.(string); !ok {
			return nil, false
		}
	}
	return list, true
}

// maxChildren is how many alternatives one "or" (or one "in") may have.
const maxChildren = 15

// maxDepth keeps hostile nesting from exhausting the stack.
const maxDepth = 50

// ParseFilter reads a $filter expression. Errors are *Error.
func ParseFilter(s string) (*Filter, error) {
	lexemes, err := lex(s)
	if err != nil {
		return nil, err
	}
	p := &parser{source: s, lexemes: lexemes, filter: &Filter{}}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return nil, p.syntax(t)
	}
	p.filter.root = root
	return p.filter, nil
}

type parser struct {
	source  string
	lexemes []lexeme
	next    int
	filter  *Filter
	lambdas []lambda // any() around this point, innermost last
	negated bool
}

// lambda is the variable of an any() and the collection it runs over.
type lambda struct{ variable, path string }

func (p *parser) peek() lexeme { return p.lexemes[p.next] }

func (p *parser) take() lexeme {
	t := p.lexemes[p.next]
	if t.kind != tokenEnd {
		p.next++
	}
	return t
}

// accept takes the next lexeme if it is the given word (any case) or mark.
func (p *parser) accept(text string) bool {
	t := p.peek()
	if t.kind != tokenString && t.kind != tokenEnd && strings.EqualFold(t.text, text) {
		p.next++
		return true
	}
	return false
}

func (p *parser) expect(text string) error {
	if !p.accept(text) {
		return p.syntax(p.peek())
	}
	return nil
}

func (p *parser) syntax(t lexeme) error {
	return bad("Invalid filter clause: Syntax error at position %d in '%s'.", t.at, p.source)
}

func (p *parser) or(depth int) (node, error) {
	left, err := p.and(depth)
	if err != nil {
		return nil, err
	}
	children := []node{left}
	for p.accept("or") {
		right, err := p.and(depth)
		if err != nil {
			return nil, err
		}
		children = append(children, right)
	}
	if len(children) == 1 {
		return left, nil
	}
	n := orNode(children)
	if count := n.width(); count > maxChildren {
		return nil, tooMany(count)
	}
	return n, nil
}

func tooMany(count int) error {
	return unsupported("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d.", count, maxChildren)
}

func (p *parser) and(depth int) (node, error) {
	left, err := p.unary(depth)
	if err != nil {
		return nil, err
	}
	children := andNode{left}
	for p.accept("and") {
		right, err := p.unary(depth)
		if err != nil {
			return nil, err
		}
		children = append(children, right)
	}
	if len(children) == 1 {
		return left, nil
	}
	return children, nil
}

func (p *parser) unary(depth int) (node, error) {
	if depth++; depth > maxDepth {
		return nil, bad("Invalid filter clause: The node count limit is exceeded.")
	}
	if p.accept("not") {
		outer := p.negated
		p.negated = !outer
		inner, err := p.unary(depth)
		p.negated = outer
		return notNode{inner}, err
	}
	if !p.accept("(") {
		return p.clause(depth)
	}
	inner, err := p.or(depth)
	if err != nil {
		return nil, err
	}
	return inner, p.expect(")")
}
