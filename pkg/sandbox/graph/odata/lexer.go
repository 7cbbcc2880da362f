package odata

import "strings"

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenString
	tokenPunct // ( ) , : /
)

type lexeme struct {
	kind tokenKind
	text string // of a string: its value, quotes resolved
	at   int
}

// lex cuts a filter into lexemes; the last is always tokenEnd.
func lex(s string) ([]lexeme, error) {
	var out []lexeme
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '\'':
			value, next, ok := quoted(s, i)
			if !ok {
				return nil, bad("Invalid filter clause: There is an unterminated string literal at position %d in '%s'.", len(s), s)
			}
			out = append(out, lexeme{tokenString, value, i})
			i = next
		case strings.IndexByte("(),:/", c) >= 0:
			out = append(out, lexeme{tokenPunct, s[i : i+1], i})
			i++
		case isWord(c):
			start := i
			for i < len(s) && isWord(s[i]) {
				i++
			}
			out = append(out, lexeme{tokenWord, s[start:i], start})
		default:
			return nil, bad("Invalid filter clause: Syntax error: character '%c' is not valid at position %d in '%s'.", c, i, s)
		}
	}
	return append(out, lexeme{tokenEnd, "", len(s)}), nil
}

// quoted reads the literal that begins at s[i]; a doubled quote stands for one.
func quoted(s string, i int) (value string, next int, ok bool) {
	var b strings.Builder
	for i++; i < len(s); i++ {
		if s[i] != '\'' {
			b.WriteByte(s[i])
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1, true
	}
	return "", 0, false
}

func isWord(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' ||
		c == '_' || c == '-' || c == '.' || c == '@' || c == '$'
}
