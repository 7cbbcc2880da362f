package edit

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// splice replaces a pair of a mapping by another pair.
func (f *File) splice(m *yaml.Node, key, newKey string, v any) error {
	k, old := pair(m, key)
	start, end, err := f.reach(m, k, old)
	if err != nil {
		return err
	}
	text := ""
	if flow(m) {
		text = flowPair(newKey, v)
	} else {
		indent := k.Column - 1
		seq := indent
		if old.Kind == yaml.SequenceNode && !flow(old) && old.Line > k.Line {
			seq = old.Column - 1
		}
		text = blockPair(newKey, v, indent, seq, f.newline())
	}
	return f.replace(start, end, text)
}

// insert adds a pair behind the last one of a mapping.
func (f *File) insert(m *yaml.Node, p field) error {
	k, old := m.Content[len(m.Content)-2], m.Content[len(m.Content)-1]
	_, end, err := f.reach(m, k, old)
	if err != nil {
		return err
	}
	if flow(m) {
		return f.replace(end, end, ", "+flowPair(p.name, p.value))
	}
	if i := bytes.IndexByte(f.data[end:], '\n'); i >= 0 { // behind a comment on that line
		end += len(bytes.TrimSuffix(f.data[end:end+i], []byte("\r")))
	} else {
		end = len(f.data)
	}
	indent := k.Column - 1
	return f.replace(end, end, f.newline()+strings.Repeat(" ", indent)+blockPair(p.name, p.value, indent, indent, f.newline()))
}

func (f *File) replace(start, end int, text string) error {
	data := append(append(bytes.Clone(f.data[:start]), text...), f.data[end:]...)
	next, err := Parse(data)
	if err != nil {
		return errElsewhere
	}
	*f = *next
	return nil
}

func flow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// reach returns where a pair begins and ends.
func (f *File) reach(m, k, v *yaml.Node) (start, end int, err error) {
	start, ok := f.offset(k)
	at, ok2 := f.offset(v)
	if !ok || !ok2 || v.Kind == yaml.AliasNode || at < start {
		return 0, 0, errElsewhere
	}
	if flow(m) || flow(v) || v.Kind == yaml.ScalarNode && v.Style&(yaml.LiteralStyle|yaml.FoldedStyle) == 0 {
		if end := endOf(f.data, at, flow(m)); says(f.data[at:end], v) {
			return start, end, nil
		}
		if flow(m) {
			return 0, 0, errElsewhere
		}
	}
	return start, f.blockEnd(k, v), nil
}

// says reports whether a text is all of a value, so that none of it is left
// behind.
func says(text []byte, v *yaml.Node) bool {
	var got, want any
	return yaml.Unmarshal(text, &got) == nil && v.Decode(&want) == nil && same(got, want)
}

// blockEnd returns the end of the last line that belongs to a pair of a block:
// those further to the right, and a list's dashes below its key.
func (f *File) blockEnd(k, v *yaml.Node) int {
	lines := f.lines()
	last, done := k.Line-1, false
	for i := k.Line; i < len(lines) && !done; i++ {
		text := strings.TrimRight(lines[i].text, " \t")
		indent := len(text) - len(strings.TrimLeft(text, " "))
		switch {
		case text == "" || strings.HasPrefix(text[indent:], "#") && indent < k.Column:
			continue // belongs to what follows, if that belongs to us
		case indent >= k.Column, indent == k.Column-1 && v.Kind == yaml.SequenceNode && (text[indent:] == "-" || strings.HasPrefix(text[indent:], "- ")):
			last = i
		default:
			done = true
		}
	}
	return lines[last].start + len(lines[last].text)
}

type line struct {
	start int
	text  string
}

// lines splits where YAML's readers count lines.
func (f *File) lines() []line {
	var lines []line
	start := 0
	for i := 0; i < len(f.data); {
		r, n := utf8.DecodeRune(f.data[i:])
		if r == '\r' && i+1 < len(f.data) && f.data[i+1] == '\n' {
			n = 2
		}
		if strings.ContainsRune("\r\n\u0085\u2028\u2029", r) {
			lines = append(lines, line{start, string(f.data[start:i])})
			start = i + n
		}
		i += n
	}
	return append(lines, line{start, string(f.data[start:])})
}

// offset finds a node's first byte; the tree counts lines and characters.
func (f *File) offset(n *yaml.Node) (int, bool) {
	lines := f.lines()
	if n.Line < 1 || n.Line > len(lines) {
		return 0, false
	}
	l := lines[n.Line-1]
	at := 0
	if n.Line == 1 {
		at = len(l.text) - len(strings.TrimPrefix(l.text, "\ufeff"))
	}
	for range n.Column - 1 {
		if at >= len(l.text) {
			return 0, false
		}
		_, size := utf8.DecodeRuneInString(l.text[at:])
		at += size
	}
	return l.start + at, true
}

func (f *File) newline() string {
	if bytes.Contains(f.data, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}
