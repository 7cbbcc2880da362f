package convert

import (
	"fmt"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// around is how many lines a diff shows before and behind a change.
const around = 3

// diff compares two texts line by line, as "diff -u" prints it.
func diff(name, before, after string) string {
	a, b := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	steps := compare(a, b)
	var out strings.Builder
	fmt.Fprintf(&out, "--- %s\n+++ %s\n", name, name)
	for i := 0; i < len(steps); {
		if steps[i].op == ' ' {
			i++
			continue
		}
		start, end, quiet := max(0, i-around), i, 0
		for end < len(steps) && quiet <= 2*around {
			if quiet++; steps[end].op != ' ' {
				quiet = 0
			}
			end++
		}
		end -= max(0, quiet-around)
		fmt.Fprintf(&out, "@@ line %d @@\n", steps[start].line)
		for _, s := range steps[start:end] {
			out.WriteString(string(s.op) + strings.TrimRight(s.text, "\r\n") + "\n")
		}
		i = end
	}
	return out.String()
}

type step struct {
	op   byte // ' ', '-' or '+'
	line int  // in the text before
	text string
}

// compare finds a shortest list of steps from a to b, between what they begin
// and end with alike.
func compare(a, b []string) []step {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var steps []step
	keep := func(from, to int) {
		for i := from; i < to; i++ {
			steps = append(steps, step{' ', i + 1, a[i]})
		}
	}
	keep(0, head)
	steps = append(steps, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	keep(len(a)-tail, len(a))
	return steps
}

// middle compares by the longest common subsequence; long texts are replaced
// as a whole.
func middle(a, b []string, offset int) []step {
	const most = 4 << 20
	n, m := len(a), len(b)
	width := m + 1
	if n*m > most {
		width = 0
	}
	length := make([]int, (n+1)*width)
	for i := n - 1; i >= 0 && width > 0; i-- {
		for j := m - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			} else {
				length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			}
		}
	}
	var steps []step
	i, j := 0, 0
	for i < n || j < m {
		line := offset + i + 1
		switch {
		case width > 0 && i < n && j < m && a[i] == b[j]:
			steps = append(steps, step{' ', line, a[i]})
			i, j = i+1, j+1
		case i < n && (j == m || width == 0 || length[(i+1)*width+j] >= length[i*width+j+1]):
			steps = append(steps, step{'-', line, a[i]})
			i++
		default:
			steps = append(steps, step{'+', line, b[j]})
			j++
		}
	}
	return steps
}

// harmless takes out what could steer a terminal, and keeps all spaces.
func harmless(text string) string {
	return strings.Map(func(r rune) rune {
		if r != ' ' && r != '\n' && safetext.Clean(string(r)) == "" {
			return -1
		}
		return r
	}, text)
}
