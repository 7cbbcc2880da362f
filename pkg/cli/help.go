package cli

import (
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// columns is how wide help is: the narrowest terminal that people use.
const columns = 80

// foldHelp makes every command's help fit, so that no description has to be
// broken by hand.
func foldHelp(cmd *cobra.Command) {
	cmd.Long = fold(cmd.Long)
	for _, c := range cmd.Commands() {
		foldHelp(c)
	}
}

// fold breaks lines that are too long between words, with the line's own
// indentation; shorter ones stay as they are written.
func fold(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if utf8.RuneCountInString(line) <= columns {
			continue
		}
		indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
		var folded []string
		current := indent
		for word := range strings.SplitSeq(strings.TrimLeft(line, " "), " ") {
			if current != indent && utf8.RuneCountInString(current)+1+utf8.RuneCountInString(word) > columns {
				folded = append(folded, current)
				current = indent + "  "
				indent = current
			}
			if current != indent {
				current += " "
			}
			current += word
		}
		lines[i] = strings.Join(append(folded, current), "\n")
	}
	return strings.Join(lines, "\n")
}
