// Package near finds the names that somebody may have meant by one that does
// not exist. It never picks one: a near match is for people to read.
package near

import (
	"cmp"
	"slices"
	"strings"
)

// longest bounds the comparison: names from the network may be of any length.
const longest = 64

// Match returns the entries of have that resemble want, the likeliest first and
// at most limit: they differ by no more than a third of want's letters, or one
// begins with the other. Case does not count.
func Match(want string, have []string, limit int) []string {
	type candidate struct {
		name string
		far  int
	}
	var found []candidate
	folded := fold(want)
	for _, name := range have {
		if far, ok := distance(folded, fold(name)); ok {
			found = append(found, candidate{name, far})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.far, b.far), cmp.Compare(a.name, b.name))
	})
	names := make([]string, 0, min(limit, len(found)))
	for _, c := range found {
		if len(names) < limit && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

func fold(s string) []rune {
	r := []rune(strings.ToLower(s))
	return r[:min(len(r), longest)]
}

// distance returns how far b is from a, and whether that is near.
func distance(a, b []rune) (int, bool) {
	if len(a) == 0 || len(b) == 0 {
		return 0, false
	}
	far := edits(a, b)
	if far <= max(1, len(a)/3) {
		return far, true
	}
	short, long := string(a), string(b)
	if len(a) > len(b) {
		short, long = long, short
	}
	return far, len(short) >= 3 && strings.HasPrefix(long, short)
}

// edits counts the insertions, deletions, replacements and swaps of neighbours
// between a and b (optimal string alignment).
func edits(a, b []rune) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
