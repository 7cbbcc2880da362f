package webhook

import (
	"errors"
	"strconv"
	"unicode/utf8"
)

// encoding/json takes the last of two equal keys and matches "UPN" to upn. Both
// let two readers of one token see two identities, so what decides here is read
// by this stricter and smaller reader: names match exactly, no key comes twice
// in any object, and the text is UTF-8.

const (
	maxMembers = 256 // keys of one object
	maxDepth   = 32
)

var errJSON = errors.New("not valid JSON")

// raw is the text of one valid JSON value.
type raw string

// parseObject reads text, which must be one JSON object and nothing else, and
// calls field for each member.
func parseObject(text string, field func(key string, v raw) error) error {
	if !utf8.ValidString(text) {
		return errJSON
	}
	s := scanner{text: text}
	if !s.next('{') {
		return errJSON
	}
	if err := s.object(0, field); err != nil {
		return err
	}
	s.space()
	if s.pos != len(s.text) {
		return errJSON
	}
	return nil
}

// object calls field for each member of the object v.
func (v raw) object(field func(key string, v raw) error) error {
	s := scanner{text: string(v)}
	if !s.next('{') {
		return errors.New("not an object")
	}
	return s.object(0, field)
}

func (v raw) str() (string, error) {
	if v[0] != '"' {
		return "", errors.New("not a string")
	}
	s := scanner{text: string(v)}
	return s.str()
}

func (v raw) strs() ([]string, error) {
	s := scanner{text: string(v)}
	if !s.next('[') {
		return nil, errors.New("not a list")
	}
	list := make([]string, 0, len(v)/39) // a GUID with quotes and comma
	err := s.array(0, func(v raw) error {
		item, err := v.str()
		list = append(list, item)
		return err
	})
	return list, err
}

// integer reads whole numbers of at most 15 digits, which any clock fits in.
func (v raw) integer() (int64, error) {
	n, err := strconv.ParseInt(string(v), 10, 64)
	if err != nil || len(v) > 15 {
		return 0, errors.New("not a whole number")
	}
	return n, nil
}

func (v raw) boolean() (bool, error) {
	if v != "true" && v != "false" {
		return false, errors.New("not true or false")
	}
	return v == "true", nil
}
