package odata

import (
	"slices"
	"strings"
)

// Order is one property of $orderby.
type Order struct {
	Property   string
	Descending bool
}

func parseOrder(value string) ([]Order, error) {
	var out []Order
	for part := range strings.SplitSeq(value, ",") {
		words := strings.Fields(part)
		switch {
		case len(words) == 1:
			out = append(out, Order{Property: words[0]})
		case len(words) == 2 && (words[1] == "asc" || words[1] == "desc"):
			out = append(out, Order{words[0], words[1] == "desc"})
		default:
			return nil, bad("Invalid $orderby clause: Syntax error in '%s'.", value)
		}
	}
	return out, nil
}

// Sort puts objects in order. What property tells of each of them is as for
// Filter.Match; null comes first, and strings compare without case.
func Sort[T any](list []T, by []Order, property func(T) func(name string) any) {
	slices.SortStableFunc(list, func(a, b T) int {
		x, y := property(a), property(b)
		for _, o := range by {
			n := compare(x(o.Property), y(o.Property))
			if o.Descending {
				n = -n
			}
			if n != 0 {
				return n
			}
		}
		return 0
	})
}

func compare(a, b any) int {
	x, okX := a.(string)
	y, okY := b.(string)
	switch {
	case okX && okY:
		return strings.Compare(strings.ToLower(x), strings.ToLower(y))
	case okX:
		return 1
	case okY:
		return -1
	}
	p, _ := a.(bool)
	q, _ := b.(bool)
	switch {
	case p == q:
		return 0
	case q:
		return -1
	}
	return 1
}
