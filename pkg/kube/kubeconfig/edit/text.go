package edit

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"

	kubeyaml "sigs.k8s.io/yaml"
)

func same(a, b any) bool { return reflect.DeepEqual(a, b) }

// endOf returns the end of a quoted or plain scalar, or of a flow collection,
// that begins at a byte.
func endOf(data []byte, at int, inFlow bool) int {
	if at >= len(data) {
		return at
	}
	switch data[at] {
	case '\'', '"':
		return quoteEnd(data, at)
	case '[', '{':
		return collectionEnd(data, at)
	}
	i := at
	for ; i < len(data); i++ {
		c := data[i]
		space := i+1 == len(data) || strings.IndexByte(" \t\r\n", data[i+1]) >= 0
		if c == '\n' || c == '\r' || c == '#' && i > at && (data[i-1] == ' ' || data[i-1] == '\t') || c == ':' && space ||
			inFlow && strings.IndexByte(",]}", c) >= 0 {
			break
		}
	}
	return at + len(bytes.TrimRight(data[at:i], " \t"))
}

func quoteEnd(data []byte, at int) int {
	quote := data[at]
	for i := at + 1; i < len(data); i++ {
		switch {
		case data[i] == '\\' && quote == '"':
			i++
		case data[i] == quote && quote == '\'' && i+1 < len(data) && data[i+1] == quote:
			i++
		case data[i] == quote:
			return i + 1
		}
	}
	return len(data)
}

func collectionEnd(data []byte, at int) int {
	depth, fresh := 0, true // fresh: a quote here opens a string
	for i := at; i < len(data); i++ {
		c := data[i]
		switch {
		case (c == '"' || c == '\'') && fresh:
			i = quoteEnd(data, i) - 1
			fresh = false
		case c == '#' && i > 0 && strings.IndexByte(" \t\r\n", data[i-1]) >= 0:
			for i < len(data) && data[i] != '\n' {
				i++
			}
		case c == '[' || c == '{':
			depth++
			fresh = true
		case c == ']' || c == '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case c == ',' || c == ':':
			fresh = true
		case strings.IndexByte(" \t\r\n", c) < 0:
			fresh = false
		}
	}
	return len(data)
}

// flowPair writes a pair as JSON, which is YAML too.
func flowPair(key string, v any) string {
	if list, ok := v.(fieldList); ok {
		parts := make([]string, len(list))
		for i, f := range list {
			parts[i] = flowPair(f.name, f.value)
		}
		return quoted(key) + ": {" + strings.Join(parts, ", ") + "}"
	}
	if list, ok := v.([]any); ok {
		parts := make([]string, len(list))
		for i, s := range list {
			parts[i] = flowItem(s)
		}
		return quoted(key) + ": [" + strings.Join(parts, ", ") + "]"
	}
	return quoted(key) + ": " + quoted(v.(string))
}

func flowItem(v any) string {
	if object, ok := v.(fieldList); ok {
		return "{" + flowPair(object[0].name, object[0].value) + "}"
	}
	return quoted(v.(string))
}

func blockItem(v any) string {
	if object, ok := v.(fieldList); ok {
		return blockPair(object[0].name, object[0].value, 0, 0, "")
	}
	return scalar(v.(string))
}

// blockPair writes a pair as kubectl does. The first line is not indented.
func blockPair(key string, v any, indent, seq int, newline string) string {
	switch v := v.(type) {
	case fieldList:
		var b strings.Builder
		b.WriteString(key + ":")
		for _, f := range v {
			b.WriteString(newline + strings.Repeat(" ", indent+2) + blockPair(f.name, f.value, indent+2, indent+2, newline))
		}
		return b.String()
	case []any:
		if len(v) == 0 {
			return key + ": []"
		}
		var b strings.Builder
		b.WriteString(key + ":")
		for _, s := range v {
			b.WriteString(newline + strings.Repeat(" ", seq) + "- " + blockItem(s))
		}
		return b.String()
	default:
		return key + ": " + scalar(v.(string))
	}
}

// numeric are texts that one of YAML's versions takes for numbers or times.
var numeric = regexp.MustCompile(`^[0-9.+-][0-9_:.,eExXoO+TZ-]*$`)

// scalar writes a text as a word where every reader of YAML takes it for that
// text, and quotes it otherwise.
func scalar(s string) string {
	var got any
	if s != "" && !numeric.MatchString(s) && !strings.ContainsAny(s, "\n\r\t\u0085\u2028\u2029") &&
		kubeyaml.Unmarshal([]byte("k:\n- "+s+"\n"), &got) == nil && same(got, map[string]any{"k": []any{s}}) {
		return s
	}
	return quoted(s)
}

func quoted(s string) string {
	data, _ := json.Marshal(s) // a string always can
	return string(data)
}
