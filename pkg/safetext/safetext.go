// Package safetext makes text from the network and the directory harmless on a
// terminal, and keeps secrets from being printed at all. It formats no tables.
package safetext

import (
	"strings"
	"unicode"
)

// Clean returns s on one line without what could steer a terminal or reorder
// what a reader sees: control, format and bidirectional characters, and bytes
// that are not UTF-8. Newlines and tabs become single spaces.
func Clean(s string) string {
	clean := strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r':
			return ' '
		case r == unicode.ReplacementChar, unicode.IsControl(r), unicode.Is(unicode.Cf, r),
			unicode.Is(unicode.Zl, r), unicode.Is(unicode.Zp, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(clean), " ")
}

// Lines cleans each line of s and keeps the line breaks.
func Lines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = Clean(l)
	}
	return strings.Join(lines, "\n")
}

// Secret is a token, password or code. Every way of printing it prints
// "[redacted]"; Reveal is the only way to the value.
type Secret string

const redacted = "[redacted]"

// Reveal returns the value, for the one place that sends or stores it.
func (s Secret) Reveal() string { return string(s) }

func (Secret) String() string               { return redacted }
func (Secret) GoString() string             { return redacted }
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }
