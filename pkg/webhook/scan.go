package webhook

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// scanner passes over JSON text once and checks its form and its keys.
type scanner struct {
	text string
	pos  int
}

func (s *scanner) space() {
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return
		}
	}
}

// next skips space and consumes c if it comes now.
func (s *scanner) next(c byte) bool {
	s.space()
	if s.pos < len(s.text) && s.text[s.pos] == c {
		s.pos++
		return true
	}
	return false
}

// object reads on behind the opening brace.
func (s *scanner) object(depth int, field func(string, raw) error) error {
	var few [24]string
	seen := few[:0]
	for !s.next('}') {
		if len(seen) > 0 && !s.next(',') {
			return errJSON
		}
		s.space()
		key, err := s.str()
		switch {
		case err != nil:
			return err
		case slices.Contains(seen, key):
			return fmt.Errorf("duplicate key %.40q", key)
		case len(seen) == maxMembers:
			return fmt.Errorf("more than %d keys in one object", maxMembers)
		case !s.next(':'):
			return errJSON
		}
		seen = append(seen, key)
		v, err := s.value(depth + 1)
		if err != nil {
			return err
		}
		if field != nil {
			if err := field(key, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// array reads on behind the opening bracket.
func (s *scanner) array(depth int, item func(raw) error) error {
	for n := 0; !s.next(']'); n++ {
		if n > 0 && !s.next(',') {
			return errJSON
		}
		v, err := s.value(depth + 1)
		if err != nil {
			return err
		}
		if item != nil {
			if err := item(v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scanner) value(depth int) (raw, error) {
	if depth > maxDepth {
		return "", fmt.Errorf("nested deeper than %d", maxDepth)
	}
	s.space()
	if s.pos == len(s.text) {
		return "", errJSON
	}
	start, err := s.pos, error(nil)
	switch s.text[s.pos] {
	case '{':
		s.pos++
		err = s.object(depth, nil)
	case '[':
		s.pos++
		err = s.array(depth, nil)
	case '"':
		err = s.skipStr()
	default:
		err = s.scalar()
	}
	if err != nil {
		return "", err
	}
	return raw(s.text[start:s.pos]), nil
}

// scalar reads a number, true, false or null; the standard library knows which.
func (s *scanner) scalar() error {
	start := s.pos
	for s.pos < len(s.text) {
		switch s.text[s.pos] {
		case ',', '}', ']', ' ', '\t', '\n', '\r', '"', '{', '[', ':':
		default:
			s.pos++
			continue
		}
		break
	}
	if !json.Valid([]byte(s.text[start:s.pos])) {
		return errJSON
	}
	return nil
}

// skipStr passes a string and checks its form.
func (s *scanner) skipStr() error {
	if s.pos == len(s.text) || s.text[s.pos] != '"' {
		return errJSON
	}
	start, escaped := s.pos, false
	for s.pos++; s.pos < len(s.text); s.pos++ {
		switch c := s.text[s.pos]; {
		case c == '"':
			s.pos++
			if escaped && !json.Valid([]byte(s.text[start:s.pos])) {
				return errJSON
			}
			return nil
		case c == '\\':
			escaped = true
			s.pos++
		case c < ' ':
			return errJSON
		}
	}
	return errJSON
}

// str reads a string and returns what it means.
func (s *scanner) str() (string, error) {
	start := s.pos
	if err := s.skipStr(); err != nil {
		return "", err
	}
	inner := s.text[start+1 : s.pos-1]
	if strings.IndexByte(inner, '\\') < 0 {
		return inner, nil
	}
	var out string
	err := json.Unmarshal([]byte(s.text[start:s.pos]), &out)
	return out, err
}
