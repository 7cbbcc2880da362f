package naming

import (
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// longest is the longest expression that is read, in bytes.
const longest = 4 << 10

// scanner splits an expression into names, strings, and signs of one letter.
type scanner struct {
	text  string
	token token // the one that is next
	depth int
}

// token is one word of an expression.
type token struct {
	kind byte // 'n' a name, 's' a string, 0 the end, else the sign itself
	text string
}

// deepest is how deep brackets and choices may be nested.
const deepest = 20

func scan(text string) (*scanner, error) {
	if len(text) > longest {
		return nil, fault.Newf(fault.Usage, "the expression is longer than %d bytes", longest)
	}
	s := &scanner{text: text}
	return s, s.next()
}

// next reads the next token.
func (s *scanner) next() error {
	s.text = strings.TrimLeft(s.text, " \t\r\n")
	if s.text == "" {
		s.token = token{}
		return nil
	}
	switch c := s.text[0]; {
	case letter(c):
		n := 1
		for n < len(s.text) && (letter(s.text[n]) || '0' <= s.text[n] && s.text[n] <= '9') {
			n++
		}
		s.token, s.text = token{'n', s.text[:n]}, s.text[n:]
		return nil
	case c == '"' || c == '\'':
		return s.quoted(c)
	default:
		s.token, s.text = token{c, s.text[:1]}, s.text[1:]
		return nil
	}
}

func letter(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// quoted reads a string. Of CEL's escapes those of quotes and backslashes are
// known.
func (s *scanner) quoted(quote byte) error {
	var b strings.Builder
	for i := 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == quote:
			if i == 1 && strings.HasPrefix(s.text[2:], string(quote)) {
				return s.refuse("a string in three quotes")
			}
			s.token, s.text = token{'s', b.String()}, s.text[i+1:]
			return nil
		case c == '\\' && i+1 < len(s.text) && strings.IndexByte(`\"'`, s.text[i+1]) >= 0:
			i++
			b.WriteByte(s.text[i])
		case c == '\\':
			return s.refuse("an escape in a string")
		default:
			b.WriteByte(c)
		}
	}
	return s.refuse("a string without its end")
}

// take reads past a sign or a name if it is next.
func (s *scanner) take(text string) (bool, error) {
	if s.token.kind == 0 || s.token.kind == 's' || s.token.text != text {
		return false, nil
	}
	return true, s.next()
}

// want reads past signs and names that must be next.
func (s *scanner) want(texts ...string) error {
	for _, text := range texts {
		ok, err := s.take(text)
		if err != nil {
			return err
		}
		if !ok {
			return s.refuse("%q where %q was expected", s.token.text, text)
		}
	}
	return nil
}

// word reads a token of a kind that must be next.
func (s *scanner) word(kind byte) (string, error) {
	t := s.token
	if t.kind != kind || t.text == "" {
		return "", s.refuse("%q where a name was expected", t.text)
	}
	return t.text, s.next()
}

// down counts one level of nesting.
func (s *scanner) down() error {
	if s.depth++; s.depth > deepest {
		return s.refuse("more than %d levels", deepest)
	}
	return nil
}

func (s *scanner) refuse(format string, args ...any) error {
	return fault.Newf(fault.Usage, format, args...)
}
