package printer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"go.yaml.in/yaml/v3"
)

// Document writes one value as JSON or YAML, both by its json tags and in their
// order; keys of maps are sorted.
func Document(w io.Writer, format Format, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return fmt.Errorf("write %s: %w", format, err)
	}
	text := b.String()
	if format == YAML {
		var err error
		if text, err = asYAML(&b); err != nil {
			return fmt.Errorf("write yaml: %w", err)
		}
	}
	_, err := io.WriteString(w, escape(text, format))
	return err
}

// asYAML turns JSON into block-style YAML and keeps the order of its fields.
func asYAML(r io.Reader) (string, error) {
	d := json.NewDecoder(r)
	d.UseNumber()
	doc, err := node(d)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return "", err
	}
	return b.String(), e.Close()
}

// node reads the next value, or the next key, from d.
func node(d *json.Decoder) (*yaml.Node, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := token.(type) {
	case json.Delim:
		n := &yaml.Node{Kind: yaml.SequenceNode}
		if v == '{' {
			n.Kind = yaml.MappingNode
		}
		for d.More() {
			c, err := node(d)
			if err != nil {
				return nil, err
			}
			n.Content = append(n.Content, c)
		}
		if len(n.Content) == 0 {
			n.Style = yaml.FlowStyle // [] and {}
		}
		_, err := d.Token() // the closing bracket
		return n, err
	case string:
		return text(v), nil
	case nil:
		return &yaml.Node{Kind: yaml.ScalarNode, Value: "null"}, nil
	default: // a number or a truth value
		return &yaml.Node{Kind: yaml.ScalarNode, Value: fmt.Sprint(v)}, nil
	}
}

// plain are strings that need no quotes in YAML 1.1 either, which kubectl
// reads; reserved are the words that 1.1 takes for something else.
var (
	plain    = regexp.MustCompile(`^[A-Za-z]([A-Za-z0-9 _./@-]*[A-Za-z0-9])?$`)
	reserved = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}
)

func text(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if !plain.MatchString(s) || slices.Contains(reserved, strings.ToLower(s)) {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// escape writes as \u what JSON and YAML may leave as it is but a terminal or a
// reader's eye should not meet: C1 controls, bidirectional marks. These occur
// within quotes only.
func escape(text string, format Format) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case (r < 0x7f || r > 0x9f) && !unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		case format == YAML:
			fmt.Fprintf(&b, `\U%08x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return b.String()
}
