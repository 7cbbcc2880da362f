package odata

import (
	"slices"
	"strings"
	"unicode"
)

// Search is a parsed $search: clauses "property:text" joined by AND and OR.
type Search struct {
	root       node
	Properties []string // that it looks at
}

// Match reports whether an object is found; object is as for Filter.Match.
func (s *Search) Match(object func(name string) any) bool { return s.root.match(scope{object: object}) }

// tokenized are the properties of which every word is found by its beginning;
// of the others only the beginning of the whole.
var tokenized = []string{"displayName", "description"}

type wordsNode struct {
	property string
	text     string
}

func (n wordsNode) width() int { return 1 }

func (n wordsNode) match(s scope) bool {
	value, ok := s.object(n.property).(string)
	if !ok {
		return false
	}
	if !slices.Contains(tokenized, n.property) {
		return fits(value, n.text, StartsWith)
	}
	have := words(value)
	for _, want := range words(n.text) {
		if !slices.ContainsFunc(have, func(w string) bool { return strings.HasPrefix(w, want) }) {
			return false
		}
	}
	return true
}

// words cuts text at everything that is neither letter nor digit.
func words(text string) []string {
	return strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// ParseSearch reads a $search expression. Errors are *Error.
func ParseSearch(text string) (*Search, error) {
	p := &searchParser{rest: text, found: &Search{}}
	root, err := p.or(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, p.syntax()
	}
	p.found.root = root
	return p.found, nil
}

type searchParser struct {
	rest  string
	found *Search
}

func (p *searchParser) syntax() error {
	return bad("Syntax error: the $search clause must have the form \"property:text\", at '%s'.", p.rest)
}

func (p *searchParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

func (p *searchParser) accept(word string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, word)
	if ok {
		p.rest = rest
	}
	return ok
}

func (p *searchParser) or(depth int) (node, error) {
	left, err := p.and(depth)
	for err == nil && p.accept("OR ") {
		var right node
		right, err = p.and(depth)
		left = orNode{left, right}
	}
	return left, err
}

func (p *searchParser) and(depth int) (node, error) {
	left, err := p.clause(depth)
	for err == nil && p.accept("AND ") {
		var right node
		right, err = p.clause(depth)
		left = andNode{left, right}
	}
	return left, err
}

func (p *searchParser) clause(depth int) (node, error) {
	if depth++; depth > maxDepth {
		return nil, p.syntax()
	}
	if p.accept("(") {
		inner, err := p.or(depth)
		if err == nil && !p.accept(")") {
			err = p.syntax()
		}
		return inner, err
	}
	if !p.accept(`"`) {
		return nil, p.syntax()
	}
	inside, rest, ok := strings.Cut(p.rest, `"`)
	property, text, colon := strings.Cut(inside, ":")
	if !ok || !colon || property == "" || text == "" {
		return nil, p.syntax()
	}
	p.rest = rest
	p.found.Properties = append(p.found.Properties, property)
	return wordsNode{property, text}, nil
}
