package odata

import "strings"

// Expand is one relation of $expand.
type Expand struct {
	Name   string
	Select []string // nil: the default properties
}

func parseExpand(value string) ([]Expand, error) {
	var out []Expand
	for _, part := range outside(value, ',') {
		name, options, has := strings.Cut(strings.TrimSpace(part), "(")
		e := Expand{Name: name}
		if options, ok := strings.CutSuffix(options, ")"); name == "" || has && !ok {
			return nil, bad("Parsing OData Select and Expand failed: Syntax error in '%s'.", value)
		} else if has {
			if err := e.options(options); err != nil {
				return nil, err
			}
		}
		out = append(out, e)
	}
	return out, nil
}

func (e *Expand) options(text string) error {
	for option := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(option), "=")
		switch name {
		case "$select":
			e.Select = list(value)
		case "$levels":
		default:
			return unsupported("The query option '%s' is not supported inside $expand.", name)
		}
	}
	return nil
}

// outside cuts text at a mark, but for those in parentheses.
func outside(text string, mark byte) []string {
	var out []string
	depth, from := 0, 0
	for i := range len(text) {
		switch {
		case text[i] == '(':
			depth++
		case text[i] == ')':
			depth--
		case text[i] == mark && depth == 0:
			out = append(out, text[from:i])
			from = i + 1
		}
	}
	return append(out, text[from:])
}

// list reads names with commas between them.
func list(value string) []string {
	var out []string
	for name := range strings.SplitSeq(value, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}
